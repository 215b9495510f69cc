import { defineLoss } from "../loss";
import { aggParams, clipParams, commonConfig, penaltyParams } from "../lossParams";

/**
 * Geometric mean of ratios: ℓ = −Ā·exp(mean_t log ρ_t), each log ρ_t clipped on the side that helps to [−low, high].
 *
 * **Source** Zhao et al. 2025, "Geometric-Mean Policy Optimization", https://arxiv.org/abs/2507.20673; verl's `geo_mean` policy
 * loss. verl also counts rollouts without tokens in the mean; here they drop out.
 */
export const gmpo = defineLoss({
	id: "gmpo",
	title: "GMPO",
	summary: "Multiplies clipped token ratios together, so that one odd token cannot dominate a response.",
	source: {
		cite: "Zhao et al. 2025, Geometric-Mean Policy Optimization",
		url: "https://arxiv.org/abs/2507.20673",
		verification: "compared with the released code",
	},
	params: { ...clipParams(0.4, 0.4), ...aggParams("seq-mean-token-mean"), ...penaltyParams },
	presets: { paper: {}, verl: { clipLow: 0.2, clipHigh: 0.2 } },
	config: (p) => ({ ...commonConfig(p), objective: "geometric", clipLow: p.clipLow, clipHigh: p.clipHigh }),
});
