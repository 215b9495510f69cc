import { select } from "../charts/select";

export interface HeadMaps {
	/** Tokens of prompt and response together. */
	readonly N: number;
	readonly layers: number;
	/** Heads of one layer. */
	readonly heads: number;
	/** `[layers·heads·N·N]`. */
	readonly maps: Float32Array;
}

/** Pixels between two thumbnails, in cells of a map. */
const GAP = 1;

/**
 * One grey level a weight, 0 to 255, brightest (255) for the largest weight of the map; gaps and the future are transparent
 * (level −1). Thumbnails stand in layers from top to bottom, heads from left to right.
 */
export function gridLevels({ N, layers, heads, maps }: HeadMaps): {
	width: number;
	height: number;
	levels: Int16Array;
} {
	const width = heads * (N + GAP) - GAP;
	const height = layers * (N + GAP) - GAP;
	const levels = new Int16Array(width * height).fill(-1);
	for (let h = 0; h < layers * heads; h++) {
		const [row, column] = [Math.floor(h / heads) * (N + GAP), (h % heads) * (N + GAP)];
		const map = maps.subarray(h * N * N, (h + 1) * N * N);
		const most = map.reduce((a, w) => Math.max(a, w), 1e-12);
		for (let t = 0; t < N; t++)
			for (let s = 0; s <= t; s++)
				levels[(row + t) * width + column + s] = Math.round((255 * (map[t * N + s] as number)) / most);
	}
	return { width, height, levels };
}

/** Head under a place of the grid, both as shares of its size; −1 in a gap. */
export function headAt({ N, layers, heads }: Omit<HeadMaps, "maps">, x: number, y: number): number {
	const width = heads * (N + GAP) - GAP;
	const height = layers * (N + GAP) - GAP;
	const [column, row] = [Math.floor(x * width), Math.floor(y * height)];
	const inside = column % (N + GAP) < N && row % (N + GAP) < N;
	if (!inside || x < 0 || x >= 1 || y < 0 || y >= 1) return -1;
	return Math.floor(row / (N + GAP)) * heads + Math.floor(column / (N + GAP));
}

export interface GridOptions {
	readonly theme: "light" | "dark";
	readonly label: string;
}

/** Ink of the maps: attention has no sign, so it is drawn in grey. */
const INK = { light: [28, 31, 35], dark: [232, 234, 237] } as const;

/** All heads as thumbnails on one canvas of one pixel a weight, into `element`. Rows: queries; columns: keys. */
export function drawHeadGrid(element: HTMLElement, data: HeadMaps, options: GridOptions): void {
	const { width, height, levels } = gridLevels(data);
	const canvas = select(element)
		.selectAll<HTMLCanvasElement, null>("canvas")
		.data([null])
		.join("canvas")
		.attr("role", "img")
		.attr("aria-label", options.label)
		.node() as HTMLCanvasElement;
	canvas.width = width;
	canvas.height = height;
	const context = canvas.getContext("2d");
	if (context) context.putImageData(imageOf(levels, width, INK[options.theme]), 0, 0);
}

function imageOf(levels: Int16Array, width: number, [r, g, b]: readonly [number, number, number]): ImageData {
	const pixels = new Uint8ClampedArray(4 * levels.length);
	levels.forEach((level, i) => {
		if (level < 0) return;
		pixels.set([r, g, b, 14 + (level * 241) / 255], 4 * i);
	});
	return new ImageData(pixels, width);
}
