import { withSignal } from "../additions";
import { defineProvider } from "../provider";
import { semanticEntropy, strategyCounts } from "../semanticEntropy";

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
		const planning = batch.signals.planning!.data;
		const counts = strategyCounts(batch, (i) => planning[i] === 1);
		const data = Float64Array.from(batch.groupIds, (group) => semanticEntropy(counts.get(group)!));
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
