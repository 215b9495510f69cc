import { decimate } from "./decimate";
import type { Layer } from "./layers";
import type { LinearScale } from "./linearScale";
import { bandPath, linePath } from "./linePath";

/** Around the plot of a line chart, CSS pixels. */
export const MARGIN = { top: 8, right: 12, bottom: 18, left: 40 };

/** A line of another run, with the band of its seeds where there are several. */
export interface LineBehind {
	readonly id: string;
	readonly x: Float64Array;
	readonly y: Float64Array;
	readonly low?: Float64Array;
	readonly high?: Float64Array;
	readonly dashed: boolean;
	/** Place among the categorical colours; null for the neutral one. */
	readonly colour: number | null;
}

/** A name at the end of a line. */
export interface EndLabel {
	readonly name: string;
	readonly step: number;
	readonly value: number;
}

interface Paths {
	readonly line: string | null;
	readonly band: string | null;
}
const drawn = new WeakMap<LineBehind, { readonly frame: string; readonly paths: Paths }>();

/** Lines of past runs do not change while a run goes on: their paths are worked out again only when the axes move. */
function pathsOf(of: LineBehind, frame: string, make: () => Paths): Paths {
	const known = drawn.get(of);
	if (known?.frame === frame) return known.paths;
	const paths = make();
	drawn.set(of, { frame, paths });
	return paths;
}

type Scale = LinearScale;

/** Lines and bands of other runs. Paths go by their ids, so that a line keeps its element while others come and go. */
export function drawBehind(layer: Layer, behind: readonly LineBehind[], width: number, x: Scale, y: Scale): void {
	const columns = width - MARGIN.left - MARGIN.right;
	const frame = [...x.domain(), ...x.range(), ...y.domain(), ...y.range()].join();
	const pathOf = (points: readonly (readonly [number, number])[]) =>
		linePath(points.map(([step, value]) => [x(step), y(value)]));
	const bandOf = ({ x: steps, low, high }: LineBehind) => {
		if (!low || !high) return null;
		const known = [...steps.keys()].filter((i) => Number.isFinite(low[i]));
		const edge = (values: Float64Array) => known.map((i) => [x(steps[i] as number), y(values[i] as number)] as const);
		return bandPath(edge(high), edge(low));
	};
	const paths = (b: LineBehind) =>
		pathsOf(b, frame, () => ({
			line: pathOf(decimate({ x: b.x, y: b.y, length: b.x.length }, columns)),
			band: bandOf(b),
		}));
	const colourOf = ({ colour }: LineBehind) => (colour === null ? "neutral" : `run-${colour % RUN_COLOURS}`);
	layer
		.selectAll<SVGPathElement, LineBehind>("path.band")
		.data(
			behind.filter((b) => b.low),
			(b) => b.id,
		)
		.join("path")
		.attr("class", (b) => `band ${colourOf(b)}`)
		.attr("d", (b) => paths(b).band);
	layer
		.selectAll<SVGPathElement, LineBehind>("path.line")
		.data(behind, (b) => b.id)
		.join("path")
		.attr("class", (b) => `line ${colourOf(b)}${b.dashed ? " dashed" : ""}`)
		.attr("d", (b) => paths(b).line);
}

/** Number of categorical colours in `panels.css`: none of them blue or orange, which mean credit. */
export const RUN_COLOURS = 6;

const LABEL_HEIGHT = 10;

/** Names above the ends of lines, or below where there is no room; those that would lie over each other are pushed down. */
export function drawEndLabels(layer: Layer, labels: readonly EndLabel[], height: number, x: Scale, y: Scale): void {
	const placed = labels
		.map(({ name, step, value }) => ({ name, x: x(step) - 3, y: y(value) - 4 }))
		.sort((a, b) => a.y - b.y);
	let above = MARGIN.top;
	for (const label of placed) {
		label.y = Math.min(Math.max(label.y, above + LABEL_HEIGHT), height - MARGIN.bottom - 2);
		above = label.y;
	}
	layer
		.selectAll("text")
		.data(placed)
		.join("text")
		.attr("text-anchor", "end")
		.attr("x", (d) => d.x)
		.attr("y", (d) => d.y)
		.text((d) => d.name);
}
