import { klNeeds, klParams, klPenalty } from "../klReward";
import { defineMethod } from "../method";
import { normaliserOf, scoredGroups, singletonParam } from "../normaliserParams";
import {
	add,
	atMost,
	covered,
	div,
	equal,
	exp,
	groupStat,
	known,
	less,
	min,
	mul,
	type Node,
	neg,
	next,
	normalise,
	not,
	orElse,
	reduceToRollouts,
	reduceToSpans,
	rolloutInput,
	select,
	spanInput,
	spread,
	spreadToSpans,
	sub,
	suffixMin,
	suffixSum,
	tokenInput,
} from "../ops";
import { STEPS } from "../partition";
import { choiceParam, numberParam, whiten, whitenParams } from "../sharedParams";

/**
 * PURE: the return of a step is the smallest reward still to come, not the sum.
 *
 * `form=min`: G_k = min(p_k … p_n) up to and including the worst step, 0 after it. `softmin`: G_k = Σ_{u≥k} w_u p_u with
 * w = softmax(−p/T) over all steps of the rollout. `sum`: G_k = Σ_{u≥k} p_u; `mean`: that over the number
 * of steps. `strictMin` is the release's option of that name and a mistake: the minimum over all token columns to come, where tokens that
 * end no step and padding count as 0, so that good steps earn nothing. `baseline=others` subtracts from every token
 * Σ of the other rollouts' token returns / ((G−1) · longest response); `step` takes from each step's part the mean over the others
 * of their average part, `token` the others' sum / their tokens times the tokens of the step. Then whitening if asked. Reads the steps'
 * rewards. `outcomeCoef` adds the leave-one-out return as a second term, `klCoef` the penalty −klCoef · Σ_{u≥t} k(log p_u − log p_ref,u)
 * as a third, after the baseline and before whitening, as the main branch does (0.001, k1).
 *
 * **Edges** a group of one, which has nobody to make a baseline of, keeps what is to come or gets 0 or no credit as `singleton` says; of the
 * outcome it gets its return or 0 as `outcomeSingleton` says, where the release divides by zero. Tokens outside of steps are not scored; a step without a reward is left out of
 * minimum, softmax, sum and count, has no baseline, and gets what is to come after it; `strictMin` counts it as 0, as all columns.
 * **Against the exact advantage** another objective: the expected worst step.
 * **Reduces** to `min` for T → 0, to the mean of the rewards at the first step for T → ∞.
 * **Source** Cheng et al. 2025, "Stop Summation", https://arxiv.org/abs/2504.15275; `others` and `strictMin` from the verl branch of the
 * release, `step` and `token` from its main branch (`experience_maker.py`), which gives separator tokens 0; here they are tokens of
 * their step. A `step` baseline favours answers of one step, as its authors note.
 */
export const pure = defineMethod({
	id: "pure",
	title: "PURE",
	family: "step",
	summary: "A chain of thought is as good as its worst step, so that is what earlier steps are paid.",
	source: {
		cite: "Cheng et al. 2025, Stop Summation: Min-Form Credit Assignment Is All Process Reward Model Needs for Reasoning",
		url: "https://arxiv.org/abs/2504.15275",
		verification: "compared with the released code",
	},
	params: {
		form: choiceParam({
			label: "Form",
			help: "Smallest reward to come, a softmax-weighted stand-in for it, the sum, the sum over the number of steps, or the release's mistaken minimum over all columns.",
			default: "softmin",
			options: ["softmin", "min", "sum", "mean", "strictMin"],
		}),
		temperature: numberParam({
			label: "Temperature",
			help: "Of the softmax: small is close to the minimum.",
			default: 0.1,
			min: 1e-4,
			max: 1e4,
			unit: "",
			log: true,
		}),
		baseline: choiceParam({
			label: "Baseline",
			help: "Nothing, the token returns of the others of the group, their average step, or their average token.",
			default: "none",
			options: ["none", "others", "step", "token"],
		}),
		...whitenParams(false),
		outcomeCoef: numberParam({
			label: "Outcome",
			help: "Weight of the leave-one-out return as a second term.",
			default: 0,
			min: 0,
			max: 100,
			unit: "",
		}),
		singleton: singletonParam("raw"),
		outcomeSingleton: choiceParam({
			label: "Outcome of one",
			help: "What a group of one gets as outcome: its own return (raw), or zero.",
			default: "zero",
			options: ["raw", "zero"],
		}),
		...klParams,
	},
	presets: {
		paper: { form: "min" },
		softmin: {},
		verl: { baseline: "others", whiten: true },
		verlStrictMin: { form: "strictMin", baseline: "others", whiten: true },
		mainStep: { baseline: "step", klCoef: 0.001 },
		mainToken: { baseline: "token", klCoef: 0.001 },
		sum: { form: "sum" },
		mean: { form: "mean" },
	},
	place: { unit: "step or segment", source: "a judge of steps", extra: "a judge", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [{ door: 0.945, apples: 0.934 }],
	needs: (p) => [{ stepField: "reward", of: "steps" }, ...klNeeds(p)],
	estimate: (p) => {
		const { baseline, outcomeCoef, singleton } = p;
		const { scored: several = 1 } = scoredGroups(singleton);
		const scored = mul(covered(STEPS), several);
		const process = processOf(p);
		const own = reduceToRollouts(process, "sum");
		const width = groupStat(rolloutInput("length"), "max", { within: "batch" });
		const centred =
			baseline === "others" ? sub(process, spread(div(othersSum(own), mul(othersCount(own), width)))) : process;
		const alone = spread(atMost(groupStat(own, "count", GROUP), 1));
		const kept = baseline !== "none" && singleton === "zero" ? select(alone, 0, centred) : centred;
		const penalty = klPenalty(p);
		const kl = penalty && neg(suffixSum(penalty));
		const terms: Record<string, Node<"token">> = { process: kept };
		if (p.whiten) terms.process = whiten(kl ? add(kept, kl) : kept, p, scored);
		else if (kl) terms.kl = kl;
		const loo = normaliserOf({ center: "loo", scale: "none", eps: 0, singleton: p.outcomeSingleton });
		if (outcomeCoef > 0) terms.outcome = mul(spread(normalise(rolloutInput("returns"), loo)), outcomeCoef);
		return { terms, scored };
	},
});

type Steps = Node<"span">;
type Rollouts = Node<"rollout">;
const ROLLOUT = { within: "rollout" } as const;
const GROUP = { within: "group" } as const;

const othersSum = (x: Rollouts) => sub(groupStat(x, "sum", GROUP), x);
const othersCount = (x: Rollouts) => sub(groupStat(x, "count", GROUP), 1);

interface FormValues {
	readonly form: "strictMin" | keyof typeof FORMS;
	readonly temperature: number;
	readonly baseline: "none" | "others" | "step" | "token";
}

/** What is to come from each token's step on, less the baseline of each step's part. */
function processOf({ form, temperature, baseline }: FormValues): Node<"token"> {
	const given = spanInput("reward", STEPS);
	const judged = known(given);
	const rewards = orElse(given, 0);
	if (form === "strictMin") return strictMinimum(rewards);
	const returns = FORMS[form]({ rewards, judged, least: leastOf(given, rewards) }, temperature);
	if (baseline !== "step" && baseline !== "token") return spread(returns);
	const parts = sub(returns, next(returns, 0));
	const sum = reduceToRollouts(parts, "sum");
	const without = (part: Steps) => spread(suffixSum(select(judged, sub(parts, part), parts)));
	if (baseline === "step") {
		const steps = reduceToRollouts(judged, "sum");
		return without(spreadToSpans(div(othersSum(div(sum, steps)), othersSum(not(not(steps)))), STEPS));
	}
	const perToken = div(othersSum(sum), othersSum(rolloutInput("policyLength")));
	const tokens = reduceToSpans(tokenInput("position"), "count", STEPS);
	return without(mul(spreadToSpans(perToken, STEPS), tokens));
}

/** The smallest of all columns to come: the rewards where steps end, 0 elsewhere and on padding. */
function strictMinimum(rewards: Steps): Node<"token"> {
	const position = tokenInput("position");
	const ends = mul(equal(position, spread(reduceToSpans(position, "last", STEPS))), covered(STEPS));
	const later = suffixMin(select(ends, spread(rewards), 0));
	const length = rolloutInput("length");
	const padded = less(length, groupStat(length, "max", { within: "batch" }));
	return select(spread(padded), min(later, 0), later);
}

interface JudgedSteps {
	/** 0 where there is none. */
	readonly rewards: Steps;
	/** 1 where there is one. */
	readonly judged: Steps;
	/** Of the steps from this one on, and of all of the rollout, the smallest reward there is. */
	readonly least: { readonly later: Steps; readonly ever: Steps };
}

/** Steps without a reward take one that is no smaller than any there is, so that they are the smallest only where none is to come. */
function leastOf(given: Steps, rewards: Steps): JudgedSteps["least"] {
	const filled = orElse(given, groupStat(rewards, "max", ROLLOUT));
	return { later: suffixMin(filled), ever: groupStat(filled, "min", ROLLOUT) };
}

const FORMS: Readonly<Record<"softmin" | "min" | "sum" | "mean", (steps: JudgedSteps, temperature: number) => Steps>> =
	{
		sum: ({ rewards }) => suffixSum(rewards),
		mean: ({ rewards, judged }) => div(suffixSum(rewards), groupStat(judged, "sum", ROLLOUT)),
		// The smallest reward is still to come as long as the suffix minimum equals that of the rollout.
		min: ({ judged, least: { later, ever } }) => select(mul(suffixSum(judged), atMost(later, ever)), later, 0),
		softmin: ({ rewards, judged, least }, temperature) => {
			// Chosen and not multiplied: a step without a reward may have odds beyond all numbers.
			const odds = select(judged, exp(div(neg(sub(rewards, least.ever)), temperature)), 0);
			return suffixSum(mul(div(odds, groupStat(odds, "sum", ROLLOUT)), rewards));
		},
	};
