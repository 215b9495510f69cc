import { MAX_EXPONENT } from "../losses/klEstimators";
import type { ParamValues } from "../spec/params";
import type { Need } from "./method";
import { add, exp, max, min, mul, type Node, neg, reduceToRollouts, rolloutInput, sub, tokenInput } from "./ops";
import { choiceParam, numberParam } from "./sharedParams";

export const klParams = {
	klCoef: numberParam({
		label: "KL in the reward",
		help: "Weight of each token's estimated divergence from the reference policy, subtracted from its reward. 0 leaves it out; the loss has a weight of its own.",
		default: 0,
		min: 0,
		max: 10,
		unit: "per nat",
	}),
	klEstimator: choiceParam({
		label: "KL estimator",
		help: "With d = log p − log p_ref: k1 = d, k2 = d²/2, k3 = exp(−d) + d − 1. As a reward k1 is the unbiased one; k2 and k3 are never negative.",
		default: "k1",
		options: ["k1", "k2", "k3"],
	}),
};
export type KlValues = ParamValues<typeof klParams>;

export const klNeeds = ({ klCoef }: KlValues): readonly Need[] =>
	klCoef > 0 ? [{ field: "logProbs" }, { field: "refLogProbs" }] : [];

/** k(d) of each token; null where it weighs nothing. */
function divergence({ klCoef, klEstimator }: KlValues): Node<"token"> | null {
	if (klCoef === 0) return null;
	return ESTIMATORS[klEstimator](sub(tokenInput("logProbs"), tokenInput("refLogProbs")));
}

/**
 * What the reference policy costs each token: klCoef · k(d), d = log p − log p_ref under the policy that sampled; null without.
 *
 * **Source** Ziegler et al. 2019, https://arxiv.org/abs/1909.08593, section 2 (k1 in the reward); the estimators of Schulman 2020,
 * http://joschu.net/blog/kl-approx.html.
 */
export function klPenalty(p: KlValues): Node<"token"> | null {
	const k = divergence(p);
	return k && mul(k, p.klCoef);
}

const ESTIMATORS: Readonly<Record<KlValues["klEstimator"], (d: Node<"token">) => Node<"token">>> = {
	k1: (d) => d,
	k2: (d) => mul(mul(d, d), 0.5),
	k3: (d) => {
		const bounded = max(min(d, MAX_EXPONENT), -MAX_EXPONENT);
		return sub(add(exp(neg(bounded)), bounded), 1);
	},
};

/** Rewards of tokens after the penalty. */
export function penalisedRewards(p: KlValues): Node<"token"> {
	const penalty = klPenalty(p);
	return penalty ? sub(tokenInput("rewards"), penalty) : tokenInput("rewards");
}

/** Returns after the penalties of all tokens. */
export function penalisedReturns(p: KlValues): Node<"rollout"> {
	const k = divergence(p);
	const returns = rolloutInput("returns");
	return k ? sub(returns, mul(reduceToRollouts(k, "sum"), p.klCoef)) : returns;
}
