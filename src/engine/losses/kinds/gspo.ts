import { defineLoss } from "../loss";
import { aggParams, clipParams, commonConfig, penaltyParams } from "../lossParams";

/**
 * Clipped surrogate with one ratio per response: s = exp(mean_t log ρ_t); ℓ = max(−As, −A·clip(s)).
 *
 * `level=sequenceToken` lets each token carry its own gradient (GSPO-token); with credit that is constant over a response both agree.
 * `spanLogRatio=sum` is the probability ratio of the whole response, as in TRL's RLOO. `verl` and `trl` take the paper's clip, as their
 * recipes do; what they clip at unless told is .2.
 * **Source** Zheng et al. 2025, https://arxiv.org/abs/2507.18071.
 */
export const gspo = defineLoss({
	id: "gspo",
	title: "GSPO",
	summary: "Accepts or rejects whole responses: one length-normalised ratio for all tokens.",
	source: {
		cite: "Zheng et al. 2025, Group Sequence Policy Optimization",
		url: "https://arxiv.org/abs/2507.18071",
		verification: "compared with the released code",
	},
	params: {
		level: {
			type: "choice",
			label: "Ratio level",
			help: "One ratio per response, its value with each token's own gradient, or one ratio per item. In training the whole response is one item.",
			default: "sequence",
			options: ["sequence", "sequenceToken", "item"],
		},
		spanLogRatio: {
			type: "choice",
			label: "Log-ratios are",
			help: "Averaged (geometric mean) or summed (probability of the whole).",
			default: "mean",
			options: ["mean", "sum"],
		},
		maxLogRatio: {
			type: "number",
			label: "Log-ratio limit",
			help: "Largest log-ratio of a response; beyond it the ratio stays and its gradient is 0.",
			default: 20,
			min: 0,
			max: 20,
			unit: "nats",
		},
		...clipParams(3e-4, 4e-4),
		...aggParams("seq-mean-token-mean"),
		...penaltyParams,
	},
	presets: {
		paper: {},
		token: { level: "sequenceToken" },
		verl: { level: "sequenceToken", maxLogRatio: 10, klClamp: 10 },
		trl: {},
		trlRloo: { spanLogRatio: "sum", clipLow: 0.2, clipHigh: 0.2 },
		rankGrpo: { level: "item", clipLow: 0.06, clipHigh: 0.08, agg: "token-mean", klCoef: 1e-3 },
	},
	config: (p) => ({
		...commonConfig(p),
		ratio: p.level,
		spanLogRatio: p.spanLogRatio,
		maxLogRatio: p.maxLogRatio,
		clipLow: p.clipLow,
		clipHigh: p.clipHigh,
	}),
});
