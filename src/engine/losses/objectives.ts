import { covariant } from "./covariance";
import type { LogRatios } from "./ratios";
import type { SurrogateConfig, SurrogateInput } from "./surrogate";

/** Loss of each token before aggregation, and how it moves. */
export interface Branch {
	readonly loss: Float64Array;
	/** dℓ/d(log p of the token itself), beside the way through the span `[n]`. */
	readonly dOwn: Float64Array;
	/** dℓ/d(log-ratio of the span), and which tokens the span's log-ratio listens to; null where there is no such way. */
	readonly dSpan: { readonly slope: Float64Array; readonly open: Float64Array } | null;
	/** 1 where the clip removed the gradient `[n]`. */
	readonly clipped: Uint8Array;
}

/** ℓ, dℓ/d(log ratio), and whether a clip decided. */
interface Piece {
	readonly loss: number;
	readonly slope: number;
	readonly clipped: boolean;
}

/** The loss of each token as the configuration says, with its slopes; before aggregation, KL and entropy terms. */
export function branchOf(config: SurrogateConfig, input: SurrogateInput, ratios: LogRatios): Branch {
	if (config.ratio === "none") return scoreFunction(input);
	if (config.objective === "geometric") return geometric(config, input, ratios);
	if (config.objective === "cispo") return cispo(config, input, ratios);
	if (config.ratio === "mixed") return mixed(config, input, ratios);
	return pointwise(config, input, ratios);
}

/** −A·log p: no ratio. */
function scoreFunction({ advantage, logProbs }: SurrogateInput): Branch {
	return {
		loss: advantage.map((a, i) => -a * logProbs[i]!),
		dOwn: advantage.map((a) => -a),
		dSpan: null,
		clipped: new Uint8Array(advantage.length),
	};
}

function pointwise(config: SurrogateConfig, input: SurrogateInput, ratios: LogRatios): Branch {
	const n = input.advantage.length;
	const bySpan = config.ratio !== "token";
	const [logRatio, cut] = bySpan ? [ratios.span, ratios.spanCut] : [ratios.token, ratios.cut];
	const touched = covariant(config, input);
	const loss = new Float64Array(n);
	const slope = new Float64Array(n);
	const clipped = new Uint8Array(n);
	for (let i = 0; i < n; i++) {
		const piece = pieceOf(config, input.advantage[i]!, Math.exp(logRatio[i]!));
		const left = touched[i] && config.covariance === "clip";
		const held = touched[i] && config.covariance === "kl" ? config.covarianceKlCoef : 0;
		loss[i] = left ? 0 : piece.loss + held * Math.abs(logRatio[i]!);
		slope[i] = left || cut[i] ? 0 : piece.slope + held * Math.sign(logRatio[i]!);
		clipped[i] = left || piece.clipped ? 1 : 0;
	}
	if (!bySpan || config.ratio === "sequenceToken") return { loss, dOwn: slope, dSpan: null, clipped };
	return { loss, dOwn: new Float64Array(n), dSpan: { slope, open: new Float64Array(n).fill(1) }, clipped };
}

function pieceOf(config: SurrogateConfig, a: number, ratio: number): Piece {
	return config.objective === "sapo" ? softGate(config, a, ratio) : clippedMinimum(config, a, ratio);
}

/** max(−Aρ, −A·clip(ρ, 1 − low, 1 + high)), then for A < 0 at most −A·dualClip. */
function clippedMinimum({ clipLow, clipHigh, dualClip, covariance }: SurrogateConfig, a: number, ratio: number): Piece {
	const plain = -a * ratio;
	const bounded = -a * Math.min(1 + clipHigh, Math.max(1 - clipLow, ratio));
	const clipped = covariance !== "kl" && bounded > plain;
	const loss = clipped ? bounded : plain;
	const ceiling = -a * dualClip;
	if (a < 0 && dualClip > 0 && loss > ceiling) return { loss: ceiling, slope: 0, clipped: true };
	return { loss, slope: clipped ? 0 : plain, clipped };
}

/** −A·σ(τ(ρ − 1))·4/τ: slope −Aρ at ρ = 1, fading on both sides. Gao et al. 2025, https://arxiv.org/abs/2511.20347. */
function softGate({ tauPositive, tauNegative }: SurrogateConfig, a: number, ratio: number): Piece {
	const tau = a > 0 ? tauPositive : tauNegative;
	const gate = 1 / (1 + Math.exp(-tau * (ratio - 1)));
	return { loss: (-a * gate * 4) / tau, slope: -a * 4 * gate * (1 - gate) * ratio, clipped: false };
}

/** −sg[clip(ρ)]·A·log p: clipped tokens keep a gradient, of bounded weight. */
function cispo({ clipLow, clipHigh, ratio }: SurrogateConfig, input: SurrogateInput, ratios: LogRatios): Branch {
	const logRatio = ratio === "token" ? ratios.token : ratios.span;
	const bound = (r: number) => Math.min(1 + clipHigh, Math.max(1 - clipLow, r));
	const dOwn = input.advantage.map((a, i) => -a * bound(Math.exp(logRatio[i]!)));
	return {
		loss: dOwn.map((d, i) => d * input.logProbs[i]!),
		dOwn,
		dSpan: null,
		clipped: Uint8Array.from(logRatio, (l) => (bound(Math.exp(l)) === Math.exp(l) ? 0 : 1)),
	};
}

/** max(−A·M, −A·C) with M and C the mixtures of the raw and of the clipped ratios of token and sequence. */
function mixed(config: SurrogateConfig, input: SurrogateInput, ratios: LogRatios): Branch {
	const n = input.advantage.length;
	const weight = mixWeights(config, input);
	const out = { loss: new Float64Array(n), dOwn: new Float64Array(n), dSpan: null, clipped: new Uint8Array(n) };
	for (let i = 0; i < n; i++) {
		const [a, w] = [input.advantage[i]!, weight[i]!];
		const token = bounded(Math.exp(ratios.token[i]!), config.clipLow, config.clipHigh);
		const whole = bounded(Math.exp(ratios.span[i]!), config.sequenceClipLow, config.sequenceClipHigh);
		const raw = w * token.raw + (1 - w) * whole.raw;
		const kept = w * token.kept + (1 - w) * whole.kept;
		const byClip = -a * kept > -a * raw;
		out.loss[i] = -a * (byClip ? kept : raw);
		out.dOwn[i] = -a * (byClip ? w * token.slope + (1 - w) * whole.slope : raw);
		out.clipped[i] = byClip ? 1 : 0;
	}
	return out;
}

function bounded(raw: number, low: number, high: number) {
	const kept = Math.min(1 + high, Math.max(1 - low, raw));
	return { raw, kept, slope: kept === raw ? raw : 0 };
}

/** Weight of the token branch: 1/2, or H_t / max of the row (1/2 where the whole row has no entropy). */
function mixWeights({ mixBy }: SurrogateConfig, { B, rows, entropy, oldEntropy }: SurrogateInput): Float64Array {
	if (mixBy === "half") return new Float64Array(rows.length).fill(0.5);
	const guide = oldEntropy ?? entropy;
	const largest = new Float64Array(B);
	rows.forEach((row, i) => {
		largest[row] = Math.max(largest[row]!, guide[i]!);
	});
	return guide.map((h, i) => (largest[rows[i]!]! > 0 ? h / largest[rows[i]!]! : 0.5));
}

/** −Ā·exp(mean_t of log ρ_t, clipped on the side where that helps), one value for all tokens of a row. */
function geometric(
	config: SurrogateConfig,
	input: SurrogateInput,
	{ token, spans, spanCount, cut }: LogRatios,
): Branch {
	const { clipLow, clipHigh } = config;
	const { advantage } = input;
	const bound = token.map((l, i) => {
		const kept = Math.max(-clipLow, Math.min(clipHigh, l));
		return advantage[i]! > 0 ? Math.min(l, kept) : advantage[i]! < 0 ? Math.max(l, kept) : 0;
	});
	const mean = (x: Float64Array) => {
		const sums = new Float64Array(spanCount.length);
		for (let i = 0; i < x.length; i++) sums[spans[i]!]! += x[i]! / spanCount[spans[i]!]!;
		return sums;
	};
	const [logRatio, a] = [mean(bound), mean(advantage)];
	const loss = Float64Array.from(spans, (s) => -a[s]! * Math.exp(logRatio[s]!));
	const open = bound.map((l, i) => (l === token[i]! && !cut[i] ? 1 : 0));
	return {
		loss,
		dOwn: new Float64Array(loss.length),
		dSpan: { slope: loss, open },
		clipped: Uint8Array.from(open, (o) => 1 - o),
	};
}
