import { defineMethod } from "../method";
import { epsParam, normaliserOf, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import {
	abs,
	atMost,
	cos,
	groupStat,
	less,
	mul,
	type Node,
	normalise,
	rolloutInput,
	rolloutSignal,
	select,
	spread,
	sub,
} from "../ops";
import { integerParam, numberParam } from "../sharedParams";

/**
 * HBPO: rewards that depend on an announced budget, compared within the group and with what the budget promises.
 *
 * n tokens, budget b: R = β·cos(πn/2L) − α|n−b| if right and n > b, β·cos(πb/2L) if right and n ≤ b, 0 otherwise or beyond L.
 * A = (R − mean)/(sd + eps) over the group + (mean over the rollouts with the same budget − β·cos(πb/2L)).
 *
 * **Edges** the second term is not centred: it is never positive, and a right rollout may pay for its mates. The released code
 * adds it twice and cannot run; this is the paper's. A group of one as `singleton` says.
 * **Against the exact advantage** of another reward; the second term adds, on average, the gradient of the mates' mean.
 * **Reduces** to GRPO on the shaped reward without the second term.
 * **Source** "Hierarchical Budget Policy Optimization for Adaptive Reasoning", 2025, https://arxiv.org/abs/2507.15844.
 */
export const hbpo = defineMethod({
	id: "hbpo",
	title: "HBPO",
	family: "group",
	summary:
		"Teaches a policy to think as long as the announced budget needs, by comparing with mates of the same budget.",
	source: {
		cite: "Hierarchical Budget Policy Optimization for Adaptive Reasoning, 2025",
		url: "https://arxiv.org/abs/2507.15844",
		verification: "paper read",
	},
	params: {
		beta: numberParam({
			label: "β",
			help: "Reward of a right answer of length 0.",
			default: 4,
			min: 0,
			max: 1000,
			unit: "",
		}),
		alpha: numberParam({
			label: "α",
			help: "Price of a token beyond the budget.",
			default: 1 / 4096,
			min: 0,
			max: 100,
			unit: "per token",
		}),
		maxLength: integerParam({
			label: "Longest response",
			help: "Right answers beyond it count as wrong.",
			default: 4096,
			min: 1,
			max: 1e9,
			unit: "tokens",
		}),
		scale: scaleParam("sd1"),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
	},
	presets: { paper: {} },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: "scaled", apples: 0.981 }],
	needs: () => [{ field: "success" }, { signal: "budget", level: "rollout", meaning: "announced number of tokens" }],
	estimate: ({ beta, alpha, maxLength, scale, eps, singleton }) => {
		const n = rolloutInput("policyLength");
		const budget = rolloutSignal("budget");
		const promised = (x: Node<"rollout">) => mul(cos(mul(x, Math.PI / (2 * maxLength))), beta);
		const over = sub(promised(n), mul(abs(sub(n, budget)), alpha));
		const right = mul(rolloutInput("success"), atMost(n, maxLength));
		const reward = select(right, select(less(budget, n), over, promised(budget)), 0);
		const mates = groupStat(reward, "mean", { within: "group", by: "key" }, { key: budget });
		const inter = normalise(reward, normaliserOf({ center: "mean", scale, eps, singleton }));
		return {
			terms: { inter: spread(inter), intra: spread(sub(mates, promised(budget))) },
			...scoredGroups(singleton),
		};
	},
});
