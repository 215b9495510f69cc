import { defineLoss } from "../loss";
import { aggParams, commonConfig, penaltyParams } from "../lossParams";

/**
 * The score function: ℓ = −A·log p. No ratio, no clip: meant for one gradient step per rollout batch.
 *
 * **Not verified** against the paper's text; there is no released code.
 * **Source** Williams 1992, https://doi.org/10.1007/BF00992696.
 */
export const reinforce = defineLoss({
	id: "reinforce",
	title: "Score function",
	summary:
		"Raises the log-probability of each token in proportion to its credit; right for one step on fresh rollouts.",
	source: {
		cite: "Williams 1992, Simple statistical gradient-following algorithms for connectionist reinforcement learning",
		url: "https://doi.org/10.1007/BF00992696",
		verification: "not verified",
	},
	params: { ...aggParams("token-mean"), ...penaltyParams },
	presets: { paper: {} },
	config: (p) => ({ ...commonConfig(p), ratio: "none" }),
});
