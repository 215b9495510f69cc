import { defineLoss } from "../loss";
import { aggParams, commonConfig, penaltyParams } from "../lossParams";

/**
 * Group policy gradient: ℓ = −A·log p, mean over tokens, with the credit of Dr.GRPO in its preset `gpg` (or `gpgVerl`), whose
 * factor makes up for groups that are all alike.
 *
 * **Source** Chu et al. 2025, https://arxiv.org/abs/2504.02546, whose text was not read; their `GPGTrainer` and verl's `gpg` policy loss give the
 * same number and mean.
 */
export const gpg = defineLoss({
	id: "gpg",
	title: "GPG",
	summary: "Policy gradient with nothing else: no ratio, no clip, no reference policy.",
	source: {
		cite: "Chu et al. 2025, GPG: A Simple and Strong Reinforcement Learning Baseline for Model Reasoning",
		url: "https://arxiv.org/abs/2504.02546",
		verification: "compared with the released code",
	},
	params: { ...aggParams("token-mean"), ...penaltyParams },
	presets: { paper: {}, verl: {} },
	config: (p) => ({ ...commonConfig(p), ratio: "none" }),
});
