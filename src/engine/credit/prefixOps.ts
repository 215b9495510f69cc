import type { RolloutBatch } from "../rollouts/batch";
import type { Kind } from "./ops";

interface TreeNode {
	readonly children: Map<number, TreeNode>;
	/** Rollouts that pass through or end here. */
	readonly leaves: number[];
	/** Rollouts that end here. */
	readonly ends: number[];
}

const empty = (): TreeNode => ({ children: new Map(), leaves: [], ends: [] });

/** Statistics of the nodes of each group's prefix tree, read along every rollout; see `prefixMean`. Environment tokens count as tokens. */
export function prefixStatistic(
	batch: RolloutBatch,
	{ stat, at }: Extract<Kind, { op: "prefix" }>,
	x: Float64Array,
): Float64Array {
	const { B, T, tokens, lengths, groupIds } = batch;
	const roots = new Map<number, TreeNode>();
	const paths = Array.from({ length: B }, (_, b) => {
		const root = roots.get(groupIds[b]!) ?? empty();
		roots.set(groupIds[b]!, root);
		return grow(root, tokens.subarray(b * T, b * T + lengths[b]!), b);
	});
	const values = new Map<TreeNode, number>();
	const nodeValue = (node: TreeNode): number => {
		const known = values.get(node) ?? STATISTICS[stat](node, x, nodeValue);
		values.set(node, known);
		return known;
	};
	// Leaves first, so that the recursion of `childMean` never goes deeper than one level.
	for (const path of paths) for (const node of [...path].reverse()) nodeValue(node);
	const out = new Float64Array(B * T);
	paths.forEach((path, b) => {
		for (let t = 0; t < lengths[b]!; t++) out[b * T + t] = nodeValue(path[at === "before" ? t : t + 1]!);
	});
	return out;
}

/** Adds a rollout; returns its nodes from the root to its end. */
function grow(root: TreeNode, tokens: Int32Array, rollout: number): TreeNode[] {
	const path = [root];
	root.leaves.push(rollout);
	for (const token of tokens) {
		const parent = path.at(-1)!;
		const child = parent.children.get(token) ?? empty();
		parent.children.set(token, child);
		child.leaves.push(rollout);
		path.push(child);
	}
	path.at(-1)!.ends.push(rollout);
	return path;
}

function mean(xs: readonly number[]): number {
	return xs.every((v) => v === xs[0]) ? xs[0]! : xs.reduce((a, b) => a + b, 0) / xs.length;
}

type Statistic = (node: TreeNode, x: Float64Array, nodeValue: (node: TreeNode) => number) => number;
const STATISTICS: Readonly<Record<"mean" | "childMean" | "count", Statistic>> = {
	count: ({ leaves }) => leaves.length,
	mean: ({ leaves }, x) => mean(leaves.map((b) => x[b]!)),
	childMean: ({ children, ends }, x, nodeValue) =>
		mean([...[...children.values()].map(nodeValue), ...ends.map((b) => x[b]!)]),
};
