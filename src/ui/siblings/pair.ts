import { createStore } from "zustand/vanilla";
import { type Comparison, currentComparison } from "../comparison";
import { pinToken, type Selection, selectionStore } from "../stores/selection";
import { type Cut, cutOf, type Span } from "./parts";
import { rankSiblings, type Sibling } from "./rankSiblings";
import { sharedTokens } from "./sideBySide";

/** Two rollouts of a group that stand beside each other. */
export interface Pair {
	readonly batch: Comparison["batch"];
	readonly group: number;
	readonly left: number;
	readonly right: number;
	/** Somebody asked for just the other one: it stays when the pin moves on. */
	readonly chosen: boolean;
	/** The pinned rollout when the two were put together. */
	readonly pinned: number | null;
}

/** The pair that was on screen last. */
export const pairStore = createStore<{ readonly pair: Pair | null }>(() => ({ pair: null }));

type Shown = Pick<Comparison, "batch" | "group" | "members" | "tokens">;
type Pinned = Selection["pinned"];

let cut: { readonly batch: Comparison["batch"]; readonly group: number; readonly cut: Cut } | null = null;

/** How the rollouts of the group on screen are cut into parts. */
export function cutFor({ batch, group, members, tokens }: Shown): Cut {
	if (cut?.batch !== batch || cut.group !== group) cut = { batch, group, cut: cutOf(batch, members, tokens) };
	return cut.cut;
}

/** The part of its rollout that a token lies in; null for no token. */
export function partAround(shown: Shown, pinned: Pinned): Span | null {
	if (!pinned) return null;
	const parts = cutFor(shown).partsOf(pinned.rollout);
	return parts.find(({ from, to }) => pinned.token >= from && pinned.token < to) ?? null;
}

/** The siblings of a rollout, the one to read beside it first. */
export function siblingsOf(shown: Shown, rollout: number, pinned: Pinned): Sibling[] {
	const at = pinned?.rollout === rollout ? partAround(shown, pinned) : null;
	return rankSiblings(shown.batch, shown.members, rollout, at);
}

/**
 * The pair to show. It stays while the pin moves within the two; where the pin moves on to another rollout, that one takes the place of the
 * one that was pinned if the other was asked for, and else comes with the sibling to read beside it. Null for a group of one.
 */
export function pairFor(shown: Shown, pinned: Pinned, before: Pair | null): Pair | null {
	const { batch, group, members } = shown;
	const held = pinned && members.includes(pinned.rollout) ? pinned.rollout : null;
	const known = before?.batch === batch && before.group === group ? before : null;
	if (known && (held === null || held === known.left || held === known.right))
		return held === null || held === known.pinned ? known : { ...known, pinned: held };
	const base = { batch, group, pinned: held };
	if (known?.chosen && held !== null) {
		const onRight = known.pinned === known.right;
		return { ...base, chosen: true, left: onRight ? known.left : held, right: onRight ? held : known.right };
	}
	const left = held ?? members[0];
	const right = left === undefined ? undefined : siblingsOf(shown, left, pinned)[0]?.rollout;
	return left === undefined || right === undefined ? null : { ...base, left, right, chosen: false };
}

let asked = false;

/** Says that a person asked for two side by side: the keyboard may go there. */
export function askForSides(): void {
	asked = true;
}

/** Whether a person asked since the last time that somebody looked. */
export function wereSidesAsked(): boolean {
	const was = asked;
	asked = false;
	return was;
}

/** Puts another sibling on the right. A token that was pinned in the one that leaves gives way to the one on the left where the new two part. */
export function chooseSibling(rollout: number, pair: Pair): void {
	const { pinned } = selectionStore.getState();
	const { batch, left } = pair;
	askForSides();
	pairStore.setState({ pair: { ...pair, right: rollout, chosen: true, pinned: pinned ? left : null } });
	if (pinned?.rollout !== pair.right) return;
	pinToken(left, Math.min(sharedTokens(batch, left, rollout), (batch.lengths[left] as number) - 1));
}

/** Goes to the next or previous sibling, in the order in which they are worth reading. */
export function moveChosenSibling(by: 1 | -1): void {
	const comparison = currentComparison();
	const { pinned } = selectionStore.getState();
	const pair = comparison && pairFor(comparison, pinned, pairStore.getState().pair);
	if (!comparison || !pair) return;
	const others = siblingsOf(comparison, pair.left, pinned).map(({ rollout }) => rollout);
	const to = others[(others.indexOf(pair.right) + by + others.length) % others.length];
	if (to !== undefined) chooseSibling(to, pair);
}
