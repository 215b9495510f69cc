import { defineMethod } from "../method";
import {
	atMost,
	known,
	less,
	mul,
	next,
	reduceToSpans,
	rolloutInput,
	select,
	spanInput,
	spread,
	sub,
	tokenInput,
} from "../ops";
import type { Partition } from "../partition";
import { choiceParam, cutParams, integerParam, whiten, whitenParams } from "../sharedParams";

/**
 * SPO-chain: values at cut points before uncertain tokens; a segment gets the change of value across it.
 *
 * Uncertain: p_t < threshold. Every m-th of them starts a segment; A = V(next cut) − V(cut), the last segment R − V(cut), V read from
 * `values` at the segment's first token. What lies before the first cut gets 0. `cut=equal` is the naive form: pieces of
 * `segment` tokens, the first of which has no value before it and gets 0, as released (preset `naive`: no mask, whitened; the release cuts every
 * response into four pieces of equal length instead). Then the probability mask: tokens with p > threshold
 * get 0 (`mask=zero`), are not scored (`mask=skip`, which also leaves the loss's denominator), or keep it (`mask=none`). The advantage is
 * masked already; `weights` reports the mask, 1 or 0, as it was before whitening.
 *
 * **Edges** a rollout without an uncertain token gets 0; an unknown value at a cut leaves both segments beside it without credit.
 * **Against the exact advantage** unbiased at the level of segments before mask and whitening, with unbiased values and cuts that do not
 * depend on what was sampled. A cut where the sampled token was unlikely makes the baseline depend on the action: biased (cosine .855
 * with the exact gradient on KEYDOOR at a threshold of one half; at the default all tokens there are below it, and the cuts are fixed).
 * **Reduces** to R − V(prompt) in one segment where only the first token is a cut.
 * **Source** Guo et al. 2025, "Segment Policy Optimization", https://arxiv.org/abs/2505.23564.
 */
export const spoChain = defineMethod({
	id: "spoChain",
	title: "SPO chain",
	family: "segment",
	summary: "Cuts a rollout where the policy was unsure and asks how much each piece changed the chance of success.",
	source: {
		cite: "Guo et al. 2025, Segment Policy Optimization: Effective Segment-Level Credit Assignment in RL for Large Language Models",
		url: "https://arxiv.org/abs/2505.23564",
		verification: "compared with the released code",
	},
	params: {
		cut: choiceParam({
			label: "Cuts",
			help: "Before uncertain tokens, or pieces of equal length.",
			default: "probability",
			options: ["probability", "equal"],
		}),
		...cutParams(5),
		segment: integerParam({
			label: "Tokens of a piece",
			help: "Where pieces are equal.",
			default: 3,
			min: 1,
			max: 10000,
			unit: "tokens",
		}),
		mask: choiceParam({
			label: "Probability mask",
			help: "What certain tokens get: zero, no credit at all, or that of their segment.",
			default: "zero",
			options: ["zero", "skip", "none"],
		}),
		...whitenParams(false),
	},
	presets: { paper: {}, released: { mask: "skip", whiten: true }, naive: { cut: "equal", mask: "none", whiten: true } },
	place: { unit: "step or segment", source: "values of prefixes", extra: "fresh continuations", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [
		{ door: "equal", apples: "equal" },
		{ params: { threshold: 0.5, interval: 1, mask: "none" }, door: 0.855, apples: 0.835 },
		{ params: { threshold: 0.5, interval: 1 }, door: 0.836, apples: 0.82 },
	],
	needs: (p) => [{ field: "logProbs" }, { field: "values", at: cutsOf(p) }],
	estimate: (p) => {
		const { threshold, mask } = p;
		const cuts = cutsOf(p);
		const logThreshold = Math.log(threshold);
		const logProbs = tokenInput("logProbs");
		const atCut =
			p.cut === "equal"
				? less(0, spanInput("index", cuts))
				: less(reduceToSpans(logProbs, "first", cuts), logThreshold);
		const value = reduceToSpans(tokenInput("values"), "first", cuts);
		const change = sub(next(value, rolloutInput("returns")), value);
		const segment = spread(select(atCut, change, 0));
		const uncertain = atMost(logProbs, logThreshold);
		const masked = mask === "none" ? segment : select(uncertain, segment, 0);
		const given = known(segment);
		const scored = mask === "skip" ? mul(less(logProbs, logThreshold), given) : given;
		const weights = mask === "none" ? {} : { weights: uncertain };
		return { terms: { segment: p.whiten ? whiten(masked, p, scored) : masked }, scored, ...weights };
	},
});

interface CutValues {
	readonly cut: "probability" | "equal";
	readonly threshold: number;
	readonly interval: number;
	readonly segment: number;
}

function cutsOf({ cut, threshold, interval, segment }: CutValues): Partition {
	if (cut === "equal") return { kind: "fixed", length: segment, lastAlone: false, levels: 0 };
	return { kind: "cuts", threshold, interval };
}
