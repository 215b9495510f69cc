import { defineMethod } from "../method";
import { atMost, known, less, mul, next, reduceToSpans, rolloutInput, select, spread, sub, tokenInput } from "../ops";
import type { Partition } from "../partition";
import { choiceParam, integerParam, numberParam, whiten, whitenParams } from "../sharedParams";

/**
 * SPO-chain: values at cut points before uncertain tokens; a segment gets the change of value across it.
 *
 * Uncertain: p_t < threshold. Every m-th of them starts a segment; A = V(next cut) − V(cut), the last segment R − V(cut), V read from
 * `values` at the segment's first token. What lies before the first cut gets 0. Then the probability mask: tokens with p > threshold
 * get 0 (`mask=zero`), are not scored (`mask=skip`, which also leaves the loss's denominator), or keep it (`mask=none`).
 *
 * **Edges** a rollout without an uncertain token gets 0; an unknown value at a cut leaves both segments beside it without credit.
 * **Against the exact advantage** unbiased at the level of segments before mask and whitening, with unbiased values.
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
		threshold: numberParam({
			label: "Threshold",
			help: "Tokens below this probability are uncertain.",
			default: 0.9,
			min: 0,
			max: 1,
			unit: "",
		}),
		interval: integerParam({
			label: "Interval",
			help: "Every m-th uncertain token is a cut.",
			default: 5,
			min: 1,
			max: 1000,
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
	presets: { paper: {}, released: { mask: "skip", whiten: true } },
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [
		{ door: "equal", apples: "equal" },
		{ params: { threshold: 0.5, interval: 1, mask: "none" }, door: 0.855, apples: 0.835 },
		{ params: { threshold: 0.5, interval: 1 }, door: 0.836, apples: 0.82 },
	],
	needs: ({ threshold, interval }) => [
		{ field: "logProbs" },
		{ field: "values", at: { kind: "cuts", threshold, interval } },
	],
	estimate: (p) => {
		const { threshold, interval, mask } = p;
		const cuts: Partition = { kind: "cuts", threshold, interval };
		const logThreshold = Math.log(threshold);
		const logProbs = tokenInput("logProbs");
		const atCut = less(reduceToSpans(logProbs, "first", cuts), logThreshold);
		const value = reduceToSpans(tokenInput("values"), "first", cuts);
		const change = sub(next(value, rolloutInput("returns")), value);
		const segment = spread(select(atCut, change, 0));
		const uncertain = atMost(logProbs, logThreshold);
		const masked = mask === "none" ? segment : select(uncertain, segment, 0);
		const given = known(segment);
		const scored = mask === "skip" ? mul(less(logProbs, logThreshold), given) : given;
		return { terms: { segment: p.whiten ? whiten(masked, p, scored) : masked }, scored };
	},
});
