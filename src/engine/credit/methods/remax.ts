import { klNeeds, klParams, penalisedRewards } from "../klReward";
import { defineMethod } from "../method";
import { neg, rolloutSignal, spread, suffixSum } from "../ops";

/**
 * ReMax: the return to go minus the return of the greedy rollout of the same prompt.
 *
 * A_{i,t} = Σ_{k≥t} r_{i,k} − R(greedy). Reads the rollout signal `greedyReturn`.
 *
 * With `klCoef` > 0, r_{i,k} − klCoef · k(log p − log p_ref)_{i,k} takes the place of r_{i,k}; the greedy return keeps its own.
 *
 * **Against the exact advantage** unbiased for the policy gradient: the baseline does not depend on the sampled tokens.
 * **Cost** one greedy rollout a prompt, paid by whoever provides the signal.
 * **Presets** `paper` and `verl` are one. With a KL weight the authors' code charges each token its own divergence only, verl what is to come.
 * **Source** Li et al. 2023, "ReMax", https://arxiv.org/abs/2310.10505; verl `remax`.
 */
export const remax = defineMethod({
	id: "remax",
	title: "ReMax",
	family: "baseline",
	summary: "Asks how much better a sample did than the answer the policy would have given without chance.",
	source: {
		cite: "Li et al. 2023, ReMax: A Simple, Effective, and Efficient Reinforcement Learning Method for Aligning Large Language Models",
		url: "https://arxiv.org/abs/2310.10505",
		verification: "compared with the released code",
	},
	params: klParams,
	presets: { paper: {}, verl: {} },
	place: { unit: "token", source: "a greedy rollout", extra: "a greedy rollout of each prompt", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: "equal", apples: "equal" }],
	needs: (p) => [
		...klNeeds(p),
		{ signal: "greedyReturn", level: "rollout", meaning: "return of the greedy rollout of the same prompt" },
	],
	estimate: (p) => ({
		terms: { return: suffixSum(penalisedRewards(p)), baseline: spread(neg(rolloutSignal("greedyReturn"))) },
	}),
});
