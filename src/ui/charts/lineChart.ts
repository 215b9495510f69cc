import { extent, nice } from "d3-array";
import { axisBottom, axisLeft } from "d3-axis";
import { compact, significant } from "../format";
import { decimate } from "./decimate";
import { type Layer, layersOf } from "./layers";
import { type LinearScale, linearScale } from "./linearScale";
import { drawBehind, drawEndLabels, type EndLabel, type LineBehind, MARGIN } from "./lineBehind";
import { linePath } from "./linePath";
import { select } from "./select";

export interface LineData {
	/** Training steps, rising. */
	readonly x: Float64Array;
	/** One number a step; NaN leaves a gap. */
	readonly y: Float64Array;
	/** Number of valid entries in both. */
	readonly length: number;
}

export interface LineOptions {
	readonly width: number;
	readonly height: number;
	/** Name of the quantity, with its unit, for people who do not see the picture. */
	readonly label: string;
	/** Last step of the run, so that the axis does not stretch while it fills. */
	readonly lastStep: number;
	/** Where the axis begins; default 0. */
	readonly firstStep?: number;
	/** Part of the y axis that is always shown. */
	readonly floor?: number;
	readonly ceiling?: number;
	/** Known levels drawn as dotted lines, such as the best return that can be reached. */
	readonly levels?: readonly { readonly value: number; readonly name: string }[];
	/** Step under the pointer in any of the charts; null for none. */
	readonly cursor: number | null;
	/** Step of the checkpoint that the panels show; null or absent for none. */
	readonly marked?: number | null;
	/** Steps that a list is narrowed to. */
	readonly brush?: readonly [from: number, to: number] | null;
	/** Lines of other runs, drawn behind. */
	readonly behind?: readonly LineBehind[];
	/** Names of lines at their ends. */
	readonly endLabels?: readonly EndLabel[];
}

/**
 * One quantity against training steps, as SVG in `element`. x: training step; y: the unit that `label` names, linear.
 * Gaps where y is NaN. More points than pixels are thinned to the smallest and largest of each pixel column.
 */
export function drawLineChart(element: HTMLElement, data: LineData, options: LineOptions): void {
	const { width, height } = options;
	const { x, y } = scales(data, options);
	const svg = select(element)
		.selectAll<SVGSVGElement, null>("svg")
		.data([null])
		.join("svg")
		.attr("width", width)
		.attr("height", height)
		.attr("role", "img")
		.attr("aria-label", summary(data, options));
	const layer = layersOf(svg);
	drawAxes(layer("x-axis"), layer("y-axis"), options, x, y);
	drawBrush(layer("brush"), options, x);
	layer("levels")
		.selectAll("line")
		.data(options.levels ?? [])
		.join("line")
		.attr("x1", MARGIN.left)
		.attr("x2", width - MARGIN.right)
		.attr("y1", (d) => y(d.value))
		.attr("y2", (d) => y(d.value));
	drawBehind(layer("behind"), options.behind ?? [], width, x, y);
	const points = decimate(data, width - MARGIN.left - MARGIN.right);
	const path = linePath(points.map(([step, value]) => [x(step), y(value)]));
	layer("curve").selectAll("path").data([path]).join("path").attr("d", path);
	drawEndLabels(layer("end-labels"), options.endLabels ?? [], height, x, y);
	drawMark(layer("mark"), options, x);
	drawCursor(layer("cursor"), data, options, x, y);
}

type Scale = LinearScale;

/** Axes are drawn again only when they move: during a run most pictures differ in their curves alone. */
function drawAxes(xAxis: Layer, yAxis: Layer, { width, height }: LineOptions, x: Scale, y: Scale): void {
	const across = axisBottom(x)
		.ticks(3)
		.tickSize(3)
		.tickFormat((d) => compact(Number(d)));
	const up = axisLeft(y)
		.ticks(3)
		.tickSize(-(width - MARGIN.left - MARGIN.right))
		.tickFormat((d) => tick(Number(d)));
	if (moved(xAxis, x, height)) xAxis.attr("transform", `translate(0,${height - MARGIN.bottom})`).call(across);
	if (moved(yAxis, y, width)) yAxis.attr("transform", `translate(${MARGIN.left},0)`).call(up);
}

const axes = new WeakMap<SVGGElement, string>();

function moved(layer: Layer, scale: Scale, extent: number): boolean {
	const element = layer.node() as SVGGElement;
	const place = [...scale.domain(), ...scale.range(), extent].join();
	if (axes.get(element) === place) return false;
	axes.set(element, place);
	return true;
}

function drawBrush(layer: Layer, { brush = null, height }: LineOptions, x: Scale): void {
	layer
		.selectAll("rect")
		.data(brush ? [brush] : [])
		.join("rect")
		.attr("x", ([from]) => x(from))
		.attr("width", ([from, to]) => Math.max(2, x(to) - x(from)))
		.attr("y", MARGIN.top)
		.attr("height", Math.max(0, height - MARGIN.top - MARGIN.bottom));
}

function drawMark(layer: Layer, { marked = null, height }: LineOptions, x: Scale): void {
	layer
		.selectAll("line")
		.data(marked === null ? [] : [marked])
		.join("line")
		.attr("x1", x)
		.attr("x2", x)
		.attr("y1", MARGIN.top)
		.attr("y2", height - MARGIN.bottom);
}

/** Smallest and largest finite value of a column. */
function extentOf(column: Float64Array | undefined): number[] {
	const [low, high] = extent(column?.filter(Number.isFinite) ?? []);
	return low === undefined || high === undefined ? [] : [low, high];
}

function scales(data: LineData, options: LineOptions) {
	const own = data.y.subarray(0, data.length);
	const others = (options.behind ?? []).flatMap((b) => [b.y, b.low, b.high].flatMap((column) => extentOf(column)));
	const values = [...extentOf(own), ...others];
	const levels = (options.levels ?? []).map((l) => l.value);
	const shown = [...extent(values), ...levels, options.floor, options.ceiling].filter((v) => v !== undefined);
	const [low = 0, top = 1] = extent(shown);
	const flat = top === low && (values.length === 0 || low === options.floor);
	const high = flat ? low + 1 : top;
	const pad = high > low ? 0 : Math.abs(high) * 0.1 || 0.5;
	const first = options.firstStep ?? 0;
	const x = linearScale([first, Math.max(first + 1, options.lastStep)], [MARGIN.left, options.width - MARGIN.right]);
	const ends = options.ceiling === undefined ? nice(low - pad, high + pad, 3) : ([low - pad, high + pad] as const);
	return { x, y: linearScale(ends, [options.height - MARGIN.bottom, MARGIN.top]) };
}

function drawCursor(layer: Layer, data: LineData, options: LineOptions, x: Scale, y: Scale): void {
	const index = options.cursor === null ? -1 : nearestIndex(data, options.cursor);
	const shown = index < 0 ? [] : [index];
	const at = (i: number) => x(data.x[i] as number);
	layer
		.selectAll("line")
		.data(shown)
		.join("line")
		.attr("x1", at)
		.attr("x2", at)
		.attr("y1", MARGIN.top)
		.attr("y2", options.height - MARGIN.bottom);
	layer
		.selectAll("circle")
		.data(shown.filter((i) => Number.isFinite(data.y[i])))
		.join("circle")
		.attr("r", 3)
		.attr("cx", at)
		.attr("cy", (i) => y(data.y[i] as number));
}

/** The training step at a horizontal pixel of a chart of this width. */
export function stepAt(pixel: number, width: number, lastStep: number, firstStep = 0): number {
	const share = (pixel - MARGIN.left) / (width - MARGIN.left - MARGIN.right);
	return firstStep + Math.min(1, Math.max(0, share)) * Math.max(1, lastStep - firstStep);
}

/** Index of the entry whose step is nearest to `step`; −1 without entries. */
export function nearestIndex(data: LineData, step: number): number {
	let low = 0;
	let high = data.length - 1;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((data.x[middle] as number) < step) low = middle + 1;
		else high = middle;
	}
	const before = low - 1;
	if (before >= 0 && step - (data.x[before] as number) < (data.x[low] as number) - step) return before;
	return data.length === 0 ? -1 : low;
}

const tick = (value: number) => (Math.abs(value) >= 1000 ? compact(value) : significant(value));

function summary(data: LineData, options: LineOptions): string {
	if (data.length === 0) return `${options.label}: no steps yet`;
	const last = data.length - 1;
	return `${options.label}: ${significant(data.y[last] as number)} at step ${data.x[last]}`;
}
