import { hierarchy, partition } from "d3-hierarchy";
import { select } from "d3-selection";
import type { RolloutBatch } from "../../engine/rollouts/batch";
import { creditScale } from "../charts/creditScale";
import { cellClass } from "../charts/creditStrip";
import { signed } from "../format";
import { type DrawnNode, foldTree } from "./foldTree";
import type { PrefixNode } from "./prefixTree";

export interface TreeData {
	readonly root: PrefixNode;
	readonly batch: RolloutBatch;
	readonly tokens: readonly string[];
}

export interface TreeOptions {
	readonly width: number;
	readonly height: number;
	readonly pinned: { readonly rollout: number; readonly token: number } | null;
	readonly hovered: { readonly rollout: number; readonly token: number } | null;
}

/** A node with its place: x by token position, y by rollouts. */
interface Placed {
	readonly node: DrawnNode;
	/** What taking this branch was worth: its mean return minus that of the node it leaves; 0 at the root. */
	readonly gain: number;
	readonly x0: number;
	readonly x1: number;
	readonly y0: number;
	readonly y1: number;
}

const GAP = 1.5;
/** Lower than this a branch cannot be read or hit. */
const SMALLEST = 7;
const LETTER = 7.3;

/**
 * The prefix tree as an icicle, into `element`. x: token position; height: number of rollouts; colour: mean return of the
 * branch minus that of the branch it leaves, on the diverging scale, hatched where negative.
 */
export function drawTree(element: HTMLElement, data: TreeData, options: TreeOptions): void {
	const placed = placeNodes(data.root, options.width, options.height);
	const scale = creditScale(placed.map((p) => p.gain));
	const svg = select(element)
		.selectAll<SVGSVGElement, null>("svg")
		.data([null])
		.join("svg")
		.attr("role", "img")
		.attr("aria-label", `Prefix tree of ${data.root.rollouts.length} rollouts with ${placed.length} branches`)
		.attr("width", options.width)
		.attr("height", options.height);
	const pattern = svg
		.selectAll<SVGPatternElement, null>("pattern")
		.data([null])
		.join("pattern")
		.attr("id", "hatch")
		.attr("width", 4)
		.attr("height", 4)
		.attr("patternUnits", "userSpaceOnUse")
		.attr("patternTransform", "rotate(45)");
	pattern.selectAll("rect").data([null]).join("rect").attr("class", "hatch-line").attr("width", 1).attr("height", 4);
	const nodes = svg
		.selectAll<SVGGElement, Placed>("g")
		.data(placed)
		.join((enter) => {
			const g = enter.append("g");
			g.append("rect").attr("class", "ground");
			g.append("rect").attr("class", "hatch");
			g.append("text").attr("class", "path");
			g.append("text").attr("class", "worth");
			return g;
		})
		.attr("class", (p) => `node ${cellClass(scale.step(p.gain))}`)
		.attr("data-rollout", (p) => p.node.rollouts[0] as number)
		.attr("data-token", (p) => p.node.start)
		.attr("data-on", (p) => String(contains(p.node, options.hovered)))
		.attr("aria-hidden", "true")
		.attr("transform", (p) => `translate(${p.x0},${p.y0})`);
	for (const layer of ["ground", "hatch"])
		nodes
			.select<SVGRectElement>(`rect.${layer}`)
			.attr("width", (p) => p.x1 - p.x0)
			.attr("height", (p) => p.y1 - p.y0);
	nodes
		.select<SVGTextElement>("text.path")
		.attr("x", 5)
		.attr("y", (p) => (p.y1 - p.y0) / 2)
		.text((p) => fitting(textOf(p.node, data), p.x1 - p.x0 - 46));
	nodes
		.select<SVGTextElement>("text.worth")
		.attr("x", (p) => p.x1 - p.x0 - 5)
		.attr("y", (p) => (p.y1 - p.y0) / 2)
		.text((p) => (p.x1 - p.x0 > 44 && p.y1 - p.y0 > 11 ? signed(p.node.value) : ""));
}

/** Nodes with their places, in drawing order; what would be lower than a line of text is folded. Nodes without tokens are left out. */
export function placeNodes(root: PrefixNode, width: number, height: number): Placed[] {
	const folded = foldTree(root, height, SMALLEST);
	const tree = hierarchy<DrawnNode>(folded, (n) => [...n.children]).sum((n) => ownLeaves(n));
	const laid = partition<DrawnNode>().size([height, 1])(tree);
	const last = Math.max(1, ...laid.leaves().map((l) => l.data.end));
	return laid
		.descendants()
		.filter((n) => n.data.end > n.data.start)
		.map((n) => ({
			node: n.data,
			gain: n.parent ? n.data.value - n.parent.data.value : 0,
			x0: (n.data.start / last) * width,
			x1: (n.data.end / last) * width - GAP,
			y0: n.x0,
			y1: Math.max(n.x0 + 1, n.x1 - GAP),
		}));
}

/** Rollouts that end at a node: they give it its own share of the height. */
const ownLeaves = (n: DrawnNode) => n.rollouts.length - n.children.reduce((sum, c) => sum + c.rollouts.length, 0);

function textOf(node: DrawnNode, { batch, tokens }: TreeData): string {
	if (node.crowd > 0) return `+${node.crowd} more`;
	const from = (node.rollouts[0] as number) * batch.T;
	const ids = batch.tokens.subarray(from + node.start, from + node.end);
	return Array.from(ids, (id) => tokens[id] ?? `#${id}`).join(" ");
}

function fitting(text: string, width: number): string {
	const letters = Math.floor(width / LETTER);
	if (text.length <= letters) return text;
	return letters < 2 ? "" : `${text.slice(0, letters - 1)}…`;
}

function contains(node: DrawnNode, at: { rollout: number; token: number } | null): boolean {
	return at !== null && node.rollouts.includes(at.rollout) && at.token >= node.start && at.token < node.end;
}
