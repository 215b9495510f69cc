import { defineMethod, type Estimate } from "../method";
import { exp, min, mul, rolloutInput, spread, sub, tokenInput, tokenSignal } from "../ops";
import { numberParam } from "../sharedParams";

/**
 * Hindsight credit assignment, return-conditional: credit for what the outcome says about the choice.
 *
 * A_t = (1 − π(a_t|s_t)/h(a_t|s_t, Z))·Z with Z the return and h the probability of the choice once the return is known. Reads
 * `logProbs` and the token signal `hindsightLogProbs` = log h.
 *
 * **Not verified** against the paper's text or code of its authors.
 * **Edges** h = π gives 0: the outcome says nothing about the choice. −Z·exp is bounded by `maxRatio` on π/h.
 * **Against the exact advantage** equal in expectation over rollouts that take the action; a mean over the choices made is not A.
 * **Source** Harutyunyan et al. 2019, "Hindsight Credit Assignment", https://arxiv.org/abs/1912.02503.
 */
export const hca = defineMethod({
	id: "hca",
	title: "HCA",
	family: "redistribution",
	summary: "Asks how much more likely a choice looks once the outcome is known.",
	source: {
		cite: "Harutyunyan et al. 2019, Hindsight Credit Assignment",
		url: "https://arxiv.org/abs/1912.02503",
		verification: "not verified",
	},
	params: {
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
	presets: { paper: {} },
	paidByTask: "its hindsight is about the return that the environment paid",
	place: { unit: "token", source: "a fit to the batch", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: 0.995, apples: 0.994 }],
	needs: () => [
		{ field: "logProbs" },
		{ signal: "hindsightLogProbs", level: "token", meaning: "log-probability of each choice once the return is known" },
	],
	estimate: ({ maxRatio }): Estimate => {
		const ratio = min(exp(sub(tokenInput("logProbs"), tokenSignal("hindsightLogProbs"))), maxRatio);
		return { terms: { hindsight: mul(sub(1, ratio), spread(rolloutInput("returns"))) } };
	},
});
