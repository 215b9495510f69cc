import { defineMethod } from "../method";
import { centerParam, discountParam, epsParam, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import {
	add,
	div,
	equal,
	groupStat,
	mul,
	type Node,
	neg,
	rolloutInput,
	rolloutSignal,
	select,
	spread,
	suffixSum,
	tokenInput,
} from "../ops";

const RUNNING = {
	signal: "runningReturn",
	level: "rollout",
	meaning: "mean return of earlier batches, older ones counting less",
} as const;

/**
 * REINFORCE with a baseline: what was paid after a token, minus something that does not depend on the token.
 *
 * A_{i,t} = Σ_{k≥t} γ^{k−t} r_{i,k} − b_i, with b the mean return of the batch or group, of the others in it (loo), the value
 * of the prefix, the running mean of earlier batches (rollout signal `runningReturn`), or nothing. With a scale, divided by the standard deviation of the returns plus eps.
 *
 * **Edges** the running mean is for whoever keeps it across batches to give, updated after its use. Environment tokens are transparent:
 * they cost no discount. A batch or group of one as `singleton` says.
 * **Against the exact advantage** unbiased for the policy gradient with baselines none, loo, running and value at γ = 1; the mean
 * includes the rollout itself, which scales the expected gradient by (n−1)/n.
 * **Reduces** to RLOO with γ = 1, center loo over the group; to Dr.GRPO with the mean, for terminal rewards.
 * **Source** Williams 1992, "Simple statistical gradient-following algorithms for connectionist reinforcement learning",
 * https://doi.org/10.1007/BF00992696.
 */
export const reinforce = defineMethod({
	id: "reinforce",
	title: "REINFORCE",
	family: "baseline",
	summary: "Pays each token what was earned after it, minus a baseline that tells good from ordinary.",
	source: {
		cite: "Williams 1992, Simple statistical gradient-following algorithms for connectionist reinforcement learning",
		url: "https://doi.org/10.1007/BF00992696",
		verification: "not verified",
	},
	params: {
		discount: discountParam(),
		center: centerParam("mean", ["none", "mean", "loo", "value", "running"]),
		over: {
			type: "choice",
			label: "Baseline over",
			help: "Rollouts that the baseline is taken over.",
			default: "batch",
			options: ["batch", "group"],
		},
		scale: scaleParam("none"),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
	},
	presets: {
		plain: { center: "none" },
		batchMean: {},
		leaveOneOut: { center: "loo" },
		critic: { center: "value" },
		runningMean: { center: "running" },
	},
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [
		{ door: "batchMean", apples: "batchMean" },
		{ params: { center: "none" }, door: "equal", apples: "equal" },
		{ params: { center: "loo" }, door: "equal", apples: "equal" },
		{ params: { center: "value" }, door: "equal", apples: "equal" },
		{ params: { over: "group" }, door: "groupMean", apples: "groupMean" },
	],
	needs: ({ center }) => (center === "value" ? [{ field: "values" }] : center === "running" ? [RUNNING] : []),
	estimate: ({ discount, center, over, scale, eps, singleton }) => {
		const scope = { within: over } as const;
		const returns = rolloutInput("returns");
		const toGo = suffixSum(tokenInput("rewards"), discount);
		if (center === "value") return { terms: { return: toGo, baseline: neg(tokenInput("values")) } };
		if (center === "running") return { terms: { return: toGo, baseline: spread(neg(rolloutSignal("runningReturn"))) } };
		const alone = equal(groupStat(returns, "count", scope), 1);
		const baseline =
			center === "none" ? mul(returns, 0) : groupStat(returns, center === "loo" ? "looMean" : "mean", scope);
		const spreadOut = scale === "none" ? null : add(groupStat(returns, scale, scope), eps);
		const weight = select(alone, singleton === "raw" ? 1 : 0, spreadOut ? div(add(mul(returns, 0), 1), spreadOut) : 1);
		const paid = center === "none" && !spreadOut ? null : spread(weight);
		const scaled = (x: Node<"token">) => (paid ? mul(x, paid) : x);
		return {
			terms: { return: scaled(toGo), baseline: scaled(spread(neg(select(alone, 0, baseline)))) },
			...(over === "group" ? scoredGroups(singleton) : {}),
		};
	},
});
