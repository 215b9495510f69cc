import type { RolloutTree } from "../../engine/rollouts/rolloutTree";
import { csvOf } from "../figures/csv";

/**
 * One line a node, parents before children: what it reads, how many rollouts pass, its mean return, the exact value at its end, and the
 * credit that its colour stands for, where that is chosen.
 */
export function treeCsv(tree: RolloutTree, textOf: (node: number) => string): string {
	const rows = Array.from({ length: tree.size }, (_, i) => [
		i,
		(tree.parent[i] as number) < 0 ? null : (tree.parent[i] as number),
		textOf(i),
		tree.rollout[i] as number,
		tree.start[i] as number,
		tree.end[i] as number,
		tree.count[i] as number,
		tree.value[i] as number,
		tree.exact[i] as number,
		tree.credit[i] as number,
	]);
	const columns = ["node", "parent", "text", "rollout", "start", "end", "rollouts", "mean_return", "exact_value"];
	return csvOf([...columns, "credit"], rows);
}
