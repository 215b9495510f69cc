import { attentionCredit } from "../credit/methods/attentionCredit";
import type { ExperimentSpec } from "../spec/experiment";
import { resolveParams } from "../spec/params";
import { chosenLayers, type FlowReading, fai, meanDistance, meanMap, splitHeads, waad } from "./attention";
import { attentionFlow, chosen } from "./providers/attentionFlow";
import type { RolloutAttention } from "./sources";

/** How attention is read, and which tokens attention credit marks. */
export interface RhythmOptions extends FlowReading {
	/** Share of tokens that are marked. */
	readonly marked: number;
	/** How far before an anchor its plan may lie, tokens of the policy. */
	readonly reach: number;
	/** τ_w and τ_d: quantiles over the response of WAAD and of its jumps. */
	readonly low: number;
	readonly high: number;
}

/** What an experiment says: of its provider `attentionFlow`, and of `attentionCredit` where that is its method; defaults elsewhere. */
export function rhythmOptions({ signals, method }: Pick<ExperimentSpec, "signals" | "method">): RhythmOptions {
	const given = signals?.attentionFlow ?? {};
	const reading = resolveParams(attentionFlow.params, given, "signal provider attentionFlow") as unknown as FlowReading;
	const own = method.id === attentionCredit.id ? method.params : {};
	const { share, window, waadQuantile, jumpQuantile } = resolveParams(
		attentionCredit.params,
		own,
		"method attentionCredit",
	);
	return { ...reading, marked: share, reach: window, low: waadQuantile, high: jumpQuantile };
}

/** What the attention of one response says about its structure. */
export interface Rhythm {
	/** Mean distance that each head of all layers looks back, tokens. */
	readonly distances: readonly number[];
	/** Places in `distances`, among the layers that are read. */
	readonly local: readonly number[];
	readonly global: readonly number[];
	/** A token of the response each: WAAD of the local heads, its jump to the policy's next token (0 for others'), FAI of the global heads. */
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
 * Preplan and anchor tokens of one response, as `attentionFlow` and `attentionCredit` find them in a batch of this rollout alone: a batch of
 * several splits its heads by what they do in all. Δ_t = |WAAD_t − WAAD_{t+1}|, last 0. Preplan: the largest share of Δ; anchors: the largest
 * share of FAI, ⌊share·n + ½⌋ tokens each, at least one, ties to the earlier. A coupling: an anchor with WAAD at most its
 * quantile `low` and the largest Δ of the `reach` tokens before it at least its quantile `high`, and the token of that Δ.
 *
 * **Edges** only tokens of the mask are marked, count for quantiles and follow each other; a token whose FAI is 0 is no anchor.
 * **Source** "Attention Illuminates LLM Reasoning", 2025, https://arxiv.org/abs/2510.13554; thresholds are our reading.
 */
export function rhythmOf(attention: RolloutAttention, mask: ArrayLike<number>, options: RhythmOptions): Rhythm {
	const every = chosen(attention, { ...options, layers: "all" });
	const distances = every.heads.map((map) => meanDistance(map, every.N, every.first));
	const { heads, N, first } = chosen(attention, options);
	const skipped = (chosenLayers(attention.layers.length, options.layers)[0] ?? 0) * (attention.layers[0]?.length ?? 0);
	const { local, global } = splitHeads(distances.slice(skipped, skipped + heads.length), options.share);
	const near = waad(meanMap(heads, local, N), N, options.window).subarray(first);
	const far = fai(meanMap(heads, global, N), N, options.from, options.to).subarray(first);
	const tokens = Array.from(near.keys()).filter((t) => mask[t] === 1);
	const jump = new Float64Array(near.length);
	for (const [i, t] of tokens.entries()) jump[t] = Math.abs(near[t]! - near[tokens[i + 1] ?? t]!);
	const preplan = largest(jump, tokens, options.marked);
	const anchors = largest(far, tokens, options.marked).filter((t) => far[t]! > 0);
	const couplings = couplingsOf(near, jump, anchors, tokens, options);
	const inAll = (head: number) => head + skipped;
	return {
		distances,
		local: local.map(inAll),
		global: global.map(inAll),
		waad: near,
		jump,
		fai: far,
		preplan,
		anchors,
		couplings,
	};
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
		const place = tokens.indexOf(anchor);
		const before = tokens.slice(Math.max(0, place - reach), place);
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
