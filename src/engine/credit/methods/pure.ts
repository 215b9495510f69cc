import { defineMethod } from "../method";
import {
	atMost,
	covered,
	div,
	exp,
	groupStat,
	mul,
	type Node,
	neg,
	normalise,
	orElse,
	reduceToRollouts,
	rolloutInput,
	select,
	spanInput,
	spread,
	sub,
	suffixMin,
	suffixSum,
} from "../ops";
import { STEPS } from "../partition";
import { choiceParam, numberParam, whiten, whitenParams } from "../sharedParams";

/**
 * PURE: the return of a step is the smallest reward still to come, not the sum.
 *
 * `form=min`: G_k = min(p_k … p_n) up to and including the worst step, 0 after it. `softmin`: G_k = Σ_{u≥k} w_u p_u with
 * w = softmax(−p/T) over all steps of the rollout. `sum`: G_k = Σ_{u≥k} p_u; `mean`: that over the number
 * of steps. `baseline=others` subtracts from every token
 * Σ of the other rollouts' token returns / ((G−1) · longest response), then whitening if asked. Reads the steps' rewards.
 * `outcomeCoef` adds the leave-one-out return as a second term.
 *
 * **Edges** a group of one has baseline 0; tokens outside of steps are not scored; a step without a reward has none of its own.
 * **Against the exact advantage** another objective: the expected worst step.
 * **Reduces** to `min` for T → 0, to the mean of the rewards at the first step for T → ∞.
 * **Source** Cheng et al. 2025, "Stop Summation", https://arxiv.org/abs/2504.15275.
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
			help: "Smallest reward to come, a softmax-weighted stand-in for it, the sum, or the sum over the number of steps.",
			default: "softmin",
			options: ["softmin", "min", "sum", "mean"],
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
			help: "Nothing, or the token returns of the others of the group.",
			default: "none",
			options: ["none", "others"],
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
	},
	presets: {
		paper: { form: "min" },
		softmin: {},
		verl: { baseline: "others", whiten: true },
		sum: { form: "sum" },
		mean: { form: "mean" },
	},
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [{ door: 0.945, apples: 0.934 }],
	needs: () => [{ stepField: "reward", of: "steps" }],
	estimate: (p) => {
		const { form, temperature, baseline, outcomeCoef } = p;
		const rewards = orElse(spanInput("reward", STEPS), 0);
		const steps = FORMS[form](rewards, temperature);
		const scored = covered(STEPS);
		const process = spread(steps);
		const own = reduceToRollouts(process, "sum");
		const others = sub(groupStat(own, "sum", { within: "group" }), own);
		const count = sub(groupStat(own, "count", { within: "group" }), 1);
		const width = groupStat(rolloutInput("length"), "max", { within: "batch" });
		const centred = baseline === "none" ? process : sub(process, spread(div(others, mul(count, width))));
		const terms: Record<string, Node<"token">> = { process: p.whiten ? whiten(centred, p, scored) : centred };
		const loo = { within: "group", center: "loo", scale: "none", eps: 0, epsOn: "sd", singleton: "zero" } as const;
		if (outcomeCoef > 0) terms.outcome = mul(spread(normalise(rolloutInput("returns"), loo)), outcomeCoef);
		return { terms, scored };
	},
});

type Steps = Node<"span">;
const ROLLOUT = { within: "rollout" } as const;

const FORMS: Readonly<Record<"softmin" | "min" | "sum" | "mean", (p: Steps, temperature: number) => Steps>> = {
	sum: (p) => suffixSum(p),
	mean: (p) => div(suffixSum(p), groupStat(p, "count", ROLLOUT)),
	// The smallest reward is still to come as long as the suffix minimum equals that of the rollout.
	min: (p) => {
		const later = suffixMin(p);
		return select(atMost(later, groupStat(p, "min", ROLLOUT)), later, 0);
	},
	softmin: (p, temperature) => {
		const odds = exp(div(neg(sub(p, groupStat(p, "min", ROLLOUT))), temperature));
		return suffixSum(mul(div(odds, groupStat(odds, "sum", ROLLOUT)), p));
	},
};
