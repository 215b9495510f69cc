import { defineMethod } from "../method";
import { centerParam, epsParam, normaliserOf, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import {
	abs,
	add,
	atMost,
	groupStat,
	less,
	max,
	mul,
	type Node,
	neg,
	normalise,
	rolloutInput,
	rolloutSignal,
	select,
	sin,
	spread,
	sub,
} from "../ops";
import { choiceParam, integerParam, numberParam } from "../sharedParams";

/**
 * HBPO: rewards that depend on an announced budget, compared within the group and with what the budget promises.
 *
 * n tokens, budget b: R = β·cos(πn/2L) − α|n−b| if right and n > b, β·cos(πb/2L) if right and n ≤ b, 0 otherwise or beyond L.
 * A = (R − mean)/(sd + eps) over the group + w · (mean over the rollouts with the same budget − β·cos(πb/2L)), w = 1.
 * `reward=released` pays a right answer the smaller of the two whatever its length, so that very short answers lose.
 *
 * Compared is what each rollout misses of β, β·(1 − cos) = 2β·sin² of half the angle: the rewards of short answers lie so near to β that
 * float32 does not tell them apart.
 *
 * **Edges** the second term is not centred: it is never positive with the paper's reward, and a right rollout may pay for its mates. The released
 * code adds it twice (preset `released`, a mistake) and its trainer cannot run, only its functions can, without groups of one; the default is the
 * paper's. A group of one as `singleton` says.
 * **Against the exact advantage** of another reward; the second term adds, on average, the gradient of the mates' mean.
 * **Reduces** to GRPO on the shaped reward without the second term.
 * **Source** "Hierarchical Budget Policy Optimization for Adaptive Reasoning", 2025, https://arxiv.org/abs/2507.15844;
 * the release's `math_reward.py` and `core_algos.py`.
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
		verification: "compared with the released code",
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
		reward: choiceParam({
			label: "Reward",
			help: "The paper's, or the release's smaller of the two rewards for every length.",
			default: "paper",
			options: ["paper", "released"],
		}),
		intraWeight: numberParam({
			label: "Weight within the budget",
			help: "Of the comparison with what the budget promises; the release adds it twice by mistake.",
			default: 1,
			min: 0,
			max: 100,
			unit: "",
		}),
		center: centerParam("mean", ["mean", "loo"]),
		scale: scaleParam("sd1"),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
	},
	presets: { paper: {}, released: { reward: "released", intraWeight: 2 } },
	place: { unit: "rollout", source: "steps, states or marks", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: "scaled", apples: 0.981 }],
	needs: () => [{ field: "success" }, { signal: "budget", level: "rollout", meaning: "announced number of tokens" }],
	estimate: ({ beta, alpha, maxLength, reward: kind, intraWeight, singleton, ...normaliser }) => {
		const n = rolloutInput("policyLength");
		const budget = rolloutSignal("budget");
		const costOf = (x: Node<"rollout">) => versine(mul(x, Math.PI / (2 * maxLength)), beta);
		const over = add(costOf(n), mul(abs(sub(n, budget)), alpha));
		const right = mul(rolloutInput("success"), atMost(n, maxLength));
		const cost = kind === "paper" ? select(less(budget, n), over, costOf(budget)) : max(over, costOf(budget));
		const missed = select(right, cost, beta);
		const mates = groupStat(missed, "mean", { within: "group", by: "key" }, { key: budget });
		const options = normaliserOf({ ...normaliser, singleton });
		const compared = normalise(neg(missed), options);
		const alone = atMost(groupStat(missed, "count", { within: "group" }), 1);
		const inter = singleton === "raw" ? select(alone, normalise(sub(beta, missed), options), compared) : compared;
		return {
			terms: { inter: spread(inter), intra: spread(mul(sub(costOf(budget), mates), intraWeight)) },
			...scoredGroups(singleton),
		};
	},
});

/** scale · (1 − cos x), to all digits of what is small. */
function versine(x: Node<"rollout">, scale: number): Node<"rollout"> {
	const half = sin(mul(x, 0.5));
	return mul(mul(half, half), 2 * scale);
}
