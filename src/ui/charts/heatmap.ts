import { creditTable } from "./creditColours";
import type { CreditScale } from "./creditScale";
import { select } from "./select";

export interface HeatmapRow {
	readonly label: string;
	/** One number a column, NaN where not scored. */
	readonly values: Float64Array;
	readonly scale: CreditScale;
}

export interface HeatmapData {
	readonly rows: readonly HeatmapRow[];
	readonly columns: number;
	/** 1 where a column carries credit, 0 for tokens of the environment. */
	readonly mask: Uint8Array;
}

export interface HeatmapOptions {
	readonly theme: "light" | "dark";
	/** CSS pixels of the whole picture. */
	readonly width: number;
	readonly rowHeight: number;
	/** What the columns are, for people who do not see the picture. */
	readonly columnName: string;
}

/**
 * Rows × columns of credit as one canvas, into `element`: one image pixel a cell, enlarged by the style sheet. x: tokens;
 * y: methods, each on its own scale. Tokens of the environment and tokens that were not scored are transparent.
 */
export function drawHeatmap(element: HTMLElement, data: HeatmapData, options: HeatmapOptions): void {
	const { columns, rows } = data;
	const root = select(element);
	const canvas = root
		.selectAll<HTMLCanvasElement, null>("canvas")
		.data([null])
		.join("canvas")
		.attr("role", "img")
		.attr("aria-label", `Credit of ${rows.length} methods for ${columns} ${options.columnName}`)
		.style("width", `${options.width}px`)
		.style("height", `${rows.length * options.rowHeight}px`)
		.node() as HTMLCanvasElement;
	canvas.width = Math.max(1, columns);
	canvas.height = Math.max(1, rows.length);
	const pixels = heatmapPixels(data, COLOURS[options.theme]);
	if (pixels.length > 0) canvas.getContext("2d")?.putImageData(new ImageData(pixels, columns), 0, 0);
}

/** Outlines the columns [from, to) of a heatmap, without drawing it again; null takes the outline away. */
export function markColumns(
	element: HTMLElement,
	{ columns }: Pick<HeatmapData, "columns">,
	marked: { readonly from: number; readonly to: number } | null,
): void {
	const percent = (x: number) => `${(100 * x) / columns}%`;
	select(element)
		.selectAll("div.heatmap-cursor")
		.data(marked ? [marked] : [])
		.join("div")
		.attr("class", "heatmap-cursor")
		.style("left", ({ from }) => percent(from))
		.style("width", ({ from, to }) => percent(to - from));
}

const COLOURS = { light: bytesOf(creditTable("light")), dark: bytesOf(creditTable("dark")) };

/** RGBA words of a colour table, in the byte order of image data. */
function bytesOf(table: readonly string[]): Uint8ClampedArray<ArrayBuffer> {
	const out = new Uint8ClampedArray(4 * table.length);
	table.forEach((colour, i) => {
		for (let c = 0; c < 3; c++) out[4 * i + c] = Number.parseInt(colour.slice(1 + 2 * c, 3 + 2 * c), 16);
		out[4 * i + 3] = 255;
	});
	return out;
}

/** One RGBA pixel a cell, row by row; transparent where there is no credit. */
export function heatmapPixels(
	{ rows, columns, mask }: HeatmapData,
	colours: Uint8ClampedArray,
): Uint8ClampedArray<ArrayBuffer> {
	const out = new Uint8ClampedArray(4 * rows.length * columns);
	const words = new Uint32Array(out.buffer);
	const table = new Uint32Array(Uint8ClampedArray.from(colours).buffer);
	rows.forEach(({ values, scale }, r) => {
		for (let t = 0; t < columns; t++) {
			const step = mask[t] === 1 ? scale.step(values[t] as number) : -1;
			if (step >= 0) words[r * columns + t] = table[step] as number;
		}
	});
	return out;
}
