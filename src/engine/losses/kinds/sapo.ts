import { defineLoss } from "../loss";
import { aggParams, commonConfig, penaltyParams } from "../lossParams";

/**
 * Soft adaptive gate: ℓ = −A·σ(τ(ρ − 1))·4/τ, with τ for A > 0 and a larger one for A ≤ 0: the gradient fades instead of stopping.
 *
 * **Source** Gao et al. 2025, "Soft Adaptive Policy Optimization", https://arxiv.org/abs/2511.20347, whose text was not read;
 * verl's `sapo` policy loss and TRL's have the same gate, temperatures and mean. verl bounds log ρ by 20 first.
 */
export const sapo = defineLoss({
	id: "sapo",
	title: "SAPO",
	summary:
		"Lets the gradient of a token fade smoothly as its ratio leaves 1, faster for bad tokens than for good ones.",
	source: {
		cite: "Gao et al. 2025, Soft Adaptive Policy Optimization",
		url: "https://arxiv.org/abs/2511.20347",
		verification: "compared with the released code",
	},
	params: {
		tauPositive: {
			type: "number",
			label: "τ for good tokens",
			help: "Sharpness of the gate where the advantage is positive.",
			default: 1,
			min: 1e-3,
			max: 1e3,
			unit: "",
		},
		tauNegative: {
			type: "number",
			label: "τ for bad tokens",
			help: "Sharpness of the gate where it is not.",
			default: 1.05,
			min: 1e-3,
			max: 1e3,
			unit: "",
		},
		...aggParams("seq-mean-token-mean"),
		...penaltyParams,
	},
	presets: { paper: {}, verl: {} },
	config: (p) => ({ ...commonConfig(p), objective: "sapo", tauPositive: p.tauPositive, tauNegative: p.tauNegative }),
});
