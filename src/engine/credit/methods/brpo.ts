import { defineMethod } from "../method";
import { singletonParam } from "../normaliserParams";
import {
	add,
	atMost,
	covered,
	div,
	equal,
	exp,
	groupStat,
	less,
	max,
	mul,
	type Node,
	neg,
	prefixSum,
	previous,
	reduceToRollouts,
	select,
	spanInput,
	spread,
	spreadToSpans,
	sub,
	suffixSum,
} from "../ops";
import { STEPS } from "../partition";
import { choiceParam, integerParam } from "../sharedParams";

/**
 * BRPO: a chain of thought is cut at S budgets; each piece is credited with the scores at its own and later budgets, minus a baseline
 * from the rollout's past and from its group.
 *
 * c_s = score at budget s (the steps' rewards), P the prior over budgets. R_s = Σ_{j≥s} P_j c_j;
 * V1_s = (Σ_{j<s} 2^j c_j / Σ_{j<s} 2^j) · Σ_{j≥s} P_j, 0 for s = 0; V2_s = mean of R_s over the group;
 * A_s = R_s − (s·V1 + (S−s)·V2)/S for the tokens of piece s. S is the most steps of the group, or `budgets` where that is more; a rollout
 * that ends before has its last score at all later budgets, where the release draws more summaries of its whole thought.
 *
 * The scores come with the rollouts, or from `signals: { budgetAnswers }` where the task can be answered early: the policy is asked at every
 * budget, and the last piece, with the rollout's own answer, has its own return. Else c_s is what `declaredLabels` or `stepRewards` say of step s.
 *
 * **Edges** the group mean includes the rollout itself; nothing is divided by a deviation; tokens outside of pieces are not scored; a
 * rollout without pieces is not in the mean. A group of one as `singleton` says: raw is the release's V2 = 0, and keeps V1.
 * The summaries of one truncation are rollouts of their own: give them one group each and credit them with `drGrpo`; with one summary a
 * truncation, the group is all summaries at that budget.
 * **Against the exact advantage** unbiased up to the factor of a mean that includes itself, for the objective averaged over budgets; for what
 * the rollout itself writes: answers at earlier budgets are not in the batch, so the policy is not trained to give them.
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
		budgets: integerParam({
			label: "Budgets",
			help: "S where no rollout of the group has as many steps; 0 = as many as the longest has.",
			default: 0,
			min: 0,
			max: 10000,
			unit: "",
		}),
		singleton: singletonParam("raw"),
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
	estimate: ({ prior, baseline, budgets, singleton }) => {
		const score = spanInput("reward", STEPS);
		const s = spanInput("index", STEPS);
		const steps = reduceToRollouts(s, "count");
		const S = spreadToSpans(max(groupStat(steps, "max", GROUP), budgets), STEPS);
		const { at, from } = PRIORS[prior];
		// The last score stands for all budgets from its own on.
		const weight = select(equal(add(s, 1), spreadToSpans(steps, STEPS)), from(s, S), at(s, S));
		const later = suffixSum(mul(weight, score));
		const power = exp(mul(s, Math.LN2));
		const past = div(previous(prefixSum(mul(power, score)), 0), previous(prefixSum(power), 0));
		const own = mul(past, suffixSum(weight));
		const withSteps = groupStat(less(0, steps), "sum", GROUP);
		const one = atMost(withSteps, 1);
		const alone = spreadToSpans(one, STEPS);
		const group = select(alone, 0, meanOfGroup({ score, withSteps, later, rest: from(s, S) }));
		const mixed = div(add(mul(s, own), mul(sub(S, s), group)), S);
		const chosen = { both: mixed, past: own, group, none: mul(s, 0) }[baseline];
		const kept = (x: Steps) => spread(singleton === "zero" ? select(alone, 0, x) : x);
		return {
			terms: { later: kept(later), baseline: kept(neg(chosen)) },
			scored: singleton === "skip" ? mul(covered(STEPS), spread(sub(1, one))) : covered(STEPS),
		};
	},
});

type Steps = Node<"span">;
const GROUP = { within: "group" } as const;

interface Scored {
	readonly score: Steps;
	/** Rollouts of the group that have steps. */
	readonly withSteps: Node<"rollout">;
	/** R_s, and the weight of all budgets from s on. */
	readonly later: Steps;
	readonly rest: Steps;
}

/** Mean of R_s over the rollouts of the group that have steps; those that have ended before s hold their last score. */
function meanOfGroup({ score, withSteps, later, rest }: Scored): Steps {
	const rank = { within: "group", by: "rank" } as const;
	const mean = groupStat(later, "mean", rank);
	const there = groupStat(later, "count", rank);
	const all = spreadToSpans(withSteps, STEPS);
	const last = reduceToRollouts(score, "last");
	const lastOf = spreadToSpans(last, STEPS);
	const ended = sub(spreadToSpans(groupStat(last, "sum", GROUP), STEPS), groupStat(lastOf, "sum", rank));
	return select(sub(all, there), div(add(mul(mean, there), mul(ended, rest)), all), mean);
}

interface Prior {
	/** P_s for s = 0 … S−1. */
	at(s: Steps, S: Steps): Steps;
	/** Σ_{j≥s} P_j. */
	from(s: Steps, S: Steps): Steps;
}
const triangle = (n: Steps) => mul(n, add(n, 1));
const PRIORS: Readonly<Record<"uniform" | "linear" | "base", Prior>> = {
	uniform: { at: (s, S) => div(add(mul(s, 0), 1), S), from: (s, S) => div(sub(S, s), S) },
	linear: {
		at: (s, S) => div(mul(add(s, 1), 2), triangle(S)),
		from: (s, S) => div(sub(triangle(S), triangle(s)), triangle(S)),
	},
	base: { at: (s, S) => equal(s, sub(S, 1)), from: (s) => add(mul(s, 0), 1) },
};
