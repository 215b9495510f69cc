import { defineLoss } from "../loss";
import { aggParams, clipParams, commonConfig, penaltyParams } from "../lossParams";

/**
 * Token and sequence ratio mixed, each clipped in its own band first: M = wρ + (1−w)s, C likewise clipped; ℓ = max(−AM, −AC).
 *
 * `mixBy=half`: w = 1/2. `mixBy=entropy`: w = H_t / max of the response, by the behaviour policy. The sequence branch has the
 * value of s and the gradient of each token. **The weighting and the bands are our reading: the paper's text could not be verified.**
 * **Source** "Orchestrating Tokens and Sequences: Dynamic Hybrid Policy Optimization for RLVR", 2026, https://arxiv.org/abs/2601.05607.
 */
export const dhpo = defineLoss({
	id: "dhpo",
	title: "DHPO",
	summary: "Trusts uncertain tokens by their own ratio and the others by that of the whole response.",
	source: {
		cite: "Orchestrating Tokens and Sequences: Dynamic Hybrid Policy Optimization for RLVR, 2026",
		url: "https://arxiv.org/abs/2601.05607",
		verification: "abstract only",
	},
	params: {
		mixBy: {
			type: "choice",
			label: "Mix by",
			help: "Half and half, or by the entropy of each token relative to the largest of its response.",
			default: "half",
			options: ["half", "entropy"],
		},
		...clipParams(0.2, 0.2),
		sequenceClipLow: {
			type: "number",
			label: "Sequence clip low",
			help: "The same for the sequence ratio, below 1.",
			default: 3e-4,
			min: 0,
			max: 1,
			unit: "",
		},
		sequenceClipHigh: {
			type: "number",
			label: "Sequence clip high",
			help: "The same for the sequence ratio, above 1.",
			default: 4e-4,
			min: 0,
			max: 1e6,
			unit: "",
		},
		...aggParams("seq-mean-token-mean"),
		...penaltyParams,
	},
	presets: { averaged: {}, entropyGuided: { mixBy: "entropy" } },
	config: (p) => ({
		...commonConfig(p),
		ratio: "mixed",
		mixBy: p.mixBy,
		clipLow: p.clipLow,
		clipHigh: p.clipHigh,
		sequenceClipLow: p.sequenceClipLow,
		sequenceClipHigh: p.sequenceClipHigh,
	}),
});
