import { defineLoss } from "../loss";
import { aggParams, commonConfig, penaltyParams } from "../lossParams";

/**
 * Unclipped surrogate −Aρ, plus coef·|log ρ| on the tokens whose advantage and log-probability vary together most.
 *
 * The authors' 7B runs touch .2% of the tokens (`paper`; their 32B run .02%), verl's recipe as many; verl's defaults are .02% and weight .1.
 *
 * **Edges** at least one token is touched. Not taken over: the authors' code takes no more percent than there are tokens, 16 of 40 at 50 % where this
 * takes 20, and none at 0 %. At the shares of the presets, below one percent, the cap never acts, so `paper` is both the paper and the code.
 * **Source** Cui et al. 2025, https://arxiv.org/abs/2505.22617; verl's `kl_cov` policy loss.
 */
export const klCov = defineLoss({
	id: "klCov",
	title: "KL-Cov",
	summary: "Holds the few tokens back that make the policy certain too soon.",
	source: {
		cite: "Cui et al. 2025, The Entropy Mechanism of Reinforcement Learning for Reasoning Language Models",
		url: "https://arxiv.org/abs/2505.22617",
		verification: "compared with the released code",
	},
	params: {
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
		covarianceKlCoef: {
			type: "number",
			label: "Weight of |log ρ|",
			help: "How strongly the chosen tokens are held back.",
			default: 1,
			min: 0,
			max: 1e3,
			unit: "",
		},
		...aggParams("token-mean"),
		...penaltyParams,
	},
	presets: {
		paper: { covarianceShare: 0.002 },
		verl: { covarianceKlCoef: 0.1, klClamp: 10 },
		verlRecipe: { covarianceShare: 0.002, klClamp: 10 },
	},
	config: (p) => ({
		...commonConfig(p),
		covariance: "kl",
		covarianceShare: p.covarianceShare,
		covarianceKlCoef: p.covarianceKlCoef,
	}),
});
