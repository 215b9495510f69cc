import type { RolloutBatch } from "../../rollouts/batch";
import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/**
 * The prefix tree of each group, as marks on tokens: `prefixCount`, rollouts of the group that share the tokens up to and including
 * this one; `branchPoint`, 1 where the rollouts that share the tokens before this one do not all go on with it.
 */
export const prefixMarks = defineProvider({
	id: "prefixMarks",
	title: "Prefix tree",
	summary: "Counts the rollouts of a group that share each prefix, and marks where they part.",
	source: {
		cite: "Exploiting Tree Structure for Credit Assignment in RL Training of LLMs, 2025",
		url: "https://arxiv.org/abs/2509.18314",
	},
	cost: "arithmetic",
	provides: [
		{ signal: "prefixCount", level: "token", meaning: "rollouts that share the prefix" },
		{ signal: "branchPoint", level: "token", meaning: "1 where rollouts part" },
	],
	reads: [],
	params: {},
	needs: () => [],
	annotate(batch) {
		const { counts, branch } = marks(batch);
		const signal = { level: "token", provider: "prefixMarks", unit: "" } as const;
		const counted = withSignal(batch, "prefixCount", { ...signal, data: counts, unit: "rollouts" });
		return { batch: withSignal(counted, "branchPoint", { ...signal, data: branch }) };
	},
});

function marks({ B, T, tokens, lengths, groupIds }: RolloutBatch) {
	const counts = new Float64Array(B * T);
	const branch = new Float64Array(B * T);
	const nodes: Map<number, { node: number; count: number }>[] = [];
	const members: number[] = [];
	const roots = new Map<number, number>();
	const make = () => nodes.push(new Map()) - 1;
	const walk = (b: number, visit: (at: number, node: number, next: { node: number; count: number }) => void) => {
		const group = groupIds[b]!;
		if (!roots.has(group)) roots.set(group, make());
		let node = roots.get(group)!;
		for (let t = 0; t < lengths[b]!; t++) {
			const token = tokens[b * T + t]!;
			const next = nodes[node]!.get(token) ?? { node: make(), count: 0 };
			nodes[node]!.set(token, next);
			visit(b * T + t, node, next);
			node = next.node;
		}
	};
	for (let b = 0; b < B; b++)
		walk(b, (_, node, next) => {
			next.count += 1;
			members[node] = (members[node] ?? 0) + 1;
		});
	for (let b = 0; b < B; b++)
		walk(b, (at, node, next) => {
			counts[at] = next.count;
			branch[at] = next.count < members[node]! ? 1 : 0;
		});
	return { counts, branch };
}
