import { expect, it } from "vitest";
import { creditScale } from "./creditScale";
import { heatmapPixels } from "./heatmap";

it("writes one pixel a cell, row by row, and leaves out what carries no credit", () => {
	const values = Float64Array.of(1, -1, Number.NaN, 1);
	const row = { label: "m", values, scale: creditScale(values) };
	const colours = new Uint8ClampedArray(4 * 33);
	colours.set([1, 2, 3, 255], 0);
	colours.set([7, 8, 9, 255], 4 * 32);
	const pixels = heatmapPixels({ rows: [row, row], columns: 4, mask: Uint8Array.of(1, 1, 1, 0) }, colours);
	const line = [7, 8, 9, 255, 1, 2, 3, 255, 0, 0, 0, 0, 0, 0, 0, 0];
	expect([...pixels]).toEqual([...line, ...line]);
});
