import { plural } from "../core/plural";
import type { Shape } from "./shape";

/** A shape in words: `3 turns, 14 tokens, reward only at the end, groups of 8`. */
export function shapeText({ turns, length, early, groupSize }: Shape): string {
	const number = (x: number) => Number(x.toFixed(x < 9.95 ? 1 : 0));
	const paid =
		early === 0 ? "reward only at the end" : `${Math.round(100 * early)} % of the reward before the last token`;
	return [
		plural(number(turns), "turn"),
		plural(number(length), "token"),
		paid,
		groupSize === 1 ? "groups of one" : `groups of ${groupSize}`,
	].join(", ");
}

/** Why this preset is the twin, in one sentence. */
export function twinText({ yours, title }: { readonly yours: Shape; readonly title: string }): string {
	return `${shapeText(yours)}: most like ${title}.`;
}
