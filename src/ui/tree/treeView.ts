import { largest } from "../../engine/core/extremes";
import type { RolloutTree } from "../../engine/rollouts/rolloutTree";

/** A node with its place, or a crowd of small branches that were folded into one. */
export interface Placed {
	/** Index of the node; of the first one for a crowd. */
	readonly node: number;
	/** Branches folded into it; 0 for an ordinary node. */
	readonly crowd: number;
	readonly count: number;
	readonly value: number;
	readonly exact: number;
	/** What the colour stands for; NaN where not known. */
	readonly colour: number;
	/** The node leads to several ones. */
	readonly branches: boolean;
	readonly x0: number;
	readonly x1: number;
	readonly y0: number;
	readonly y1: number;
}

/** `value`, `exact`: gained over the branch that a node leaves. `credit`: of the node's own tokens. */
export type TreeColour = "value" | "exact" | "credit";

export interface Viewport {
	/** Node that fills the view. */
	readonly root: number;
	readonly width: number;
	readonly height: number;
	readonly colour: TreeColour;
}

const GAP = 1.5;
/** Lower than this a branch can neither be read nor hit. */
const SMALLEST = 7;
/** Branches of one node that are drawn; the others are folded. */
const MOST_BRANCHES = 24;

/**
 * Nodes to draw, with their places: x by token (by level in a tree of states), y by rollouts. Branches that would be lower than a line
 * of text, and those beyond 24 of one node, are folded into a crowd that carries their means. Nodes without tokens are left out.
 */
export function visibleNodes(tree: RolloutTree, view: Viewport): Placed[] {
	const out: Placed[] = [];
	const root = Math.min(view.root, tree.size - 1);
	const scale = scaleOf(tree, { ...view, root });
	const open = [root];
	for (let i = open.pop(); i !== undefined; i = open.pop()) {
		const children = childrenOf(tree, i);
		out.push(placed(tree, [i], view.colour, scale, children.length > 1));
		// Siblings come in order of size: once one is folded, those after it are too.
		const small = children.findIndex((c, k) => isFolded(tree, c, k, children.length, scale.perRow));
		const kept = small < 0 ? children : children.slice(0, small);
		if (small >= 0) out.push(placed(tree, children.slice(small), view.colour, scale, false));
		for (const child of kept.reverse()) open.push(child);
	}
	return out.filter((p) => p.x1 > p.x0);
}

function isFolded(tree: RolloutTree, child: number, place: number, siblings: number, perRow: number): boolean {
	return siblings > 1 && (place >= MOST_BRANCHES || (tree.count[child] as number) * perRow < SMALLEST);
}

export function childrenOf(tree: RolloutTree, node: number): number[] {
	const out: number[] = [];
	const end = tree.next[node] as number;
	for (let c = node + 1; c < end; c = tree.next[c] as number) out.push(c);
	return out;
}

interface Scale {
	readonly perRow: number;
	readonly top: number;
	readonly x: (node: number) => { readonly x0: number; readonly x1: number };
}

/** Siblings as one mark: a single node as it is, several as a crowd. */
function placed(
	tree: RolloutTree,
	nodes: readonly number[],
	colour: TreeColour,
	{ perRow, top, x }: Scale,
	branches: boolean,
): Placed {
	const [node = 0] = nodes;
	const count = nodes.reduce((sum, i) => sum + (tree.count[i] as number), 0);
	const mean = (of: (i: number) => number) =>
		nodes.reduce((sum, i) => sum + of(i) * (tree.count[i] as number), 0) / count;
	const y0 = ((tree.top[node] as number) - top) * perRow;
	const { x0 } = x(node);
	return {
		node,
		crowd: nodes.length > 1 ? nodes.length : 0,
		count,
		value: mean((i) => tree.value[i] as number),
		exact: mean((i) => tree.exact[i] as number),
		colour: mean((i) => colourOf(tree, i, colour)),
		branches,
		x0,
		x1: largest(nodes.map((i) => x(i).x1)) - GAP,
		y0,
		y1: Math.max(y0 + 1, y0 + count * perRow - GAP),
	};
}

function colourOf(tree: RolloutTree, i: number, colour: TreeColour): number {
	if (colour === "credit") return tree.credit[i] as number;
	const parent = tree.parent[i] as number;
	// States stand beside each other: only the steps taken from them compare.
	if (parent < 0 || (tree.names && parent === 0)) return 0;
	return (tree[colour][i] as number) - (tree[colour][parent] as number);
}

function scaleOf(tree: RolloutTree, { root, width, height }: Viewport): Scale {
	const perRow = height / Math.max(1, tree.count[root] as number);
	const top = tree.top[root] as number;
	if (tree.names) {
		const level = (i: number) => (tree.parent[i] === -1 ? 0 : tree.parent[i] === 0 ? 1 : 2);
		const first = Math.max(1, level(root));
		const unit = width / (3 - first);
		// Level 0 is everything: it takes no room.
		return {
			perRow,
			top,
			x: (i) => ({ x0: (Math.max(first, level(i)) - first) * unit, x1: (level(i) - first + 1) * unit }),
		};
	}
	const from = tree.start[root] as number;
	const first = childrenOf(tree, root).reduce((least, c) => Math.min(least, tree.start[c] as number), from);
	let last = first + 1;
	for (let i = root; i < (tree.next[root] as number); i++) last = Math.max(last, tree.end[i] as number);
	const at = (token: number) => ((token - first) / (last - first)) * width;
	return { perRow, top, x: (i) => ({ x0: at(tree.start[i] as number), x1: at(tree.end[i] as number) }) };
}

/** Where an arrow key leads: to the first branch, back to where this one left, to the sibling above or below; null for nowhere. */
export function walk(tree: RolloutTree, node: number, key: string): number | null {
	const parent = tree.parent[node] as number;
	const siblings = parent < 0 ? [node] : childrenOf(tree, parent);
	const at = siblings.indexOf(node);
	switch (key) {
		case "ArrowRight":
			return childrenOf(tree, node)[0] ?? null;
		case "ArrowLeft":
			return parent < 0 ? null : parent;
		case "ArrowDown":
			return siblings[at + 1] ?? null;
		case "ArrowUp":
			return siblings[at - 1] ?? null;
		case "Home":
			return 0;
		default:
			return null;
	}
}

/** Whether b is a or below it. */
export const isWithin = (tree: RolloutTree, a: number, b: number): boolean => b >= a && b < (tree.next[a] as number);

/** The node that a token of a rollout lies in; −1 for none. Not for trees of states, where a token may lie in none or several. */
export function nodeOfToken(tree: RolloutTree, rollout: number, token: number): number {
	const row = tree.rows.indexOf(rollout);
	if (row < 0) return -1;
	for (let i = 0; i < tree.size; ) {
		const inside = row >= (tree.top[i] as number) && row < (tree.top[i] as number) + (tree.count[i] as number);
		if (inside && token >= (tree.start[i] as number) && token < (tree.end[i] as number)) return i;
		i = inside ? i + 1 : (tree.next[i] as number);
	}
	return -1;
}
