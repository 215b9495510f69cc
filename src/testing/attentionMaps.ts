const square = (rows: readonly (readonly number[])[]) =>
	Float64Array.from(rows.flatMap((row) => [...row, ...new Array(rows.length - row.length).fill(0)]));

/** Maps of a local and of a global head over eight tokens, with their distances, WAAD and FAI worked by hand in the tests. */
export const LOCAL_MAP = square([
	[1],
	[0.3, 0.7],
	[0, 0.2, 0.8],
	[0.1, 0.1, 0.2, 0.6],
	[0.5, 0.1, 0.1, 0.1, 0.2],
	[0, 0, 0, 0.1, 0.3, 0.6],
	[0, 0, 0, 0, 0.1, 0.2, 0.7],
	[0.2, 0.2, 0, 0.1, 0.1, 0.1, 0.1, 0.2],
]);
export const GLOBAL_MAP = square([
	[1],
	[0.6, 0.4],
	[0.7, 0.1, 0.2],
	[0.6, 0.1, 0.1, 0.2],
	[0.5, 0, 0.1, 0.1, 0.3],
	[0.3, 0, 0, 0.1, 0.5, 0.1],
	[0.2, 0, 0.1, 0, 0.5, 0.1, 0.1],
	[0.2, 0.1, 0, 0, 0.5, 0, 0.1, 0.1],
]);
