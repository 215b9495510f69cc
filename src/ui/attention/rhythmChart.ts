import { max } from "d3-array";
import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { Rhythm } from "../../engine/signals/rhythm";
import type { CreditScale } from "../charts/creditScale";
import { stepClass } from "../charts/creditStrip";
import { type Layer, layersOf } from "../charts/layers";
import { NAME_LINE, type NameRows, nameMiddle, nameRows } from "../charts/nameRows";
import { select } from "../charts/select";
import { shortened } from "../charts/shortened";
import { significant } from "../format";

export interface RhythmData {
	readonly rhythm: Pick<Rhythm, "waad" | "fai" | "preplan" | "anchors" | "couplings">;
	/** Tokens of the response. */
	readonly names: readonly string[];
	/** 1 where the policy wrote. */
	readonly mask: Uint8Array;
	/** Exact advantage of each token; null where it is not known. */
	readonly exact: { readonly values: Float64Array; readonly scale: CreditScale; readonly label: string } | null;
}

export interface RhythmOptions {
	readonly width: number;
	readonly height: number;
}

export const MARGIN = { left: 86, right: 10, top: 4, bottom: 6 };
/** Room for arcs above the lanes, where there are some. */
const ARCS = 18;
/** A chart of this height has room for two rows of names, and for one more with each of these again. */
const TALL = 105;

/**
 * WAAD and FAI over the tokens of a response, with ▲ at tokens that plan, ◆ at anchors and arcs from plan to anchor, above the
 * size of the exact advantage of the same tokens, as SVG in `element`. x: tokens; y of each lane: linear from zero, its largest value
 * written beside it (tokens; mean weight; return). Names that would be too close stand in rows.
 */
export function drawRhythm(element: HTMLElement, data: RhythmData, options: RhythmOptions): void {
	const { rhythm, names, exact } = data;
	const step = (options.width - MARGIN.left - MARGIN.right) / Math.max(1, names.length);
	const x = (t: number) => MARGIN.left + (t + 0.5) * step;
	const svg = select(element)
		.selectAll<SVGSVGElement, null>("svg")
		.data([null])
		.join("svg")
		.attr("class", "rhythm")
		.attr("role", "img")
		.attr("aria-label", labelOf(data))
		.attr("width", options.width)
		.attr("height", options.height);
	const layer = layersOf(svg);
	const lanes = exact ? 3 : 2;
	const arcs = rhythm.couplings.length > 0 ? ARCS : 0;
	const above = MARGIN.top + arcs;
	const named = nameRows(names, step, 1 + Math.floor(options.height / TALL));
	const room = (options.height - above - MARGIN.bottom - named.rows * NAME_LINE) / lanes;
	const laneOf = (i: number) => ({
		top: above + i * room + 9,
		bottom: above + (i + 1) * room - 2,
		right: options.width,
	});
	drawLane(
		layer("lane-waad"),
		{ name: "WAAD ▲ plan", unit: "tokens", values: rhythm.waad, marks: rhythm.preplan, mark: "▲" },
		laneOf(0),
		x,
	);
	drawLane(
		layer("lane-fai"),
		{ name: "FAI ◆ anchor", unit: "weight", values: rhythm.fai, marks: rhythm.anchors, mark: "◆" },
		laneOf(1),
		x,
	);
	drawExact(layer("lane-exact"), exact, laneOf(2), x, step);
	layer("arcs")
		.selectAll("path")
		.data(rhythm.couplings)
		.join("path")
		.attr("d", ({ plan, anchor }) => {
			const [from, to] = [x(plan), x(anchor)];
			return `M${from},${above}A${(to - from) / 2},${arcs} 0 0 1 ${to},${above}`;
		});
	drawNames(layer("names"), data, named, { ...options, x });
}

interface Names extends RhythmOptions {
	readonly x: (t: number) => number;
}

function drawNames(
	layer: Layer,
	{ names, mask }: RhythmData,
	{ rows, letters }: NameRows,
	{ width, height, x }: Names,
): void {
	const written = names.map((name, t) => ({ name: shortened(name, letters), row: t % Math.max(1, rows) }));
	const first = height - 5 - (rows - 1) * NAME_LINE;
	layer
		.selectAll("text")
		.data(rows > 0 ? written : [])
		.join("text")
		.attr("class", (_, t) => (mask[t] === 1 ? "own" : "reply"))
		.attr("x", ({ name }, t) => nameMiddle(name, x(t), { left: 0, right: width }))
		.attr("y", ({ row }) => first + row * NAME_LINE)
		.text(({ name }) => name);
}

interface Lane {
	readonly name: string;
	readonly unit: string;
	readonly values: Float64Array;
	readonly marks: readonly number[];
	readonly mark: string;
}
interface Room {
	readonly top: number;
	readonly bottom: number;
	readonly right: number;
}

function drawLane(layer: Layer, lane: Lane, { top, bottom, right }: Room, x: (t: number) => number): void {
	const y = scaleLinear([0, Math.max(1e-12, max(lane.values) ?? 0)], [bottom, top]);
	drawAxis(layer, lane.name, `${significant(y.domain()[1] as number)} ${lane.unit}`, { top, bottom, right });
	const curve = line<number>()
		.x((_, t) => x(t))
		.y((v) => y(v));
	layer
		.selectAll("path.curve")
		.data([lane.values])
		.join("path")
		.attr("class", "curve")
		.attr("d", (v) => curve(Array.from(v)));
	layer
		.selectAll("text.mark")
		.data(lane.marks)
		.join("text")
		.attr("class", "mark")
		.attr("x", (t) => x(t))
		.attr("y", (t) => y(lane.values[t] as number) - 3)
		.text(lane.mark);
}

function drawExact(
	layer: Layer,
	exact: RhythmData["exact"],
	{ top, bottom, right }: Room,
	x: (t: number) => number,
	step: number,
): void {
	const bars = Array.from(exact?.values ?? [], (v, t) => ({ v, t })).filter(({ v }) => Math.abs(v) > 0);
	const y = scaleLinear([0, Math.max(1e-12, max(bars, ({ v }) => Math.abs(v)) ?? 0)], [bottom, top]);
	if (exact)
		drawAxis(layer, `|${exact.label}|`, `${significant(y.domain()[1] as number)} return`, { top, bottom, right });
	else layer.selectAll("text.axis, line.axis").remove();
	layer
		.selectAll("rect")
		.data(bars)
		.join("rect")
		.attr("class", ({ v }) => stepClass(exact?.scale.step(v) ?? -1))
		.attr("x", ({ t }) => x(t) - step * 0.3)
		.attr("width", step * 0.6)
		.attr("y", ({ v }) => y(Math.abs(v)))
		.attr("height", ({ v }) => bottom - y(Math.abs(v)));
}

function drawAxis(layer: Layer, name: string, most: string, { top, bottom, right }: Room): void {
	const high = top + 2;
	const texts = [
		// Lines of text do not touch, however low the lane.
		{ text: name, y: Math.max((top + bottom) / 2 + 6, high + 11), kind: "axis name" },
		{ text: most, y: high, kind: "axis" },
	];
	layer
		.selectAll<SVGTextElement, (typeof texts)[number]>("text.axis")
		.data(texts)
		.join("text")
		.attr("class", (d) => d.kind)
		.attr("x", MARGIN.left - 4)
		.attr("y", (d) => d.y)
		.text((d) => d.text);
	layer
		.selectAll("line.axis")
		.data([bottom])
		.join("line")
		.attr("class", "axis")
		.attr("x1", MARGIN.left - 4)
		.attr("x2", right)
		.attr("y1", (v) => v)
		.attr("y2", (v) => v);
}

function labelOf({ rhythm, names }: RhythmData): string {
	const list = (tokens: readonly number[]) => tokens.map((t) => names[t]).join(", ") || "none";
	return `Attention over ${names.length} tokens. Planning: ${list(rhythm.preplan)}. Anchors: ${list(rhythm.anchors)}.`;
}
