/** Rows of a long list that are on screen, with some before and after. */
export interface RowWindow {
	readonly first: number;
	readonly last: number;
}

/** Rows before and after those on screen; the window moves by as many at once, so that most frames of a scroll draw nothing anew. */
const AROUND = 8;

/** The row that a window begins at, before the rows around it. */
export const windowStart = (scrollTop: number, rowHeight: number): number =>
	Math.floor(Math.max(0, scrollTop) / rowHeight / AROUND) * AROUND;

/** The rows [first, last) of `count` rows of equal height for a viewport whose window begins at `start`. */
export function windowOf(start: number, viewport: number, rowHeight: number, count: number): RowWindow {
	const first = Math.max(0, start - AROUND);
	const last = Math.min(count, start + Math.ceil(viewport / rowHeight) + 2 * AROUND);
	return { first: Math.min(first, last), last };
}
