import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear } from "d3-scale";
import { area, line } from "d3-shape";
import type { RunningValue } from "../../engine/oracle/continuations";
import { significant } from "../format";
import { layersOf } from "./layers";
import { select } from "./select";

export interface RunningData {
	readonly values: readonly RunningValue[];
	/** Level that the value tends to; NaN where not known. */
	readonly exact: number;
	/** Continuations that were asked for. */
	readonly of: number;
}

const MARGIN = { top: 6, right: 8, bottom: 18, left: 34 };

/**
 * The value of a prefix as continuations come in, as SVG in `element`. x: continuations; y: mean return with its 95 % interval,
 * linear; dotted: the exact value.
 */
export function drawRunning(
	element: HTMLElement,
	data: RunningData,
	{ width, height }: { readonly width: number; readonly height: number },
): void {
	const { values, exact } = data;
	const shown = [...values.flatMap((v) => [v.lo, v.hi]), ...(Number.isNaN(exact) ? [] : [exact])];
	const [low, high] = shown.length > 0 ? [Math.min(...shown), Math.max(...shown)] : [0, 1];
	const pad = high > low ? 0 : 0.5;
	const x = scaleLinear([1, Math.max(2, data.of)], [MARGIN.left, width - MARGIN.right]);
	const y = scaleLinear([low - pad, high + pad], [height - MARGIN.bottom, MARGIN.top]).nice(3);
	const last = values.at(-1);
	const svg = select(element)
		.selectAll<SVGSVGElement, null>("svg")
		.data([null])
		.join("svg")
		.attr("class", "running")
		.attr("role", "img")
		.attr(
			"aria-label",
			last ? `Mean return ${significant(last.mean)} after ${last.n} continuations` : "No continuations yet",
		)
		.attr("width", width)
		.attr("height", height);
	const layer = layersOf(svg);
	layer("x-axis")
		.attr("transform", `translate(0,${height - MARGIN.bottom})`)
		.call(axisBottom(x).ticks(3).tickSize(3));
	layer("y-axis")
		.attr("transform", `translate(${MARGIN.left},0)`)
		.call(
			axisLeft(y)
				.ticks(3)
				.tickSize(-(width - MARGIN.left - MARGIN.right))
				.tickFormat((d) => significant(Number(d))),
		);
	const band = area<RunningValue>()
		.x((v) => x(v.n))
		.y0((v) => y(v.lo))
		.y1((v) => y(v.hi));
	const mean = line<RunningValue>()
		.x((v) => x(v.n))
		.y((v) => y(v.mean));
	const path = (name: string, d: string | null) =>
		layer(name)
			.selectAll("path")
			.data([d])
			.join("path")
			.attr("d", (p) => p);
	path("band", band(values));
	path("mean", mean(values));
	layer("levels")
		.selectAll("line")
		.data(Number.isNaN(exact) ? [] : [exact])
		.join("line")
		.attr("x1", MARGIN.left)
		.attr("x2", width - MARGIN.right)
		.attr("y1", (d) => y(d))
		.attr("y2", (d) => y(d));
}
