import { defineMethod } from "../method";
import { discountParam } from "../normaliserParams";
import { add, exp, min, mul, next, sub, suffixSum, tokenInput, tokenSignal } from "../ops";
import { bootstrapParams, choiceParam, numberParam, valueAfter } from "../sharedParams";

/**
 * V-trace: values corrected for rollouts that an older policy sampled.
 *
 * ρ_t = min(ρ̄, π/μ), c_t = λ·min(c̄, π/μ);  v_t = V_t + δ_t + γ c_t (v_{t+1} − V_{t+1}), δ_t = ρ_t (r_t + γ V_{t+1} − V_t);
 * A_t = ρ_t (r_t + γ v_{t+1} − V_t). π/μ from `logProbs` and the token signal `currentLogProbs`.
 * `weight=loss` leaves ρ out of A, for losses that carry a ratio of their own. V after the end is 0, or with `bootstrap` what is known of a
 * rollout that the limit cut.
 *
 * **Reduces** to GAE's δ plus corrections; on-policy with λ = 1 to the n-step return minus V.
 * **Against the exact advantage** with clipping the target is the value of a policy between μ and π.
 * **Source** Espeholt et al. 2018, equations 1 and section 4.2, https://arxiv.org/abs/1802.01561, whose text was not read; the numbers are those of
 * `vtrace.py` of https://github.com/google-deepmind/scalable_agent, which fixes c̄ at 1 and lets the gradient have a bound of its own on ρ.
 */
export const vTrace = defineMethod({
	id: "vTrace",
	title: "V-trace",
	family: "critic",
	summary: "Corrects a critic's targets for tokens that the present policy would choose less often.",
	source: {
		cite: "Espeholt et al. 2018, IMPALA: Scalable Distributed Deep-RL with Importance Weighted Actor-Learner Architectures",
		url: "https://arxiv.org/abs/1802.01561",
		verification: "compared with the released code",
	},
	params: {
		discount: discountParam(0.99),
		lambda: numberParam({ label: "λ", help: "Weight of later corrections.", default: 1, min: 0, max: 1, unit: "" }),
		rhoBar: numberParam({ label: "ρ̄", help: "Largest weight of a token.", default: 1, min: 0, max: 100, unit: "" }),
		cBar: numberParam({
			label: "c̄",
			help: "Largest weight passed on to earlier tokens.",
			default: 1,
			min: 0,
			max: 100,
			unit: "",
		}),
		weight: choiceParam({
			label: "Weight",
			help: "Whether the ratio is part of the credit or left to the loss.",
			default: "credit",
			options: ["credit", "loss"],
		}),
		...bootstrapParams,
	},
	presets: { paper: {} },
	place: { unit: "token", source: "values of prefixes", extra: "a critic or fresh continuations", offPolicy: true },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [
		{ door: "scaled", apples: "scaled" },
		{ params: { discount: 1 }, door: "equal", apples: "equal" },
	],
	needs: () => [
		{ field: "values" },
		{ field: "logProbs" },
		{ signal: "currentLogProbs", level: "token", meaning: "log-probabilities under the present policy" },
	],
	estimate: (p) => {
		const { discount, lambda, rhoBar, cBar, weight } = p;
		const values = tokenInput("values");
		const ratio = exp(sub(tokenSignal("currentLogProbs"), tokenInput("logProbs")));
		const rho = min(ratio, rhoBar);
		const end = valueAfter(p);
		const td = sub(add(tokenInput("rewards"), mul(next(values, end), discount)), values);
		const correction = suffixSum(mul(rho, td), mul(min(ratio, cBar), discount * lambda));
		const later = mul(next(correction, 0), discount);
		const weighted = (x: typeof td) => (weight === "credit" ? mul(rho, x) : x);
		return { terms: { td: weighted(td), later: weighted(later) }, ...(weight === "credit" ? { weights: rho } : {}) };
	},
});
