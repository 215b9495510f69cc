import { defineMethod } from "../method";
import { centerParam, epsParam, normaliserOf, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import { abs, add, less, mul, normalise, rolloutInput, spread, sub, tokenSignal } from "../ops";
import { numberParam } from "../sharedParams";

/**
 * HICRA: planning tokens get a bonus in proportion to the size of the credit.
 *
 * A'_{i,t} = A_i + α·|A_i|·planning_{i,t}, with A_i = R_i − mean_g R. So success counts 1 + α on planning tokens, failure 1 − α:
 * punishment is dampened there; the advantage holds that factor already, `weights` reports it. Reads the token signal `planning`
 * (1 = planning token).
 *
 * **Edges** A = 0 stays 0. Credit no longer sums to zero over the group.
 * **Against the exact advantage** biased on purpose on planning tokens.
 * **Reduces** to Dr.GRPO at α = 0.
 * **Source** "Emergent Hierarchical Reasoning in LLMs through Reinforcement Learning", 2025, https://arxiv.org/abs/2509.03646;
 * the authors' training code is not public.
 */
export const hicra = defineMethod({
	id: "hicra",
	title: "HICRA",
	family: "structure",
	summary: "Pays tokens that plan more than tokens that carry out.",
	source: {
		cite: "Emergent Hierarchical Reasoning in LLMs through Reinforcement Learning, 2025",
		url: "https://arxiv.org/abs/2509.03646",
		verification: "paper read",
	},
	params: {
		alpha: numberParam({
			label: "α",
			help: "Bonus on planning tokens, as a share of the credit.",
			default: 0.2,
			min: 0,
			max: 10,
			unit: "",
		}),
		center: centerParam("mean", ["none", "mean", "loo"]),
		scale: scaleParam("none"),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
	},
	presets: { paper: {} },
	place: { unit: "token", source: "steps, states or marks", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: true, groupLocal: true },
	gradients: [
		{ door: 0.995, apples: 0.993 },
		{ params: { alpha: 0 }, door: "groupMean", apples: "groupMean" },
	],
	needs: () => [{ signal: "planning", level: "token", meaning: "1 for planning tokens" }],
	estimate: (p) => {
		const outcome = spread(normalise(rolloutInput("returns"), normaliserOf(p)));
		const planning = tokenSignal("planning");
		const bonus = mul(planning, p.alpha);
		const sign = sub(less(0, outcome), less(outcome, 0));
		return {
			terms: { outcome, planning: mul(mul(abs(outcome), p.alpha), planning) },
			weights: add(mul(bonus, sign), 1),
			...scoredGroups(p.singleton),
		};
	},
});
