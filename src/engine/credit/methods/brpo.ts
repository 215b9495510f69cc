import { defineMethod } from "../method";
import {
	add,
	covered,
	div,
	equal,
	exp,
	groupStat,
	mul,
	type Node,
	neg,
	prefixSum,
	previous,
	reduceToRollouts,
	spanInput,
	spread,
	spreadToSpans,
	sub,
	suffixSum,
} from "../ops";
import { STEPS } from "../partition";
import { choiceParam } from "../sharedParams";

/**
 * BRPO: a chain of thought is cut at S budgets; each piece is credited with the scores at its own and later budgets, minus a baseline
 * from the rollout's past and from its group.
 *
 * c_s = score at budget s (the steps' rewards), P the prior over budgets. R_s = Σ_{j≥s} P_j c_j;
 * V1_s = (Σ_{j<s} 2^j c_j / Σ_{j<s} 2^j) · Σ_{j≥s} P_j, 0 for s = 0; V2_s = mean of R_s over the group;
 * A_s = R_s − (s·V1 + (S−s)·V2)/S for the tokens of piece s.
 *
 * **Edges** the group mean includes the rollout itself; nothing is divided by a deviation; tokens outside of pieces are not scored.
 * The summaries of one truncation are rollouts of their own: give them one group each and credit them with `drGrpo`; with one summary a
 * truncation, the group is all summaries at that budget.
 * **Against the exact advantage** unbiased up to the factor of a mean that includes itself, for the objective averaged over budgets.
 * **Reduces** to R − group mean at S = 1.
 * **Source** Qi et al. 2025, "Optimizing Anytime Reasoning via Budget Relative Policy Optimization", https://arxiv.org/abs/2505.13438.
 */
export const brpo = defineMethod({
	id: "brpo",
	title: "BRPO",
	family: "segment",
	summary: "Stops the thought at several budgets, and pays each stretch for the answers that come after it.",
	source: {
		cite: "Qi et al. 2025, Optimizing Anytime Reasoning via Budget Relative Policy Optimization",
		url: "https://arxiv.org/abs/2505.13438",
		verification: "compared with the released code",
	},
	params: {
		prior: choiceParam({
			label: "Prior",
			help: "How budgets weigh: alike, growing, or only the last.",
			default: "uniform",
			options: ["uniform", "linear", "base"],
		}),
		baseline: choiceParam({
			label: "Baseline",
			help: "Mixture, own past only, group only, or none.",
			default: "both",
			options: ["both", "past", "group", "none"],
		}),
	},
	presets: { paper: {}, linear: { prior: "linear" }, base: { prior: "base" }, groupOnly: { baseline: "group" } },
	place: {
		unit: "step or segment",
		source: "steps, states or marks",
		extra: "an answer at each budget",
		offPolicy: false,
	},
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: 0.901, apples: 0.901 }],
	needs: () => [{ stepField: "reward", of: "steps" }],
	estimate: ({ prior, baseline }) => {
		const score = spanInput("reward", STEPS);
		const s = spanInput("index", STEPS);
		const budgets = spreadToSpans(groupStat(reduceToRollouts(s, "count"), "max", { within: "group" }), STEPS);
		const weight = PRIORS[prior](s, budgets);
		const later = suffixSum(mul(weight, score));
		const power = exp(mul(s, Math.LN2));
		const past = div(previous(prefixSum(mul(power, score)), 0), previous(prefixSum(power), 0));
		const own = mul(past, suffixSum(weight));
		const group = groupStat(later, "mean", { within: "group", by: "rank" });
		const mixed = div(add(mul(s, own), mul(sub(budgets, s), group)), budgets);
		const chosen = { both: mixed, past: own, group, none: mul(s, 0) }[baseline];
		return { terms: { later: spread(later), baseline: spread(neg(chosen)) }, scored: covered(STEPS) };
	},
});

type Steps = Node<"span">;
/** P_s for s = 0 … S−1. */
const PRIORS: Readonly<Record<"uniform" | "linear" | "base", (s: Steps, S: Steps) => Steps>> = {
	uniform: (s, S) => div(add(mul(s, 0), 1), S),
	linear: (s, S) => div(mul(add(s, 1), 2), mul(S, add(S, 1))),
	base: (s, S) => equal(s, sub(S, 1)),
};
