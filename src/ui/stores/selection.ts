import { createStore } from "zustand/vanilla";

/** What every panel looks at: the only link between them. The hovered token is not here; see `hover.ts`. */
export interface Selection {
	/** Group id; null = the first. */
	readonly group: number | null;
	/** Pinned token, as rollout index in the batch and token index after the prompt. */
	readonly pinned: { readonly rollout: number; readonly token: number } | null;
	/** While true, new rollouts wait instead of replacing the ones on screen. */
	readonly hold: boolean;
}

export const selectionStore = createStore<Selection>(() => ({ group: null, pinned: null, hold: false }));

export function chooseGroup(group: number): void {
	selectionStore.setState({ group, pinned: null });
}

/** Pins a token and holds its batch, so that the text under study does not change. */
export function pinToken(rollout: number, token: number): void {
	selectionStore.setState({ pinned: { rollout, token }, hold: true });
}

/** Back to the latest rollouts. */
export function followLatest(): void {
	selectionStore.setState({ pinned: null, hold: false });
}

export function holdRollouts(): void {
	selectionStore.setState({ hold: true });
}
