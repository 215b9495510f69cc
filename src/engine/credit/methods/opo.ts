import { defineMethod } from "../method";
import { normaliserOf, scoredGroups, singletonParam } from "../normaliserParams";
import { normalise, rolloutInput, spread } from "../ops";

/**
 * OPO: the return minus the length-weighted mean return of the group, the baseline of least variance if gradient norms grow with
 * length.
 *
 * A_i = R_i − Σ_j l_j R_j / Σ_j l_j, with l the number of policy tokens.
 *
 * **Edges** equal returns give exactly 0; a group of one as `singleton` says (verl: its raw reward).
 * **Reduces** to Dr.GRPO for rollouts of equal length.
 * **Source** Hao et al. 2025, "On-Policy RL with Optimal Reward Baseline", https://arxiv.org/abs/2505.23585; verl `opo`.
 */
export const opo = defineMethod({
	id: "opo",
	title: "OPO",
	family: "group",
	summary: "GRPO's comparison, with long rollouts counting more in the baseline because their gradients are noisier.",
	source: {
		cite: "Hao et al. 2025, On-Policy RL with Optimal Reward Baseline",
		url: "https://arxiv.org/abs/2505.23585",
		verification: "compared with the released code",
	},
	params: { singleton: singletonParam("zero") },
	presets: { paper: {}, verl: { singleton: "raw" } },
	place: { unit: "rollout", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: true, groupLocal: true },
	gradients: [{ door: "groupMean", apples: "groupMean" }],
	needs: () => [],
	estimate: ({ singleton }) => ({
		terms: {
			outcome: spread(
				normalise(rolloutInput("returns"), normaliserOf({ center: "mean", scale: "none", eps: 0, singleton }), {
					weight: rolloutInput("policyLength"),
				}),
			),
		},
		...scoredGroups(singleton),
	}),
});
