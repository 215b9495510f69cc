import { defineMethod, type Estimate } from "../method";
import { exp, min, mul, sub, suffixSum, tokenInput, tokenSignal } from "../ops";
import { numberParam } from "../sharedParams";

/**
 * COCOA for one rewarding outcome: the contribution h/π − 1 of the choice made, times what was earned later, plus what it earned itself.
 *
 * A_t = (h(a_t|s_t,u)/π(a_t|s_t) − 1)·Σ_{k>t} r_k + r_t. Reads `logProbs` and the token signal `hindsightLogProbs` = log h of the
 * choice given the rewarding outcome u that followed. The original weighs all actions; files carry only the one taken, so the direct
 * term is the reward itself and the coefficient belongs to the taken action.
 *
 * **Edges** h = π gives no credit for later rewards; h/π is bounded by `maxRatio`.
 * **Against the exact advantage** the mean over rollouts that took the action is not A: a key that always opens the door gets full
 * credit. Only the vector over all actions is unbiased.
 * **Source** Meulemans et al. 2023, "Would I have gotten that reward?", https://arxiv.org/abs/2306.16803.
 */
export const cocoa = defineMethod({
	id: "cocoa",
	title: "COCOA",
	family: "redistribution",
	summary: "Asks whether the reward would have come anyway.",
	source: {
		cite: "Meulemans et al. 2023, Would I Have Gotten That Reward? Long-Term Credit Assignment by Counterfactual Contribution Analysis",
		url: "https://arxiv.org/abs/2306.16803",
		verification: "compared with the released code",
	},
	params: {
		maxRatio: numberParam({
			label: "Largest h/π",
			help: "Bound on the contribution of a choice.",
			default: 1e3,
			min: 1,
			max: 1e9,
			unit: "",
			log: true,
		}),
	},
	presets: { takenAction: {} },
	paidByTask: "its hindsight is about the outcome that the environment paid",
	place: { unit: "token", source: "a fit to the batch", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: 0.991, apples: 0.987 }],
	needs: () => [
		{ field: "logProbs" },
		{
			signal: "hindsightLogProbs",
			level: "token",
			meaning: "log-probability of each choice given the rewarding outcome",
		},
	],
	estimate: ({ maxRatio }): Estimate => {
		const rewards = tokenInput("rewards");
		const ratio = min(exp(sub(tokenSignal("hindsightLogProbs"), tokenInput("logProbs"))), maxRatio);
		return { terms: { direct: rewards, contribution: mul(sub(ratio, 1), sub(suffixSum(rewards), rewards)) } };
	},
});
