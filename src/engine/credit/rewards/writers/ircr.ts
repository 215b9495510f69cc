import { alikeBetween } from "../../alike";
import { div, groupStat, mul, type Node, rolloutInput, select, spread, sub } from "../../ops";
import { defineWriter } from "../writer";

const BATCH = { within: "batch" } as const;

/** (R − R_min)/(R_max − R_min) over the batch; 0 where all are alike. */
export function scaledReturns(returns: Node<"rollout">): Node<"rollout"> {
	const [low, high] = [groupStat(returns, "min", BATCH), groupStat(returns, "max", BATCH)];
	return select(alikeBetween(low, high), 0, div(sub(returns, low), sub(high, low)));
}

/**
 * IRCR as a reward: every token of a rollout is paid the rollout's return, scaled to the range seen in the batch.
 *
 * r'_t = (R − R_min)/(R_max − R_min).
 *
 * **Edges** equal returns pay 0; the longer of two rollouts of equal return earns more in all.
 * **Source** Gangwani et al. 2020, https://arxiv.org/abs/2010.12718, where the range is that of the replay buffer.
 */
export const ircr = defineWriter({
	id: "ircr",
	title: "IRCR",
	summary: "Pays every token where its rollout's outcome lies between the worst seen and the best.",
	source: {
		cite: "Gangwani et al. 2020, Learning Guidance Rewards with Trajectory-space Smoothing",
		url: "https://arxiv.org/abs/2010.12718",
		verification: "released code read",
	},
	params: {},
	kind: "replaces",
	gradients: [{ door: 0.938, apples: 0.947 }],
	needs: () => [],
	write(_, { returns }) {
		const scaled = scaledReturns(returns);
		return { rewards: spread(scaled), sum: mul(scaled, rolloutInput("policyLength")) };
	},
});
