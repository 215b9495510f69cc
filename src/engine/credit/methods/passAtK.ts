import { overDeviation } from "../alike";
import { defineMethod } from "../method";
import { epsParam, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import { add, div, equal, groupStat, less, max, mul, type Node, rolloutInput, select, spread, sqrt, sub } from "../ops";
import { choiceParam, integerParam } from "../sharedParams";

const GROUP = { within: "group" } as const;

/**
 * Pass@k credit: pays what a rollout adds to the best of the group instead of to its mean.
 *
 * `form=best` (verl): the single best rollout gets (R_max − R_second) / (sd + eps), all others 0.
 * `form=analytic`, for R > 0 a success, N rollouts and M failures: R̄ = 1 − C(M,k)/C(N,k), σ = √(R̄(1−R̄));
 * a success gets (1 − R̄)/σ, a failure (1 − R̄ − C(M−1,k−1)/C(N−1,k−1))/σ; 0 where σ is 0.
 *
 * **Edges** a tie for the best gives 0 to all; a group of one as `singleton` says (verl raises an error); k beyond N counts as
 * certain success.
 * **Against the exact advantage** another objective: the expected best of k, not the expected return. Where returns take two values
 * its gradient is a multiple of the exact one.
 * **Source** Walder & Karkhanis 2025, "Pass@K Policy Optimization", https://arxiv.org/abs/2505.15201, and verl `grpo_passk`
 * (after https://arxiv.org/abs/2503.19595); analytic form Chen et al. 2025, "Pass@k Training", https://arxiv.org/abs/2508.10751.
 */
export const passAtK = defineMethod({
	id: "passAtK",
	title: "Pass@k",
	family: "group",
	summary: "Rewards having one very good answer among several instead of good answers on average.",
	source: {
		cite: "verl grpo_passk; Chen et al. 2025, Pass@k Training for Adaptively Balancing Exploration and Exploitation of Large Reasoning Models",
		url: "https://arxiv.org/abs/2508.10751",
		verification: "compared with the released code",
	},
	params: {
		form: choiceParam({
			label: "Form",
			help: "Margin of the single best rollout, or the closed form for successes and failures.",
			default: "best",
			options: ["best", "analytic"],
		}),
		k: integerParam({
			label: "k",
			help: "Tries that the closed form counts with.",
			default: 2,
			min: 1,
			max: 64,
			unit: "",
		}),
		scale: scaleParam("sd1"),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
	},
	presets: { verl: {}, verlUnscaled: { scale: "none" }, analytic: { form: "analytic" } },
	place: { unit: "rollout", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: true, groupLocal: true },
	gradients: [
		{ door: "scaled", apples: 0.996 },
		{ params: { form: "analytic" }, door: "scaled", apples: 0.897 },
	],
	needs: () => [],
	estimate: ({ form, k, scale, eps, singleton }) => {
		const returns = rolloutInput("returns");
		const several = form === "best" ? margin(returns, scale, eps) : closedForm(returns, k);
		const alone = equal(groupStat(returns, "count", GROUP), 1);
		const outcome = select(alone, singleton === "raw" ? returns : 0, several);
		return { terms: { outcome: spread(outcome) }, ...scoredGroups(singleton) };
	},
});

function margin(returns: Node<"rollout">, scale: "none" | "sd1" | "sd0", eps: number): Node<"rollout"> {
	const lead = max(sub(returns, groupStat(returns, "looMax", GROUP)), 0);
	return scale === "none" ? lead : overDeviation(lead, groupStat(returns, scale, GROUP), eps);
}

function closedForm(returns: Node<"rollout">, k: number): Node<"rollout"> {
	const success = less(0, returns);
	const total = groupStat(returns, "count", GROUP);
	const failures = sub(total, groupStat(success, "sum", GROUP));
	const allFail = ratioOfChoices(failures, total, k);
	const othersFail = ratioOfChoices(sub(failures, 1), sub(total, 1), k - 1);
	const sigma = sqrt(mul(allFail, sub(1, allFail)));
	return div(select(success, allFail, sub(allFail, othersFail)), sigma);
}

/** C(m, k) / C(n, k) = Π_{j<k} (m − j)/(n − j), 0 where m < k. */
function ratioOfChoices(m: Node<"rollout">, n: Node<"rollout">, k: number): Node<"rollout"> {
	let product: Node<"rollout"> = add(mul(m, 0), 1);
	for (let j = 0; j < k; j++) product = mul(product, div(max(sub(m, j), 0), max(sub(n, j), 0)));
	return product;
}
