/** Rows of a long list that are on screen, with some before and after. */
export interface RowWindow {
	readonly first: number;
	readonly last: number;
}

/** Where a list is scrolled to. */
export interface Place {
	/** The row that its window begins at, before the rows around it. */
	readonly start: number;
	/** Rows before and after those on screen, so that a hand that scrolls on finds them there. */
	readonly around: number;
}

/** Around a place that a hand scrolled to; the window moves by as many at once, so that most frames of a scroll draw nothing anew. */
const AROUND = 8;

export const TOP: Place = { start: 0, around: AROUND };

/**
 * The place after a scroll; `before` itself while its window still holds. Rows around it are drawn where they can be the next on screen: not
 * after a jump by more than a screen, when every row is another and those out of sight would be so again with the next jump.
 */
export function placeAt(before: Place, scrollTop: number, viewport: number, rowHeight: number): Place {
	const start = Math.floor(Math.max(0, scrollTop) / rowHeight / AROUND) * AROUND;
	if (start === before.start) return before;
	return { start, around: Math.abs(start - before.start) * rowHeight > viewport ? 0 : AROUND };
}

/** The rows [first, last) of `count` rows of equal height for a viewport at a place. */
export function windowOf({ start, around }: Place, viewport: number, rowHeight: number, count: number): RowWindow {
	const first = Math.max(0, start - around);
	const last = Math.min(count, start + Math.ceil(viewport / rowHeight) + AROUND + around);
	return { first: Math.min(first, last), last };
}
