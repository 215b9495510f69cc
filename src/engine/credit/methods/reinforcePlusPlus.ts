import { klNeeds, klParams, penalisedRewards } from "../klReward";
import { defineMethod } from "../method";
import { discountParam } from "../normaliserParams";
import { mul, not, suffixSum, tokenInput } from "../ops";
import { choiceParam, whiten, whitenScaleParams } from "../sharedParams";

/**
 * REINFORCE++: the discounted return to go, whitened over all tokens of the batch. No groups needed.
 *
 * A = (G − mean) / sqrt(var + whitenEps) with G_{i,t} = Σ_{k≥t} γ^{k−t} (r_{i,k} − klCoef · k(log p − log p_ref)_{i,k}).
 *
 * **Edges** one token in all gets 0. `holes=reset` is what older releases do: an environment token forgets what comes after it.
 * **Against the exact advantage** the baseline is one number for the batch, so prompts of different difficulty shift each other.
 * **Presets** `openrlhf` is the trainer of the paper's author, with the KL weight that it has unless told; it divides by n and bounds the
 * variance by 1e-8 from below instead of adding to it.
 * **Source** Hu 2025, "REINFORCE++", https://arxiv.org/abs/2501.03262; verl `reinforce_plus_plus`.
 */
export const reinforcePlusPlus = defineMethod({
	id: "reinforcePlusPlus",
	title: "REINFORCE++",
	family: "baseline",
	summary: "Pays each token what was earned after it, shifted and scaled by the whole batch.",
	source: {
		cite: "Hu 2025, REINFORCE++: A Simple and Efficient Approach for Aligning Large Language Models",
		url: "https://arxiv.org/abs/2501.03262",
		verification: "compared with the released code",
	},
	params: {
		discount: discountParam(),
		...klParams,
		holes: choiceParam({
			label: "Environment tokens",
			help: "Whether the return is carried through them or starts anew before them, as in older releases.",
			default: "through",
			options: ["through", "reset"],
		}),
		...whitenScaleParams,
	},
	presets: {
		paper: {},
		verl: {},
		verlOld: { holes: "reset" },
		openrlhf: { klCoef: 0.01, whitenScale: "sd0", whitenEps: 0 },
	},
	place: { unit: "token", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [{ door: "scaled", apples: "scaled" }],
	needs: (p) => klNeeds(p),
	estimate: (p) => {
		const { discount, holes } = p;
		const decay = holes === "through" ? discount : mul(not(tokenInput("gapAfter")), discount);
		return { terms: { return: whiten(suffixSum(penalisedRewards(p), decay), p) } };
	},
});
