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
	readonly size: number;
	readonly theme: "light" | "dark";
	readonly label: string;
	/** Row under study; −1 for none. */
	readonly row: number;
}

/** Smaller cells have no names beside them. */
const READABLE = 11;
const NAMES = 62;

/**
 * One head enlarged, into `element`: row t holds the weights of token t on the tokens before it and itself, darkest for the
 * largest. Names of the tokens stand beside the rows where there is room.
 */
export function drawHeadMap(element: HTMLElement, { names, map }: HeadMap, options: HeadMapOptions): void {
	const N = names.length;
	const cell = (options.size - (options.size / N >= READABLE ? NAMES : 0)) / N;
	const named = cell >= READABLE - 4 && N <= 40;
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
		.data(named ? names : [])
		.join("span")
		.attr("data-on", (_, t) => String(t === options.row))
		.style("top", (_, t) => `${t * cell}px`)
		.style("height", `${cell}px`)
		.style("line-height", `${cell}px`)
		.text((name) => name);
	plot
		.selectAll("i")
		.data(options.row >= 0 && options.row < N ? [options.row] : [])
		.join("i")
		.style("top", (t) => `${t * cell}px`)
		.style("height", `${cell}px`)
		.attr("title", (t) => strongest(names, map, t));
}

/** What a token looks at most, in words. */
export function strongest(names: readonly string[], map: Float32Array, t: number): string {
	const N = names.length;
	const order = [...names.keys()]
		.slice(0, t + 1)
		.sort((a, b) => (map[t * N + b] as number) - (map[t * N + a] as number));
	const seen = order.slice(0, 3).map((s) => `${names[s]} ${fixed(map[t * N + s] as number, 2)}`);
	return `${names[t]} looks at ${seen.join(", ")}`;
}
