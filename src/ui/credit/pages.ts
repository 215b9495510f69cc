import type { RolloutBatch } from "../../engine/rollouts/batch";

/** Tokens [from, to) of one rollout. */
export interface Segment {
	readonly rollout: number;
	readonly from: number;
	readonly to: number;
}

/** Tokens that are in the document at once, at most: more would make every redraw felt. */
const TOKEN_BUDGET = 1200;

/**
 * Rollouts in their order, packed into pages of at most `budget` tokens. Whole rollouts stay together; one that is longer
 * than a page is cut into pages of its own. A rollout without tokens takes part in a page all the same.
 */
export function pagesOf(
	lengths: RolloutBatch["lengths"],
	members: readonly number[],
	budget = TOKEN_BUDGET,
): Segment[][] {
	const pages: Segment[][] = [[]];
	let used = 0;
	for (const rollout of members) {
		const length = lengths[rollout] as number;
		if (used > 0 && used + length > budget) {
			pages.push([]);
			used = 0;
		}
		for (let from = 0; from === 0 || from < length; from += budget) {
			if (from > 0) pages.push([]);
			const to = Math.min(length, from + budget);
			pages.at(-1)?.push({ rollout, from, to });
		}
		used = tokensOf(pages.at(-1) ?? []);
	}
	return pages;
}

/** How many tokens a page has. */
export const tokensOf = (page: readonly Segment[]): number => page.reduce((sum, { from, to }) => sum + to - from, 0);

/** The page that holds a token; 0 if none does. */
export function pageOf(pages: readonly (readonly Segment[])[], rollout: number, token: number): number {
	const at = pages.findIndex((page) => page.some((s) => s.rollout === rollout && token >= s.from && token < s.to));
	return Math.max(0, at);
}
