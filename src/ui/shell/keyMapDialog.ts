import { createStore } from "zustand/vanilla";

export const keyMapStore = createStore<{ readonly open: boolean }>(() => ({ open: false }));

/** Opens the list of all keys. */
export function openKeyMap(): void {
	keyMapStore.setState({ open: true });
}
