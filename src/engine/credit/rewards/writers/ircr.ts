import type { ParamValues } from "../../../spec/params";
import { alikeBetween } from "../../alike";
import { div, groupStat, max, mul, type Node, rolloutInput, select, spread, sub } from "../../ops";
import { choiceParam } from "../../sharedParams";
import { defineWriter } from "../writer";

const BATCH = { within: "batch" } as const;

export const ircrParams = {
	per: choiceParam({
		label: "Return",
		help: "What is scaled: the return of a rollout, or its share for each policy token.",
		default: "rollout",
		options: ["rollout", "token"],
	}),
};

/** (R − R_min)/(R_max − R_min) over the batch, with `per=token` of R/n; 0 where all are alike. */
export function scaledReturns(returns: Node<"rollout">, { per }: ParamValues<typeof ircrParams>): Node<"rollout"> {
	const earned = per === "rollout" ? returns : div(returns, max(rolloutInput("policyLength"), 1));
	const [low, high] = [groupStat(earned, "min", BATCH), groupStat(earned, "max", BATCH)];
	return select(alikeBetween(low, high), 0, div(sub(earned, low), sub(high, low)));
}

/**
 * IRCR as a reward: every token of a rollout is paid the rollout's return, scaled to the range seen in the batch.
 *
 * r'_t = (R − R_min)/(R_max − R_min), with `per=token` of R/n, n policy tokens. The authors' code keeps means over a rollout's steps, which is
 * the latter; Ren et al.'s and the paper's text keep the return. Where rollouts are equally long, as theirs mostly are, both agree.
 *
 * **Edges** equal returns pay 0; of two rollouts of equal return the longer earns more in all.
 * **Source** Gangwani et al. 2020, https://arxiv.org/abs/2010.12718, where the range is that of the replay buffer.
 */
export const ircr = defineWriter({
	id: "ircr",
	title: "IRCR",
	summary: "Pays every token where its rollout's outcome lies between the worst seen and the best.",
	source: {
		cite: "Gangwani et al. 2020, Learning Guidance Rewards with Trajectory-space Smoothing",
		url: "https://arxiv.org/abs/2010.12718",
		verification: "compared with the released code",
	},
	params: ircrParams,
	kind: "replaces",
	gradients: [{ door: 0.938, apples: 0.947 }],
	needs: () => [],
	write(p, { returns }) {
		const scaled = scaledReturns(returns, p);
		return { rewards: spread(scaled), sum: mul(scaled, rolloutInput("policyLength")) };
	},
});
