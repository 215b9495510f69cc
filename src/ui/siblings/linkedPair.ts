import { currentComparison } from "../comparison";
import type { Latest } from "../stores/run";
import { selectionStore } from "../stores/selection";
import { pairFor, pairStore } from "./pair";

/** Two rollouts side by side, as links carry them: places in the batch, or in a file. */
export interface LinkedPair {
	readonly left: number;
	readonly right: number;
}

/** The rollouts of the batch that stand side by side; null where they are those that come by themselves. */
export function pairOnScreen(): LinkedPair | null {
	const { pair: before } = pairStore.getState();
	const comparison = before && currentComparison();
	if (!comparison || before.batch !== comparison.batch || before.group !== comparison.group) return null;
	const { pinned } = selectionStore.getState();
	const pair = pairFor(comparison, pinned, before);
	const usual = pairFor(comparison, pinned, null);
	if (!pair || (!pair.chosen && pair.left === usual?.left && pair.right === usual.right)) return null;
	return { left: pair.left, right: pair.right };
}

/**
 * Puts two rollouts of the group on screen side by side, as if somebody had chosen them.
 * @returns one sentence where they cannot stand there.
 */
export function putPair({ batch }: Latest, { left, right }: LinkedPair): string[] {
	const group = batch.groupIds[left];
	const pinned = selectionStore.getState().pinned?.rollout ?? null;
	if (left === right || group === undefined || batch.groupIds[right] !== group)
		return [`The siblings of the view were left out: ${left} and ${right} are no two rollouts of one group.`];
	if (pinned !== null && pinned !== left && pinned !== right)
		return [`The siblings of the view were left out: the pinned token is in neither of ${left} and ${right}.`];
	pairStore.setState({ pair: { batch, group, left, right, chosen: true, pinned } });
	return [];
}

/** A pair from its two numbers. @returns a sentence where a link names just one of them. */
export function pairOf(left: number | null, right: number | null): LinkedPair | string | null {
	if (left !== null && right !== null) return { left, right };
	return left === right ? null : "The siblings of the view were left out: a link names both of them, left and right.";
}
