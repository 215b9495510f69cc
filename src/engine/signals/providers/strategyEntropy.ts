import { withSignal } from "../additions";
import { defineProvider } from "../provider";
import { semanticEntropy } from "../semanticEntropy";

/**
 * Semantic entropy of each rollout's group: how evenly the group uses different strategies, nats. Rollouts with the same planning
 * tokens in the same order follow one strategy.
 */
export const strategyEntropy = defineProvider({
	id: "strategyEntropy",
	title: "Semantic entropy",
	summary: "Measures how many different plans a group of rollouts tries.",
	source: {
		cite: "Emergent Hierarchical Reasoning in LLMs through Reinforcement Learning, 2025",
		url: "https://arxiv.org/abs/2509.03646",
	},
	cost: "arithmetic",
	provides: [{ signal: "semanticEntropy", level: "rollout", meaning: "entropy of the strategies of the group" }],
	reads: [],
	params: {},
	needs: () => [{ signal: "planning", level: "token", meaning: "1 for planning tokens" }],
	annotate(batch) {
		const { T, tokens, lengths, groupIds, signals } = batch;
		const planning = signals.planning!.data;
		const counts = new Map<number, Map<string, number>>();
		for (const [b, group] of groupIds.entries()) {
			const plan: number[] = [];
			for (let i = b * T; i < b * T + lengths[b]!; i++) if (planning[i] === 1) plan.push(tokens[i]!);
			const own = counts.get(group) ?? new Map<string, number>();
			own.set(plan.join(" "), (own.get(plan.join(" ")) ?? 0) + 1);
			counts.set(group, own);
		}
		const data = Float64Array.from(groupIds, (group) => semanticEntropy([...counts.get(group)!.values()]));
		return {
			batch: withSignal(batch, "semanticEntropy", {
				level: "rollout",
				data,
				provider: "strategyEntropy",
				unit: "nats",
			}),
		};
	},
});
