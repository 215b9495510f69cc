import { defineLoss } from "../loss";
import { aggParams, clipParams, commonConfig, dualClipParam, penaltyParams } from "../lossParams";

/**
 * Clipped surrogate at token level: ℓ = max(−Aρ, −A·clip(ρ, 1 − low, 1 + high)), with dual clip for A < 0 if asked.
 *
 * **Source** Schulman et al. 2017, equation 7, https://arxiv.org/abs/1707.06347; dual clip Ye et al. 2020,
 * https://arxiv.org/abs/1912.09729; asymmetric clip DAPO, https://arxiv.org/abs/2503.14476; the aggregations as released.
 */
export const ppo = defineLoss({
	id: "ppo",
	title: "Clipped surrogate",
	summary: "Moves the policy towards better tokens, but not further than a band around the policy that sampled them.",
	source: {
		cite: "Schulman et al. 2017, Proximal Policy Optimization Algorithms",
		url: "https://arxiv.org/abs/1707.06347",
		verification: "compared with the released code",
	},
	params: { ...clipParams(0.2, 0.2), dualClip: dualClipParam(0), ...aggParams("token-mean"), ...penaltyParams },
	presets: {
		paper: {},
		grpo: { agg: "seq-mean-token-mean", klCoef: 0.04 },
		drGrpo: { agg: "constant" },
		dapo: { clipHigh: 0.28 },
		verl: { dualClip: 3, klClamp: 10 },
		trl: {},
	},
	config: (p) => ({ ...commonConfig(p), clipLow: p.clipLow, clipHigh: p.clipHigh, dualClip: p.dualClip }),
});
