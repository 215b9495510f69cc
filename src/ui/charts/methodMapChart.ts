import { SOURCES, UNITS } from "../../engine/credit/place";
import type { MappedMethod } from "../library/methodMap";
import type { Svg } from "./layers";
import { select } from "./select";

export interface MapOptions {
	readonly width: number;
	/** Method that is chosen; null for none. */
	readonly chosen: string | null;
	readonly onChoose: (id: string) => void;
}

const LEFT = 132;
const TOP = 22;
const LINE = 17;
const PAD = 5;
const TWO_COLUMNS_FROM = 210;
/** The longest names stand in this. In a narrower panel the map is scrolled. */
const NARROWEST_CELL = 148;

interface Placed extends MappedMethod {
	readonly x: number;
	readonly y: number;
}

interface Row {
	readonly source: string;
	readonly y: number;
	readonly height: number;
}

/**
 * Methods as names in a grid, as SVG in `element`: left to right from one number a rollout to one a token, downwards from what
 * every run has to what somebody must supply. ▲ needs a judge, ↺ weighs rollouts of an older policy.
 */
export function drawMethodMap(element: HTMLElement, methods: readonly MappedMethod[], options: MapOptions): void {
	const width = Math.max(options.width, LEFT + UNITS.length * NARROWEST_CELL);
	const cell = (width - LEFT) / UNITS.length;
	const { rows, placed, height } = placesOf(methods, cell);
	const svg = select(element)
		.selectAll<SVGSVGElement, null>("svg")
		.data([null])
		.join("svg")
		.attr("class", "method-map")
		.attr("width", width)
		.attr("height", height)
		.attr("role", "group")
		.attr("aria-label", "Methods by the unit of their credit and the source of their signal");
	drawGrid(svg, rows, width, cell);
	drawNames(svg, placed, options);
}

/** Rows are as high as their fullest cell; a cell has two columns of names where there is room for them. */
function placesOf(methods: readonly MappedMethod[], cell: number) {
	const columns = cell >= TWO_COLUMNS_FROM ? 2 : 1;
	const inCell = (unit: string, source: string) => methods.filter((m) => m.unit === unit && m.source === source);
	let height = TOP;
	const rows = SOURCES.map((source): Row => {
		const most = Math.max(1, ...UNITS.map((unit) => Math.ceil(inCell(unit, source).length / columns)));
		const row = { source, y: height, height: most * LINE + 2 * PAD };
		height += row.height;
		return row;
	});
	const placed = rows.flatMap((row) =>
		UNITS.flatMap((unit, u) =>
			inCell(unit, row.source).map(
				(method, i): Placed => ({
					...method,
					x: LEFT + u * cell + PAD + (i % columns) * (cell / columns),
					y: row.y + PAD + Math.floor(i / columns) * LINE + LINE / 2,
				}),
			),
		),
	);
	return { rows, placed, height };
}

function drawGrid(svg: Svg, rows: readonly Row[], width: number, cell: number): void {
	svg
		.selectAll<SVGTextElement, string>("text.unit")
		.data(["one number a", ...UNITS])
		.join("text")
		.attr("class", "unit")
		.attr("x", (_, u) => (u === 0 ? 0 : LEFT + (u - 1) * cell + PAD))
		.attr("y", TOP - 8)
		.text((unit) => unit);
	svg
		.selectAll<SVGLineElement, Row>("line.row")
		.data(rows)
		.join("line")
		.attr("class", "row")
		.attr("x2", width)
		.attr("y1", (r) => r.y)
		.attr("y2", (r) => r.y);
	svg
		.selectAll<SVGTextElement, Row>("text.source")
		.data(rows)
		.join("text")
		.attr("class", "source")
		.attr("y", (r) => r.y + PAD + LINE / 2)
		.text((r) => r.source);
}

function drawNames(svg: Svg, placed: readonly Placed[], { chosen, onChoose }: MapOptions): void {
	svg
		.selectAll<SVGTextElement, Placed>("text.method")
		.data(placed, (d) => d.id)
		.join("text")
		.attr("class", "method")
		.attr("role", "button")
		.attr("tabindex", 0)
		.attr("aria-pressed", (d) => d.id === chosen)
		.attr("x", (d) => d.x)
		.attr("y", (d) => d.y)
		.text((d) => `${d.title}${d.judge ? " ▲" : ""}${d.offPolicy ? " ↺" : ""}`)
		.on("click", (_, d) => onChoose(d.id))
		.on("keydown", (event: KeyboardEvent, d) => {
			if (event.key !== "Enter" && event.key !== " ") return;
			event.preventDefault();
			onChoose(d.id);
		});
}
