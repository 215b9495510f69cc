/** Rows of a long list that are on screen, with some before and after. */
export interface RowWindow {
	readonly first: number;
	readonly last: number;
}

const AROUND = 8;

/** The rows [first, last) of `count` rows of equal height that a viewport at `scrollTop` shows. */
export function windowOf(scrollTop: number, viewport: number, rowHeight: number, count: number): RowWindow {
	const first = Math.max(0, Math.floor(scrollTop / rowHeight) - AROUND);
	const last = Math.min(count, Math.ceil((scrollTop + viewport) / rowHeight) + AROUND);
	return { first: Math.min(first, last), last };
}
