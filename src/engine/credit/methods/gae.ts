import { klNeeds, klParams, penalisedRewards } from "../klReward";
import { defineMethod, type Estimate } from "../method";
import { discountParam } from "../normaliserParams";
import { add, mul, next, sub, suffixSum, tokenInput } from "../ops";
import { bootstrapParams, numberParam, valueAfter, whiten, whitenParams } from "../sharedParams";

/**
 * Generalised advantage estimation with a critic's values.
 *
 * δ_t = r_t + γ V_{t+1} − V_t;  A_t = δ_t + γλ A_{t+1}. V after the last token is 0, or `bootstrap` where the rollout was cut.
 * Environment tokens are transparent: the result is that of a rollout without them. Terms: `td` = δ_t, `later` = γλ A_{t+1}; one
 * term `gae` when whitened.
 *
 * With `klCoef` > 0, r_t − klCoef · k(log p_t − log p_ref,t) takes the place of r_t, in the targets of `criticValues` too.
 *
 * **Edges** unknown values give no number: the token is not scored from there back.
 * **Against the exact advantage** unbiased with λ = γ = 1 whatever the critic; with exact values and γ = 1 unbiased for every λ;
 * otherwise biased by the critic's error.
 * **Reduces** to R − V at λ = γ = 1, to δ at λ = 0.
 * OpenRLHF (`openrlhf`) bounds the variance by 1e-8 from below and adds nothing to it; environment tokens have value 0 there and cost a step,
 * which at λ = γ = 1 changes nothing.
 * **Source** Schulman et al. 2016, equation 16, https://arxiv.org/abs/1506.02438. `rlhf` takes the KL weight of Ouyang et al.
 * 2022, "InstructGPT", https://arxiv.org/abs/2203.02155, appendix C.4.
 */
export const gae = defineMethod({
	id: "gae",
	title: "GAE (PPO)",
	family: "critic",
	summary: "Sums the surprises of a critic along the rollout, later ones counting less.",
	source: {
		cite: "Schulman et al. 2016, High-Dimensional Continuous Control Using Generalized Advantage Estimation",
		url: "https://arxiv.org/abs/1506.02438",
		verification: "compared with the released code",
	},
	params: {
		discount: discountParam(),
		lambda: numberParam({
			label: "λ",
			help: "Weight of later surprises: 0 trusts the critic, 1 the outcome.",
			default: 0.95,
			min: 0,
			max: 1,
			unit: "",
		}),
		...bootstrapParams,
		...whitenParams(false),
		...klParams,
	},
	presets: {
		paper: {},
		verl: { whiten: true, bootstrap: false, lambda: 1 },
		openrlhf: { whiten: true, bootstrap: false, lambda: 1, whitenScale: "sd0", whitenEps: 0, klCoef: 0.01 },
		rlhf: { whiten: true, bootstrap: false, klCoef: 0.02 },
	},
	place: { unit: "token", source: "values of prefixes", extra: "a critic or fresh continuations", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [
		{ door: "equal", apples: "equal" },
		{ params: { lambda: 0 }, door: "equal", apples: "equal" },
	],
	needs: (p) => [{ field: "values" }, ...klNeeds(p)],
	estimate: (p) => {
		const values = tokenInput("values");
		const td = sub(add(penalisedRewards(p), mul(next(values, valueAfter(p)), p.discount)), values);
		const sum = suffixSum(td, p.discount * p.lambda);
		const terms: Estimate["terms"] = p.whiten ? { gae: whiten(sum, p) } : { td, later: sub(sum, td) };
		return { terms };
	},
});
