import { type AttentionMap, fai, meanDistance, meanMap, splitHeads, waad } from "./attention";

/** How attention is read: which heads, how far, and how many tokens are marked. */
export interface RhythmOptions {
	/** Share of heads that count as local, and as global. */
	readonly heads: number;
	/** W of WAAD, tokens. */
	readonly window: number;
	/** Horizon of FAI, tokens. */
	readonly from: number;
	readonly to: number;
	/** Share of tokens that are marked. */
	readonly marked: number;
	/** How far before an anchor its plan may lie, tokens. */
	readonly reach: number;
	/** τ_w and τ_d: quantiles over the response of WAAD and of its jumps. */
	readonly low: number;
	readonly high: number;
}

/**
 * As published, but for the horizon, which is longer than most toy responses: it begins at the next token. Medians as thresholds are our
 * reading.
 */
export const RHYTHM_DEFAULTS: RhythmOptions = {
	heads: 0.3,
	window: 10,
	from: 1,
	to: 50,
	marked: 0.4,
	reach: 3,
	low: 0.5,
	high: 0.5,
};

/** What the attention of one response says about its structure. */
export interface Rhythm {
	/** Mean distance that each head looks back, tokens. */
	readonly distances: readonly number[];
	readonly local: readonly number[];
	readonly global: readonly number[];
	/** `[N]` each: WAAD of the local heads, its jump to the next token, FAI of the global heads. */
	readonly waad: Float64Array;
	readonly jump: Float64Array;
	readonly fai: Float64Array;
	/** Tokens that plan, tokens that later ones keep looking at, in order. */
	readonly preplan: readonly number[];
	readonly anchors: readonly number[];
	/** Anchors inside a chunk, with the token that began it. */
	readonly couplings: readonly { readonly plan: number; readonly anchor: number }[];
}

/**
 * Preplan and anchor tokens of one response. Δ_t = |WAAD_t − WAAD_{t+1}|, last 0. Preplan: the largest share of Δ; anchors: the
 * largest share of FAI, ⌊share·n + ½⌋ tokens each, at least one, ties to the earlier. A coupling: an anchor with WAAD at most its
 * quantile `low` and the largest Δ of the `reach` tokens before it at least its quantile `high`, and the token of that Δ.
 *
 * **Shapes** one map of N·N a head, rows and columns of the response's tokens. **Edges** only tokens of the mask are marked and
 * count for quantiles; a token whose FAI is 0 is no anchor.
 * **Source** "Attention Illuminates LLM Reasoning", 2025, https://arxiv.org/abs/2510.13554; thresholds are our reading.
 */
export function rhythmOf(
	maps: readonly AttentionMap[],
	N: number,
	mask: ArrayLike<number>,
	options: RhythmOptions = RHYTHM_DEFAULTS,
): Rhythm {
	const distances = maps.map((map) => meanDistance(map, N));
	const { local, global } = splitHeads(distances, options.heads);
	const near = waad(meanMap(maps, local, N), N, options.window);
	const far = fai(meanMap(maps, global, N), N, options.from, options.to);
	const jump = near.map((x, t) => (t + 1 < N ? Math.abs(x - near[t + 1]!) : 0));
	const tokens = Array.from({ length: N }, (_, t) => t).filter((t) => mask[t] === 1);
	const preplan = largest(jump, tokens, options.marked);
	const anchors = largest(far, tokens, options.marked).filter((t) => far[t]! > 0);
	const couplings = couplingsOf(near, jump, anchors, tokens, options);
	return { distances, local, global, waad: near, jump, fai: far, preplan, anchors, couplings };
}

function largest(values: Float64Array, tokens: readonly number[], share: number): number[] {
	const count = Math.min(tokens.length, Math.max(1, Math.floor(share * tokens.length + 0.5)));
	const order = [...tokens].sort((a, b) => values[b]! - values[a]! || a - b);
	return order.slice(0, count).sort((a, b) => a - b);
}

function couplingsOf(
	near: Float64Array,
	jump: Float64Array,
	anchors: readonly number[],
	tokens: readonly number[],
	{ reach, low, high }: RhythmOptions,
): { plan: number; anchor: number }[] {
	const [close, far] = [quantileOf(near, tokens, low), quantileOf(jump, tokens, high)];
	return anchors.flatMap((anchor) => {
		const before = Array.from({ length: reach }, (_, k) => anchor - reach + k).filter((t) => t >= 0);
		const plan = before.reduce((best, t) => (jump[t]! > (jump[best] ?? -1) ? t : best), -1);
		return plan >= 0 && near[anchor]! <= close && jump[plan]! >= far ? [{ plan, anchor }] : [];
	});
}

/** Quantile of the values at these tokens, linear between the two nearest; NaN for none. */
function quantileOf(values: Float64Array, tokens: readonly number[], quantile: number): number {
	const sorted = tokens.map((t) => values[t]!).sort((a, b) => a - b);
	const place = (sorted.length - 1) * quantile;
	const [lower = Number.NaN, upper = Number.NaN] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
	return lower + (place - Math.floor(place)) * (upper - lower);
}
