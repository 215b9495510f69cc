import { overDeviation } from "../alike";
import { defineMethod } from "../method";
import { centerParam, epsParam, normaliserOf, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import { groupStat, normalise, prefixMean, rolloutInput, spread, sub } from "../ops";

/**
 * TEMPO: the group's rollouts as a prefix tree; each token also gets the change in the mean return of the rollouts that share its
 * prefix.
 *
 * A_{i,t} = [(R_i − mean R) + V(i,t+1) − V(i,t)] / (sd R + eps), V(i,t) = mean return of the rollouts that agree on the first t
 * tokens. Without a scale nothing is divided.
 *
 * **Edges** where no other rollout shares the prefix V is R_i and the change 0; equal returns give 0; a group of one as `singleton`
 * says (the release gives NaN).
 * **Against the exact advantage** the tree term is close to Monte Carlo where prefixes are shared and decisions early; where they are
 * not, the whole outcome lands on the first token that differs. The outcome is counted twice: credit along a rollout adds up to
 * (T + 1)(R − mean)/sd.
 * **Reduces** to GRPO plus the whole outcome on the first token where no prefix is shared.
 * **Source** "Exploiting Tree Structure for Credit Assignment in RL Training of LLMs", 2025, https://arxiv.org/abs/2509.18314.
 */
export const tempo = defineMethod({
	id: "tempo",
	title: "TEMPO",
	family: "tree",
	summary: "Sees where rollouts of a prompt part ways, and credits the token that took the better branch.",
	source: {
		cite: "Exploiting Tree Structure for Credit Assignment in RL Training of LLMs, 2025",
		url: "https://arxiv.org/abs/2509.18314",
		verification: "compared with the released code",
	},
	params: {
		center: centerParam("mean", ["none", "mean", "loo"]),
		scale: scaleParam("sd1"),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
	},
	presets: { paper: {}, released: {}, unscaled: { scale: "none" } },
	place: { unit: "token", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: true, groupLocal: true },
	gradients: [
		{ door: 0.991, apples: 0.986 },
		{ params: { scale: "none" }, door: 0.991, apples: 0.991 },
	],
	needs: () => [],
	estimate: (p) => {
		const returns = rolloutInput("returns");
		const td = sub(prefixMean(returns, "after"), prefixMean(returns, "before"));
		const sd = p.scale === "none" ? null : spread(groupStat(returns, p.scale, { within: "group" }));
		return {
			terms: {
				outcome: spread(normalise(returns, normaliserOf(p))),
				td: sd ? overDeviation(td, sd, p.eps) : td,
			},
			...scoredGroups(p.singleton),
		};
	},
});
