import { createStore } from "zustand/vanilla";

/** Panel that something asked for by name; panel boxes bring it to the front of its place. */
export const frontStore = createStore<{ readonly panel: string | null }>(() => ({ panel: null }));

/** Brings a panel to the front, if the layout has it. */
export function bringToFront(panel: string): void {
	frontStore.setState({ panel: null });
	frontStore.setState({ panel });
}
