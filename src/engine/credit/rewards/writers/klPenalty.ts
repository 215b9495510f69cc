import { klNeeds, klParams, klPenalty as penaltyOf } from "../../klReward";
import { neg } from "../../ops";
import { defineWriter } from "../writer";

/**
 * Divergence from the reference policy as a price, under the policy that sampled.
 *
 * r'_t = r_t − klCoef · k(log p_t − log p_ref,t).
 *
 * **Edges** methods with a `klCoef` of their own take it again.
 * **Source** Ziegler et al. 2019, https://arxiv.org/abs/1909.08593, section 2; the default weight is that of TRL's RLOO and of MA-RLHF.
 */
export const klPenalty = defineWriter({
	id: "klPenalty",
	title: "KL in the reward",
	summary: "Charges each token for what the reference policy would not have said.",
	source: {
		cite: "Ziegler et al. 2019, Fine-Tuning Language Models from Human Preferences",
		url: "https://arxiv.org/abs/1909.08593",
		verification: "compared with the released code",
	},
	params: { ...klParams, klCoef: { ...klParams.klCoef, default: 0.05 } },
	kind: "adds",
	gradients: [{ door: 0.994, apples: 0.995 }],
	needs: (p) => klNeeds(p),
	write(p) {
		const penalty = penaltyOf(p);
		return penalty && { rewards: neg(penalty) };
	},
});
