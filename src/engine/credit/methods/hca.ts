import { defineMethod, type Estimate } from "../method";
import { exp, min, mul, rolloutInput, spread, sub, suffixSum, tokenInput, tokenSignal } from "../ops";
import { choiceParam, numberParam } from "../sharedParams";

/**
 * Hindsight credit assignment, return-conditional: credit for what the outcome says about the choice.
 *
 * A_t = (1 − π(a_t|s_t)/h(a_t|s_t, Z))·Z with Z the return, of the rollout or from the token on, and h the probability of the choice once it is
 * known. Reads `logProbs` and the token signal `hindsightLogProbs` = log h.
 *
 * The authors take Z from the token on (`paper`). What was paid before adds (1 − π/h)·paid, which is 0 on average after one prefix.
 * **Edges** h = π gives 0: the outcome says nothing about the choice. −Z·exp is bounded by `maxRatio` on π/h.
 * **Against the exact advantage** equal in expectation over rollouts that take the action; a mean over the choices made is not A.
 * **Source** Harutyunyan et al. 2019, "Hindsight Credit Assignment", https://arxiv.org/abs/1912.02503; its code, https://github.com/hca-neurips2019/hca.
 */
export const hca = defineMethod({
	id: "hca",
	title: "HCA",
	family: "redistribution",
	summary: "Asks how much more likely a choice looks once the outcome is known.",
	source: {
		cite: "Harutyunyan et al. 2019, Hindsight Credit Assignment",
		url: "https://arxiv.org/abs/1912.02503",
		verification: "compared with the released code",
	},
	params: {
		outcome: choiceParam({
			label: "Outcome",
			help: "What hindsight is about: the return of the whole rollout, or what is earned from the token on.",
			default: "return",
			options: ["return", "toGo"],
		}),
		maxRatio: numberParam({
			label: "Largest π/h",
			help: "Bound on how surprising a choice may look in hindsight.",
			default: 1e3,
			min: 1,
			max: 1e9,
			unit: "",
			log: true,
		}),
	},
	presets: { paper: { outcome: "toGo" } },
	paidByTask: "its hindsight is about the return that the environment paid",
	place: { unit: "token", source: "a fit to the batch", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [
		{ door: 0.995, apples: 0.994 },
		{ params: { outcome: "toGo" }, door: 0.995, apples: 0.994 },
	],
	needs: () => [
		{ field: "logProbs" },
		{ signal: "hindsightLogProbs", level: "token", meaning: "log-probability of each choice once the return is known" },
	],
	estimate: ({ outcome, maxRatio }): Estimate => {
		const earned = outcome === "return" ? spread(rolloutInput("returns")) : suffixSum(tokenInput("rewards"));
		const ratio = min(exp(sub(tokenInput("logProbs"), tokenSignal("hindsightLogProbs"))), maxRatio);
		return { terms: { hindsight: mul(sub(1, ratio), earned) } };
	},
});
