import { overDeviation } from "../alike";
import { defineMethod } from "../method";
import { centerParam, epsParam, normaliserOf, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import { groupStat, less, normalise, rolloutInput, select, spread } from "../ops";
import { choiceParam } from "../sharedParams";

/**
 * Group relative policy optimisation: the z-score of the return within its group, for every token.
 *
 * A_{i,t} = (R_i − mean_g R) / (sd_g R + eps). `scaleOver=batch`: centred by group, divided by the deviation of all returns of the batch.
 *
 * **Edges** equal returns give exactly 0, and so does a deviation of 0 whatever the centre; a group of one as `singleton` says ("raw"
 * divides by 1 + eps, as verl does, whatever the deviation is taken of; what is skipped is in no deviation of the batch).
 * **Against the exact advantage** the sign of the outcome for every token: right on average for the rollout, blind to which
 * token mattered. Where returns take two values the mean gradient is a multiple of the exact one, another for each prompt; where they
 * take more, dividing by the deviation also turns it.
 * **Reduces** to Dr.GRPO without the scale, to RLOO · (G−1)/G likewise.
 * **Source** Shao et al. 2024, "DeepSeekMath", section 4.1, https://arxiv.org/abs/2402.03300. The paper leaves ddof and eps
 * open; here n − 1 and 1e-6, as verl does. The batch's deviation is TRL's `scale_rewards="batch"`;
 * `openrlhf` is its `group_norm`. verl's vectorised form rounds to float32, so that equal returns may leave .01 there.
 */
export const grpo = defineMethod({
	id: "grpo",
	title: "GRPO",
	family: "group",
	summary:
		"Compares a rollout's return with the others of its prompt, in standard deviations, and pays every token the same.",
	source: {
		cite: "Shao et al. 2024, DeepSeekMath: Pushing the Limits of Mathematical Reasoning in Open Language Models",
		url: "https://arxiv.org/abs/2402.03300",
		verification: "compared with the released code",
	},
	params: {
		center: centerParam("mean", ["none", "mean", "loo"]),
		scale: scaleParam("sd1"),
		scaleOver: choiceParam({
			label: "Deviation of",
			help: "Returns that the deviation is taken of: those of the group, or all of the batch.",
			default: "group",
			options: ["group", "batch"],
		}),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
	},
	presets: {
		paper: {},
		verl: { singleton: "raw" },
		openrlhf: { eps: 1e-9 },
		trl: { eps: 1e-4 },
		trlBatch: { eps: 1e-4, scaleOver: "batch" },
	},
	place: { unit: "rollout", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: true, groupLocal: true },
	gradients: [{ door: "scaled", apples: 0.994 }],
	batchWide: ({ scale, scaleOver }) => scale !== "none" && scaleOver === "batch",
	needs: () => [],
	estimate: (p) => {
		const returns = rolloutInput("returns");
		const several = less(1, groupStat(returns, "count", { within: "group" }));
		const among = p.singleton === "skip" ? { where: several } : {};
		const ofBatch =
			p.scale === "none" || p.scaleOver === "group" ? null : groupStat(returns, p.scale, { within: "batch" }, among);
		const centred = normalise(returns, normaliserOf(ofBatch ? { ...p, scale: "none" } : p));
		const outcome = ofBatch ? overDeviation(centred, select(several, ofBatch, 1), p.eps) : centred;
		return { terms: { outcome: spread(outcome) }, ...scoredGroups(p.singleton) };
	},
});
