import { defineLoss } from "../loss";
import { aggParams, clipParams, commonConfig, penaltyParams } from "../lossParams";

/**
 * Clipped importance weights: ℓ = −sg[clip(ρ, 1 − low, 1 + high)]·A·log p. Clipped tokens keep a gradient of bounded weight.
 *
 * **Source** MiniMax 2025, "MiniMax-M1", https://arxiv.org/abs/2506.13585. The paper puts no lower bound
 * (low = 1) and tunes the upper one without giving it. No trainer of its authors is known. verl's `cispo` policy
 * loss gives the same number, with both bounds those of the clip, .2 unless a run says else; it bounds log ρ by 20 first. TRL's has no lower
 * bound and takes ε as the upper one itself: `trl` is its ε = 5.
 */
export const cispo = defineLoss({
	id: "cispo",
	title: "CISPO",
	summary: "Bounds how much an old token may count instead of dropping it.",
	source: {
		cite: "MiniMax 2025, MiniMax-M1: Scaling Test-Time Compute Efficiently with Lightning Attention",
		url: "https://arxiv.org/abs/2506.13585",
		verification: "compared with the released code",
	},
	params: { ...clipParams(1, 0.28), ...aggParams("token-mean"), ...penaltyParams },
	presets: { paper: {}, verl: { clipLow: 0.2, clipHigh: 0.2 }, trl: { clipHigh: 4 } },
	config: (p) => ({ ...commonConfig(p), objective: "cispo", clipLow: p.clipLow, clipHigh: p.clipHigh }),
});
