type Point = readonly [x: number, y: number];

/** A thousandth of a pixel, as no eye sees less. */
const coordinate = (value: number) => Math.round(value * 1000) / 1000;
const at = ([x, y]: Point) => `${coordinate(x)},${coordinate(y)}`;

/**
 * Straight lines through points as the `d` of an SVG path, in CSS pixels. A point whose y is not finite leaves a gap; one between two gaps
 * is drawn as a dot, if the line has round ends. @returns null without a point to draw.
 */
export function linePath(points: readonly Point[]): string | null {
	const runs: Point[][] = [];
	let open = false;
	for (const point of points) {
		const finite = Number.isFinite(point[1]);
		if (finite && open) runs.at(-1)?.push(point);
		else if (finite) runs.push([point]);
		open = finite;
	}
	return runs.length === 0
		? null
		: runs.map((run) => `M${run.map(at).join("L")}${run.length === 1 ? "Z" : ""}`).join("");
}

/** The closed band between two lines over the same points. @returns null without a point. */
export function bandPath(upper: readonly Point[], lower: readonly Point[]): string | null {
	return upper.length === 0 ? null : `M${[...upper, ...lower.toReversed()].map(at).join("L")}Z`;
}
