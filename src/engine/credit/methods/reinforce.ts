import { overDeviation } from "../alike";
import { klNeeds, klParams, penalisedReturns, penalisedRewards } from "../klReward";
import { defineMethod } from "../method";
import { centerParam, discountParam, epsParam, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import { equal, groupStat, mul, type Node, neg, rolloutSignal, select, spread, suffixSum, tokenInput } from "../ops";

const RUNNING = {
	signal: "runningReturn",
	level: "rollout",
	meaning: "mean return of earlier batches, older ones counting less",
} as const;

/**
 * REINFORCE with a baseline: what was paid after a token, minus something that does not depend on the token.
 *
 * A_{i,t} = Σ_{k≥t} γ^{k−t} r_{i,k} − b_i, with b the mean return of the batch or group, of the others in it (loo), the value
 * of the prefix, the running mean of earlier batches (rollout signal `runningReturn`), or nothing. With a scale, divided by the standard
 * deviation of the returns of batch or group plus eps, whatever the baseline; 0 where those returns are equal.
 *
 * With `klCoef` > 0, rewards and returns are those after klCoef · k(log p − log p_ref) is taken from each token's reward.
 *
 * **Not verified** against the paper's text; there is no released code.
 * **Edges** the running mean takes a batch in after its use, so that it is 0 for the first; a run keeps it in its checkpoint, other rollouts
 * have to carry it. Environment tokens are transparent: they cost no discount. A batch or group of one as `singleton` says; raw and zero
 * matter where it would be compared, by a mean or a scale.
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
		...klParams,
	},
	presets: {
		plain: { center: "none" },
		batchMean: {},
		leaveOneOut: { center: "loo" },
		critic: { center: "value" },
		runningMean: { center: "running" },
	},
	place: { unit: "token", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: false },
	gradients: [
		{ door: "batchMean", apples: "batchMean" },
		{ params: { center: "none" }, door: "equal", apples: "equal" },
		{ params: { center: "loo" }, door: "equal", apples: "equal" },
		{ params: { center: "value" }, door: "equal", apples: "equal" },
		{ params: { center: "running" }, door: "equal", apples: "equal" },
		{ params: { over: "group" }, door: "groupMean", apples: "groupMean" },
	],
	needs: (p) => [
		...(p.center === "value" ? [{ field: "values" } as const] : []),
		...(p.center === "running" ? [RUNNING] : []),
		...klNeeds(p),
	],
	estimate: (p) => {
		const { discount, center, over, scale, eps, singleton } = p;
		const scope = { within: over } as const;
		const returns = penalisedReturns(p);
		const alone = equal(groupStat(returns, "count", scope), 1);
		const mean = () => groupStat(returns, center === "loo" ? "looMean" : "mean", scope);
		const baseline = {
			none: () => spread(mul(returns, 0)),
			mean: () => spread(select(alone, 0, mean())),
			loo: () => spread(select(alone, 0, mean())),
			value: () => tokenInput("values"),
			running: () => spread(rolloutSignal("runningReturn")),
		}[center]();
		const by = scale === "none" ? 1 : overDeviation(1, groupStat(returns, scale, scope), eps);
		const weight = spread(select(alone, singleton === "raw" ? 1 : 0, by));
		const compared = scale !== "none" || center === "mean" || center === "loo";
		const scaled = (x: Node<"token">) => (compared ? mul(x, weight) : x);
		const toGo = suffixSum(penalisedRewards(p), discount);
		return {
			terms: { return: scaled(toGo), baseline: scaled(neg(baseline)) },
			...scoredGroups(singleton, scope),
		};
	},
});
