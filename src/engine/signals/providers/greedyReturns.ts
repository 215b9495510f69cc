import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/** Return of the rollout that always takes the most likely token, one for each group; chance of the environment is sampled. */
export const greedyReturns = defineProvider({
	id: "greedyReturns",
	title: "Greedy return",
	summary: "Asks what the policy would have earned without chance, once for each prompt.",
	source: {
		cite: "Li et al. 2023, ReMax: A Simple, Effective, and Efficient Reinforcement Learning Method for Aligning Large Language Models",
		url: "https://arxiv.org/abs/2310.10505",
	},
	cost: "rollouts",
	provides: [{ signal: "greedyReturn", level: "rollout", meaning: "return of the greedy rollout of the same prompt" }],
	reads: ["continuations"],
	params: {},
	children: () => 1,
	needs: () => [],
	annotate(batch, { sources }) {
		const groups = [...new Set(batch.groupIds)];
		const points = groups.map((group) => ({ rollout: batch.groupIds.indexOf(group), at: 0 }));
		const { returns, tokens } = sources.policy!.branch!({ points, children: 1, greedy: true });
		const data = Float64Array.from(batch.groupIds, (group) => returns[groups.indexOf(group)]!);
		return {
			batch: withSignal(batch, "greedyReturn", { level: "rollout", data, provider: "greedyReturns", unit: "return" }),
			cost: { extraTokens: tokens, modelCalls: points.length },
		};
	},
});
