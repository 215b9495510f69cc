import { select } from "../charts/select";
import { fixed } from "../format";
import { drawHeadGrid } from "./headGrid";

export interface HeadMap {
	/** Tokens of prompt and response. */
	readonly names: readonly string[];
	/** `[N·N]`. */
	readonly map: Float32Array;
}

export interface HeadMapOptions {
	readonly width: number;
	readonly height: number;
	readonly theme: "light" | "dark";
	readonly label: string;
	/** Row under study; −1 for none. */
	readonly row: number;
}

/** Names stand at least so far apart, pixels: beside smaller cells some are left out. */
const READABLE = 10;
/** Of so many names at least one must have room, or there are none. */
const MOST_LEFT_OUT = 3;
const NAMES = 62;
/** Height of a name, pixels: it is never cut, however small its row. */
const LINE = 12;

/**
 * One head enlarged, into `element`: row t holds the weights of token t on the tokens before it and itself, darkest for the
 * largest. Names of the tokens stand beside the rows where there is room.
 */
export function drawHeadMap(element: HTMLElement, { names, map }: HeadMap, options: HeadMapOptions): void {
	const N = names.length;
	const { width, height, row } = options;
	const beside = Math.min(width - NAMES, height) / N;
	const named = beside >= READABLE / MOST_LEFT_OUT;
	const cell = named ? beside : Math.min(width, height) / N;
	const shown = named ? namesShown(N, Math.ceil(READABLE / cell), row) : [];
	const root = select(element);
	const plot = root
		.selectAll<HTMLDivElement, null>("div.head-cells")
		.data([null])
		.join("div")
		.attr("class", "head-cells")
		.style("width", `${cell * N}px`)
		.style("height", `${cell * N}px`)
		.style("margin-left", `${named ? NAMES : 0}px`);
	const canvasBox = plot.selectAll<HTMLDivElement, null>("div.cells").data([null]).join("div").attr("class", "cells");
	drawHeadGrid(canvasBox.node() as HTMLElement, { N, layers: 1, heads: 1, maps: map }, options);
	plot
		.selectAll("span")
		.data(shown)
		.join("span")
		.attr("data-on", (t) => String(t === row))
		.style("top", (t) => `${Math.max(0, Math.min((t + 0.5) * cell - LINE / 2, N * cell - LINE))}px`)
		.style("line-height", `${LINE}px`)
		.text((t) => names[t] as string);
	plot
		.selectAll("i")
		.data(row >= 0 && row < N ? [row] : [])
		.join("i")
		.style("top", (t) => `${t * cell}px`)
		.style("height", `${cell}px`)
		.attr("title", (t) => strongest(names, map, t));
}

/** Every so many names, and that of the row under study in place of those beside it. */
const namesShown = (N: number, every: number, row: number): number[] =>
	Array.from({ length: N }, (_, t) => t).filter(
		(t) => t === row || (t % every === 0 && (row < 0 || Math.abs(t - row) >= every)),
	);

/** What a token looks at most, in words. */
export function strongest(names: readonly string[], map: Float32Array, t: number): string {
	const N = names.length;
	const order = [...names.keys()]
		.slice(0, t + 1)
		.sort((a, b) => (map[t * N + b] as number) - (map[t * N + a] as number));
	const seen = order.slice(0, 3).map((s) => `${names[s]} ${fixed(map[t * N + s] as number, 2)}`);
	return `${names[t]} looks at ${seen.join(", ")}`;
}
