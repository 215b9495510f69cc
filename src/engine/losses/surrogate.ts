import { aggregationWeights } from "./aggregation";
import { klTerm } from "./klEstimators";
import { type Branch, branchOf } from "./objectives";
import { type LogRatios, logRatiosOf } from "./ratios";

/** One policy loss as numbers: every executor implements this one surrogate, whatever the loss is called. */
export interface SurrogateConfig {
	/**
	 * What is compared with the behaviour policy. `item`, `sequence`: geometric mean over the item or response;
	 * `sequenceToken`: its value, with the gradient of the token alone; `mixed`: token and sequence ratio, each clipped by itself.
	 */
	readonly ratio: "none" | "token" | "item" | "sequence" | "sequenceToken" | "mixed";
	/** Log-ratios of a span are averaged (geometric mean) or summed (probability of the span). */
	readonly spanLogRatio: "mean" | "sum";
	/** Log-ratios are cut to at most this, and to at least −20, before the exponential, as by verl's `vanilla`; TRL cuts none. */
	readonly maxLogRatio: number;
	/**
	 * `clip`: max(−Aρ, −A·clip(ρ)). `cispo`: −sg[clip(ρ)]·A·log p. `sapo`: −A·σ(τ(ρ−1))·4/τ.
	 * `geometric`: −Ā·exp(mean of log-ratios clipped on the side that helps).
	 */
	readonly objective: "clip" | "cispo" | "sapo" | "geometric";
	/** ρ is kept in [1 − clipLow, 1 + clipHigh]; `geometric` keeps log ρ in [−clipLow, clipHigh]. */
	readonly clipLow: number;
	readonly clipHigh: number;
	/** The same for the sequence branch of `mixed`. */
	readonly sequenceClipLow: number;
	readonly sequenceClipHigh: number;
	/** Weight of the token branch of `mixed`: one half, or the token's entropy over the largest of its response. */
	readonly mixBy: "half" | "entropy";
	/** For A < 0 the loss is at most −A times this; 0 = off. */
	readonly dualClip: number;
	/** Sharpness τ of `sapo` for A > 0 and A ≤ 0. */
	readonly tauPositive: number;
	readonly tauNegative: number;
	/** Tokens whose log-probability and advantage vary together most: left out (`clip`) or held back (`kl`). */
	readonly covariance: "none" | "clip" | "kl";
	/** Share of tokens that this touches (at least one), the band of covariances, and the weight of |log ρ|. */
	readonly covarianceShare: number;
	readonly covarianceLow: number;
	readonly covarianceHigh: number;
	readonly covarianceKlCoef: number;
	readonly aggregation: Aggregation;
	/** Tokens that `constant` divides by, for each rollout. */
	readonly constant: number;
	readonly klEstimator: "k1" | "k2" | "k3";
	/** Weight of the estimated KL divergence from the reference policy; 0 = off. */
	readonly klCoef: number;
	/** The estimate k3 is cut to at most this; 0 = not at all. */
	readonly klClamp: number;
	/** Weight of the entropy bonus; 0 = off. */
	readonly entropyCoef: number;
}

export type Aggregation = "token-mean" | "seq-mean-token-mean" | "seq-mean-token-sum" | "constant";

/** The n tokens that a loss counts, of B rollouts. */
export interface SurrogateInput {
	readonly B: number;
	/** Rollout of each token, not decreasing `[n]`. */
	readonly rows: Int32Array;
	/** log p of the policy, of the behaviour policy, and of the reference where there is one `[n]`, nats. */
	readonly logProbs: Float64Array;
	readonly oldLogProbs: Float64Array;
	readonly refLogProbs: Float64Array | null;
	/** Entropy of the policy `[n]`, nats. */
	readonly entropy: Float64Array;
	readonly advantage: Float64Array;
	/** Item of each token, for the ratio level `item`; equal numbers within a row are one item `[n]`. */
	readonly items?: Int32Array | null;
	/** Entropy of the behaviour policy, for `mixBy: "entropy"`; the present one where it is absent `[n]`. */
	readonly oldEntropy?: Float64Array | null;
}

export interface SurrogateOutput {
	readonly loss: number;
	/** dL/dlogp `[n]`. */
	readonly dlogProbs: Float64Array;
	/** dL/dH `[n]`; null where the loss has no entropy term. */
	readonly dentropy: Float64Array | null;
	/** Share of tokens whose gradient the clip removed. */
	readonly clipFraction: number;
	readonly metrics: SurrogateMetrics;
}

export interface SurrogateMetrics {
	readonly policyLoss: number;
	/** Aggregated KL estimate, before its coefficient; null without a reference. */
	readonly kl: number | null;
	readonly entropy: number;
	readonly clipFraction: number;
	readonly meanRatio: number;
	readonly tokens: number;
}

/**
 * The surrogate loss and its gradients, in float64: the definition for every executor.
 *
 * L = Σ_t w_t (ℓ_t + klCoef · k_t − entropyCoef · H_t), with w from the aggregation. Advantages, behaviour policy, reference and
 * mixing weights are constants. **Edges** no tokens give loss 0; rollouts without counted tokens drop out of means over
 * rollouts, not out of `constant`.
 */
export function surrogate(config: SurrogateConfig, input: SurrogateInput): SurrogateOutput {
	const n = input.rows.length;
	const weights = aggregationWeights(config, input.B, input.rows);
	const ratios = logRatiosOf(config, input);
	const branch = branchOf(config, input, ratios);
	const dlogProbs = backThroughRatio(config, weights, branch, ratios);
	const sums = { policy: 0, kl: 0, entropy: 0 };
	for (let i = 0; i < n; i++) {
		const w = weights[i]!;
		const reference = input.refLogProbs?.[i];
		sums.policy += w * branch.loss[i]!;
		sums.entropy += w * input.entropy[i]!;
		if (reference === undefined) continue;
		const kl = klTerm(config, input.logProbs[i]! - reference);
		sums.kl += w * kl.value;
		// A weight of 0 leaves out what is not finite, too.
		if (config.klCoef !== 0) dlogProbs[i]! += w * config.klCoef * kl.slope;
	}
	const clipFraction = share(branch.clipped);
	return {
		loss: sums.policy + (config.klCoef === 0 ? 0 : config.klCoef * sums.kl) - config.entropyCoef * sums.entropy,
		dlogProbs,
		dentropy: config.entropyCoef === 0 ? null : weights.map((w) => -config.entropyCoef * w),
		clipFraction,
		metrics: {
			policyLoss: sums.policy,
			kl: input.refLogProbs ? sums.kl : null,
			entropy: sums.entropy,
			clipFraction,
			meanRatio: n === 0 ? 1 : ratios.compared.reduce((a, l) => a + Math.exp(l), 0) / n,
			tokens: n,
		},
	};
}

/** dL/dlogp from dℓ/d(own log p) and dℓ/d(log-ratio of the token's span). */
function backThroughRatio(
	{ spanLogRatio }: SurrogateConfig,
	weights: Float64Array,
	{ dOwn, dSpan }: Branch,
	{ spans, spanCount }: LogRatios,
): Float64Array {
	const out = weights.map((w, i) => w * dOwn[i]!);
	if (!dSpan) return out;
	const flow = new Float64Array(spanCount.length);
	for (let i = 0; i < out.length; i++) flow[spans[i]!]! += weights[i]! * dSpan.slope[i]!;
	for (let i = 0; i < out.length; i++) {
		const s = spans[i]!;
		out[i]! += dSpan.open[i]! * (spanLogRatio === "mean" ? flow[s]! / spanCount[s]! : flow[s]!);
	}
	return out;
}

function share(flags: Uint8Array): number {
	return flags.length === 0 ? 0 : flags.reduce((a, b) => a + b, 0) / flags.length;
}
