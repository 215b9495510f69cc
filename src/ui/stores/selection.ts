import { createStore } from "zustand/vanilla";
import { runStore } from "./run";

/** What every panel looks at: the only link between them. The hovered token is not here; see `hover.ts`. */
export interface Selection {
	/** Group id; null = the first. */
	readonly group: number | null;
	/** Pinned token, as rollout index in the batch and token index after the prompt. */
	readonly pinned: { readonly rollout: number; readonly token: number } | null;
	/** Training step of the checkpoint on screen; null = the latest. */
	readonly step: number | null;
	/** While true, new rollouts wait instead of replacing the ones on screen. */
	readonly hold: boolean;
}

export const selectionStore = createStore<Selection>(() => ({ group: null, pinned: null, step: null, hold: false }));

export function chooseGroup(group: number): void {
	selectionStore.setState({ group, pinned: null });
}

/** Goes to the next or previous group of the batch on screen. */
export function moveGroup(by: 1 | -1): void {
	const { latest } = runStore.getState();
	if (!latest) return;
	const groups = [...new Set(latest.batch.groupIds)];
	const at = groups.indexOf(selectionStore.getState().group ?? (groups[0] as number));
	chooseGroup(groups[(at + by + groups.length) % groups.length] as number);
}

/** Pins a token and holds its batch, so that the text under study does not change. */
export function pinToken(rollout: number, token: number): void {
	selectionStore.setState({ pinned: { rollout, token }, hold: true });
}

/** Back to the latest rollouts. */
export function followLatest(): void {
	selectionStore.setState({ pinned: null, step: null, hold: false });
}

export function holdRollouts(): void {
	selectionStore.setState({ hold: true });
}
