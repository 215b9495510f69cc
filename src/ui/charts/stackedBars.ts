import { extent } from "d3-array";
import { axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { significant } from "../format";
import { type Layer, layersOf } from "./layers";
import { select } from "./select";
import { shortened } from "./shortened";

/** One term's share of the bar at one place. */
export interface StackedPart {
	readonly column: number;
	/** Index of the term. */
	readonly term: number;
	readonly low: number;
	readonly high: number;
}

export interface StackedData {
	readonly terms: readonly string[];
	readonly columns: number;
	readonly parts: readonly StackedPart[];
	/** Sum of the terms of each column; NaN where not scored. */
	readonly sums: Float64Array;
}

export interface StackedOptions {
	readonly width: number;
	readonly height: number;
	/** Names of the columns. */
	readonly names: readonly string[];
	readonly label: string;
}

export const MARGIN = { top: 20, right: 8, bottom: 20, left: 44 };
/** Terms are told apart by tone and hatch: blue and orange mean credit. */
const TONES = 4;

/** Stacks terms: positive parts upwards from zero, negative ones downwards, each in the order of the terms. */
export function stackedBars(
	terms: readonly { readonly name: string; readonly values: Float64Array }[],
	sums: Float64Array,
): StackedData {
	const parts: StackedPart[] = [];
	for (let column = 0; column < sums.length; column++) {
		let above = 0;
		let below = 0;
		terms.forEach(({ values }, term) => {
			const value = values[column] as number;
			if (value > 0) {
				parts.push({ column, term, low: above, high: above + value });
				above += value;
			} else if (value < 0) {
				parts.push({ column, term, low: below + value, high: below });
				below += value;
			}
		});
	}
	return { terms: terms.map((t) => t.name), columns: sums.length, parts, sums };
}

/** Terms as stacked bars with the sum as a line across each, as SVG in `element`. x: columns by name; y: credit, linear, from zero. */
export function drawStackedBars(element: HTMLElement, data: StackedData, options: StackedOptions): void {
	const { width, height, names } = options;
	const [low = 0, high = 0] = extent(data.parts.flatMap((p) => [p.low, p.high]));
	const flat = low === 0 && high === 0;
	const y = scaleLinear([Math.min(0, low), flat ? 1 : Math.max(0, high)], [height - MARGIN.bottom, MARGIN.top]).nice(4);
	const step = (width - MARGIN.left - MARGIN.right) / Math.max(1, data.columns);
	const x = (column: number) => MARGIN.left + column * step;
	const bar = { from: step * 0.14, width: step * 0.72 };
	const svg = select(element)
		.selectAll<SVGSVGElement, null>("svg")
		.data([null])
		.join("svg")
		.attr("class", "stacked")
		.attr("role", "img")
		.attr("aria-label", `${options.label}: ${data.terms.join(", ")}, over ${data.columns} tokens`)
		.attr("width", width)
		.attr("height", height);
	const layer = layersOf(svg);
	layer("y-axis")
		.attr("transform", `translate(${MARGIN.left},0)`)
		.call(
			axisLeft(y)
				.ticks(4)
				.tickSize(-(width - MARGIN.left - MARGIN.right))
				.tickFormat((d) => significant(Number(d))),
		);
	layer("parts")
		.selectAll("rect")
		.data(data.parts)
		.join("rect")
		.attr("class", (p) => `tone${p.term % TONES}`)
		.attr("x", (p) => x(p.column) + bar.from)
		.attr("width", bar.width)
		.attr("y", (p) => y(p.high))
		.attr("height", (p) => y(p.low) - y(p.high));
	layer("sums")
		.selectAll("line")
		.data([...data.sums.keys()].filter((c) => !Number.isNaN(data.sums[c]) && data.parts.some((p) => p.column === c)))
		.join("line")
		.attr("x1", (c) => x(c) + step * 0.06)
		.attr("x2", (c) => x(c) + step * 0.94)
		.attr("y1", (c) => y(data.sums[c] as number))
		.attr("y2", (c) => y(data.sums[c] as number));
	const letters = Math.floor(step / 6.6);
	layer("names")
		.selectAll("text")
		.data(letters >= 2 ? names : [])
		.join("text")
		.attr("x", (_, c) => x(c) + step / 2)
		.attr("y", height - 6)
		.text((name) => shortened(name, letters));
	drawKey(layer("key"), data.terms);
}

function drawKey(layer: Layer, terms: readonly string[]): void {
	const entries = layer
		.selectAll<SVGGElement, string>("g")
		.data(terms)
		.join((enter) => {
			const g = enter.append("g");
			g.append("rect").attr("width", 10).attr("height", 10).attr("y", 3);
			g.append("text").attr("x", 14).attr("y", 12);
			return g;
		});
	const starts = terms.map((_, i) =>
		terms.slice(0, i).reduce((sum, name) => sum + 30 + name.length * 6.6, MARGIN.left),
	);
	entries.attr("transform", (_, i) => `translate(${starts[i]},0)`);
	entries.select("rect").attr("class", (_, i) => `tone${i % TONES}`);
	entries.select("text").text((name) => name);
}
