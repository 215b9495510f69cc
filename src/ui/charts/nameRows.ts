import { max } from "d3-array";

/** Names of tokens beside each other, in rows: each row has every `rows`-th name, so that each has room for more letters. */
export interface NameRows {
	/** 0 where not even two letters of a name have room. */
	readonly rows: number;
	readonly letters: number;
}

/** A name of which so many letters are seen is told from others. */
const ENOUGH = 8;
/** Width of a letter with its share of the gap between two names, pixels. */
const LETTER = 6.8;
/** From one row to the next, pixels. */
export const NAME_LINE = 12;

/** The fewest rows, at most `most`, in which names `step` pixels apart can be read, whole or in enough of their letters. */
export function nameRows(names: readonly string[], step: number, most: number): NameRows {
	const wanted = Math.min(ENOUGH, max(names, (name) => name.length) ?? 0);
	const lettersIn = (rows: number) => Math.floor((rows * step) / LETTER);
	let rows = 1;
	while (rows < most && lettersIn(rows) < wanted) rows++;
	const letters = lettersIn(rows);
	return letters < 2 ? { rows: 0, letters: 0 } : { rows, letters };
}

/** The middle of a name that is to stand over `x`, moved so that no letter passes `left` or `right`. */
export function nameMiddle(
	name: string,
	x: number,
	{ left, right }: { readonly left: number; readonly right: number },
): number {
	const half = (name.length * LETTER) / 2;
	return Math.max(left + half, Math.min(right - half, x));
}
