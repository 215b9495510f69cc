import { defineLoss } from "../loss";
import { aggParams, clipParams, commonConfig, penaltyParams } from "../lossParams";

/**
 * Clipped surrogate without the tokens whose advantage and log-probability vary together: their loss is 0.
 *
 * Chosen are the largest covariances inside the band among tokens that the ratio clip leaves alone; the released code draws them at random. The
 * authors' runs (`paper`, and verl's recipe) leave ratios up to 2 alone; verl's defaults are the clip of PPO.
 * **Source** Cui et al. 2025, https://arxiv.org/abs/2505.22617; verl's `clip_cov` policy loss.
 */
export const clipCov = defineLoss({
	id: "clipCov",
	title: "Clip-Cov",
	summary: "Leaves out the few tokens that make the policy certain too soon.",
	source: {
		cite: "Cui et al. 2025, The Entropy Mechanism of Reinforcement Learning for Reasoning Language Models",
		url: "https://arxiv.org/abs/2505.22617",
		verification: "compared with the released code",
	},
	params: {
		...clipParams(0.2, 0.2),
		covarianceShare: {
			type: "number",
			label: "Share",
			help: "Share of tokens that are touched; at least one is.",
			default: 2e-4,
			min: 0,
			max: 1,
			unit: "",
			log: true,
		},
		covarianceLow: {
			type: "number",
			label: "Band from",
			help: "Covariances up to this are left alone.",
			default: 1,
			min: -1e6,
			max: 1e6,
			unit: "",
		},
		covarianceHigh: {
			type: "number",
			label: "Band to",
			help: "Covariances from this on are left alone too.",
			default: 5,
			min: -1e6,
			max: 1e6,
			unit: "",
		},
		...aggParams("token-mean"),
		...penaltyParams,
	},
	presets: { paper: { clipLow: 1, clipHigh: 1 }, verl: { klClamp: 10 } },
	config: (p) => ({
		...commonConfig(p),
		covariance: "clip",
		clipLow: p.clipLow,
		clipHigh: p.clipHigh,
		covarianceShare: p.covarianceShare,
		covarianceLow: p.covarianceLow,
		covarianceHigh: p.covarianceHigh,
	}),
});
