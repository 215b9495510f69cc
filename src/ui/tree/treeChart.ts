import type { RolloutTree } from "../../engine/rollouts/rolloutTree";
import type { CreditScale } from "../charts/creditScale";
import { stepClass } from "../charts/creditStrip";
import { type Selection, select } from "../charts/select";
import { shortened } from "../charts/shortened";
import { signed, spoken } from "../format";
import { isWithin, type Placed } from "./treeView";

export interface TreeData {
	readonly tree: RolloutTree;
	readonly placed: readonly Placed[];
	readonly scale: CreditScale;
	/** Text of a node. */
	readonly textOf: (node: number) => string;
	/** The environment chooses what follows a node. */
	readonly byChance: (node: number) => boolean;
}

export interface TreeOptions {
	readonly width: number;
	readonly height: number;
	readonly label: string;
	/** Node under study; −1 for none. */
	readonly current: number;
	/** Nodes that a search has found. */
	readonly found: ReadonlySet<number>;
}

const LETTER = 7.4;
const SMALL_LETTER = 6.6;
/** Lower nodes have no text. */
const LINE = 12;

/**
 * A tree of rollouts as an icicle, into `element`. x: tokens, from left to right; height: number of rollouts; colour on the diverging
 * scale, hatched where negative; numbers: mean return, then the exact value at the node's end. A dot at the right edge: the policy
 * chooses between branches there; a ring: the environment does.
 */
export function drawTree(element: HTMLElement, data: TreeData, options: TreeOptions): void {
	const svg = select(element)
		.selectAll<SVGSVGElement, null>("svg")
		.data([null])
		.join("svg")
		.attr("role", "tree")
		.attr("tabindex", 0)
		.attr("aria-label", options.label)
		.attr("aria-activedescendant", options.current >= 0 ? nodeId(options.current) : null)
		.attr("width", options.width)
		.attr("height", options.height);
	drawHatch(svg);
	const nodes = svg
		.selectAll<SVGGElement, Placed>("g.node")
		.data(data.placed, (p) => p.node)
		.join((enter) => {
			const g = enter.append("g");
			g.append("rect").attr("class", "ground");
			g.append("rect").attr("class", "hatch");
			g.append("text").attr("class", "path");
			g.append("text").attr("class", "worth");
			g.append("circle").attr("r", 3);
			return g;
		})
		.attr("id", (p) => nodeId(p.node))
		.attr("class", (p) => `node ${stepClass(data.scale.step(p.colour))}`)
		.attr("role", "treeitem")
		.attr("aria-label", (p) => spokenNode(data, p))
		.attr("aria-selected", (p) => String(p.node === options.current))
		.attr("data-node", (p) => p.node)
		.attr("data-crowd", (p) => (p.crowd > 0 ? p.crowd : null))
		.attr("data-found", (p) => String(options.found.has(p.node)))
		.attr("transform", (p) => `translate(${p.x0},${p.y0})`)
		.order();
	for (const layer of ["ground", "hatch"])
		nodes
			.select<SVGRectElement>(`rect.${layer}`)
			.attr("width", (p) => Math.max(1, p.x1 - p.x0))
			.attr("height", (p) => p.y1 - p.y0);
	drawTexts(nodes, data);
}

const nodeId = (node: number) => `tree-node-${node}`;

function drawHatch(svg: Selection<SVGSVGElement, null, HTMLElement, unknown>): void {
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
}

function drawTexts(nodes: Selection<SVGGElement, Placed, SVGSVGElement, null>, data: TreeData): void {
	const middle = (p: Placed) => (p.y1 - p.y0) / 2;
	const texts = new Map(nodes.data().map((p) => [p, labelsOf(data, p)]));
	nodes
		.select<SVGTextElement>("text.path")
		.attr("x", 5)
		.attr("y", middle)
		.text((p) => texts.get(p)?.path ?? "");
	nodes
		.select<SVGTextElement>("text.worth")
		.attr("x", (p) => p.x1 - p.x0 - (p.branches ? 12 : 5))
		.attr("y", middle)
		.text((p) => texts.get(p)?.worth ?? "");
	nodes
		.select<SVGCircleElement>("circle")
		.attr("class", (p) => (data.byChance(p.node) ? "chance" : "choice"))
		.attr("cx", (p) => p.x1 - p.x0 - 5)
		.attr("cy", middle)
		.attr("display", (p) => (p.branches && p.y1 - p.y0 >= 7 ? null : "none"));
}

/** The tokens of a node, and its numbers where the tokens leave room for them: mean return, then exact behind a bar. */
function labelsOf({ textOf }: TreeData, p: Placed): { path: string; worth: string } {
	if (p.y1 - p.y0 < LINE) return { path: "", worth: "" };
	const text = p.crowd > 0 ? `+${p.crowd} more` : textOf(p.node);
	const room = p.x1 - p.x0 - (p.branches ? 22 : 16);
	const needed = Math.min(text.length, 16) * LETTER;
	const mean = signed(p.value);
	const both = `${mean} | ${signed(p.exact)}`;
	const numbers = Number.isNaN(p.exact) ? [mean] : [both, mean];
	const worth = numbers.find((n) => needed + n.length * SMALL_LETTER <= room) ?? "";
	return { path: fitting(text, room - worth.length * SMALL_LETTER), worth };
}

const fitting = (text: string, width: number): string => shortened(text, Math.floor(width / LETTER));

function spokenNode(data: TreeData, { node, crowd, count, value, exact }: Placed): string {
	const what = crowd > 0 ? `${crowd} more branches` : data.textOf(node) || "start";
	const known = Number.isNaN(exact) ? "" : `, exact ${spoken(exact)}`;
	return `${what}, ${count} rollouts, mean return ${spoken(value)}${known}`;
}

/** Outlines the nodes on the way to a token, without drawing again; −1 takes the outline away. */
export function markPath(element: HTMLElement, tree: RolloutTree, node: number): void {
	for (const g of element.querySelectorAll<SVGGElement>("g.node")) {
		const on = node >= 0 && g.dataset.crowd === undefined && isWithin(tree, Number(g.dataset.node), node);
		g.dataset.on = String(on);
	}
}
