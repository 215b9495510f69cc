import type { RolloutBatch } from "../rollouts/batch";
import { allAlike } from "./alike";
import type { CpuOps } from "./cpuOps";
import type { Kind, Node, TreeStat } from "./ops";
import type { Spans } from "./partition";

export interface TreeNode {
	readonly children: Map<string | number, TreeNode>;
	/** Rollouts that pass through or end here, in order. */
	readonly leaves: number[];
	/** Rollouts that end here. */
	readonly ends: number[];
}

const empty = (): TreeNode => ({ children: new Map(), leaves: [], ends: [] });

/** Statistics of the nodes of each group's prefix tree, read along every rollout; see `prefixMean` and `treeStat`. */
export function prefixStatistic(ops: CpuOps, node: Node, { stat, at }: Extract<Kind, { op: "prefix" }>): Float64Array {
	const { batch } = ops;
	const x = ops.value(node.args[0]!);
	const spans = node.level === "span" ? ops.spans(node.partition!) : null;
	const paths = growTrees(batch, spans);
	const values = new Map<TreeNode, number>();
	const valueAt = (treeNode: TreeNode): number => {
		const known = values.get(treeNode);
		if (known !== undefined) return known;
		const value = stat === "mean" ? mean(treeNode.leaves.map((b) => x[b]!)) : mean(childValues(treeNode, x, valueAt));
		values.set(treeNode, value);
		return value;
	};
	// Leaves first, so that the recursion over children never goes deeper than one level.
	for (const path of paths)
		for (let i = path.length - 1; i >= 0; i--) if (stat !== "count" && stat !== "order") valueAt(path[i]!);
	const out = new Float64Array(ops.domain(node).count);
	paths.forEach((path, b) => {
		const first = spans ? spans.offsets[b]! : b * batch.T;
		for (let i = 0; i + 1 < path.length; i++) {
			const treeNode = path[at === "before" ? i : i + 1]!;
			out[first + i] = READ[stat](treeNode, b, valueAt, () => childValues(treeNode, x, valueAt));
		}
	});
	return out;
}

/** Rollouts below the tree node that a rollout reads at entry n, and the numbers of its children. */
export function readNode(
	ops: CpuOps,
	node: Node,
	{ at }: Extract<Kind, { op: "prefix" }>,
	rollout: number,
	n: number,
): { readonly rollouts: readonly number[]; readonly children: readonly number[] } {
	const x = ops.value(node.args[0]!);
	const spans = node.level === "span" ? ops.spans(node.partition!) : null;
	const treeNode = growTrees(ops.batch, spans)[rollout]![at === "before" ? n : n + 1]!;
	const valueAt = (child: TreeNode): number => mean(childValues(child, x, valueAt));
	return { rollouts: treeNode.leaves, children: childValues(treeNode, x, valueAt) };
}

type Read = (node: TreeNode, b: number, valueAt: (node: TreeNode) => number, children: () => number[]) => number;
const READ: Readonly<Record<TreeStat, Read>> = {
	mean: (node, _, valueAt) => valueAt(node),
	childMean: (node, _, valueAt) => valueAt(node),
	childSd0: (_, __, ___, children) => deviation(children()),
	count: ({ leaves }) => leaves.length,
	order: ({ leaves }, b) => leaves.indexOf(b),
};

function childValues({ children, ends }: TreeNode, x: Float64Array, valueAt: (node: TreeNode) => number): number[] {
	return [...[...children.values()].map(valueAt), ...ends.map((b) => x[b]!)];
}

/** Nodes of each rollout, from the root to its end. */
export function growTrees(batch: RolloutBatch, spans: Spans | null): TreeNode[][] {
	const roots = new Map<number, TreeNode>();
	return Array.from({ length: batch.B }, (_, b) => {
		const root = roots.get(batch.groupIds[b]!) ?? empty();
		roots.set(batch.groupIds[b]!, root);
		return grow(root, spans ? spanNames(batch, spans, b) : tokensOf(batch, b), b);
	});
}

function tokensOf({ T, tokens, lengths }: RolloutBatch, b: number): Int32Array {
	return tokens.subarray(b * T, b * T + lengths[b]!);
}

/** What each span adds to the prefix: its tokens and the environment's reply to them. */
function spanNames(batch: RolloutBatch, { offsets, start }: Spans, b: number): string[] {
	const tokens = tokensOf(batch, b);
	const count = offsets[b + 1]! - offsets[b]!;
	return Array.from({ length: count }, (_, k) => {
		const from = k === 0 ? 0 : start[offsets[b]! + k]!;
		const to = k + 1 < count ? start[offsets[b]! + k + 1]! : tokens.length;
		return tokens.subarray(from, to).join(" ");
	});
}

function grow(root: TreeNode, names: Iterable<string | number>, rollout: number): TreeNode[] {
	const path = [root];
	root.leaves.push(rollout);
	for (const name of names) {
		const parent = path.at(-1)!;
		const child = parent.children.get(name) ?? empty();
		parent.children.set(name, child);
		child.leaves.push(rollout);
		path.push(child);
	}
	path.at(-1)!.ends.push(rollout);
	return path;
}

function mean(xs: readonly number[]): number {
	return allAlike(xs) ? xs[0]! : xs.reduce((a, b) => a + b, 0) / xs.length;
}

function deviation(xs: readonly number[]): number {
	if (allAlike(xs)) return 0;
	const middle = mean(xs);
	return Math.sqrt(xs.reduce((a, v) => a + (v - middle) ** 2, 0) / xs.length);
}
