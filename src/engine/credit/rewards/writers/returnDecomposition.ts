import { tokenSignal } from "../../ops";
import { defineWriter } from "../writer";

/**
 * Return decomposition as a reward: every token is paid what was learned for it, so that the sum over a rollout explains its return.
 *
 * r'_t = r̂_t. Reads the token signal `rewardModel` = r̂.
 *
 * **Edges** r̂ need not add up to R.
 * **Source** Efroni et al. 2021, https://arxiv.org/abs/2008.06036; Ren et al. 2022, https://arxiv.org/abs/2111.13485.
 */
export const returnDecomposition = defineWriter({
	id: "returnDecomposition",
	title: "Return decomposition",
	summary: "Pays every token a learned reward; over the rollout they add up to the outcome.",
	source: {
		cite: "Ren et al. 2022, Learning Long-Term Reward Redistribution via Randomized Return Decomposition",
		url: "https://arxiv.org/abs/2111.13485",
		verification: "compared with the released code",
	},
	params: {},
	kind: "replaces",
	gradients: [{ door: 0.917, apples: 0.932 }],
	needs: () => [{ signal: "rewardModel", level: "token", meaning: "learned reward of each token" }],
	write: () => ({ rewards: tokenSignal("rewardModel") }),
});
