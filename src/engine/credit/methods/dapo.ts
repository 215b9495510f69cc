import { InvalidInput } from "../../core/errors";
import { alike } from "../alike";
import { defineMethod } from "../method";
import { centerParam, epsParam, normaliserOf, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import { add, groupStat, less, max, min, mul, normalise, not, rolloutInput, spread, sub } from "../ops";
import { choiceParam, flagParam, integerParam, numberParam } from "../sharedParams";

const GROUP = { within: "group" } as const;

/**
 * DAPO's credit: GRPO on returns with a soft price on overlong answers; groups without contrast can be left out.
 *
 * R' = R + pen(n)·factor, n policy tokens: pen = 0 up to L − buffer, then −(n − L + buffer)/buffer, no further than −1 in the
 * paper's form, without end in the released one. A = (R' − mean)/(sd + eps), n − 1. With `dropEqual`, groups whose returns before the
 * price are all equal are not scored.
 *
 * **Dynamic sampling** In the paper (equation 11) equal groups are dropped and prompts sampled until the batch is full. Sampling belongs to the
 * run: `rollout.rounds` above 1 fills the batch before credit sees it. With one round, or where the rounds run out, `dropEqual` leaves the
 * equal groups out. The loss then counts the other groups alone: means over tokens or rollouts are taken over them, as in a full batch, but
 * from fewer groups, so the gradient is noisier by √(all/left); under `constant` it is smaller by left/all; a batch without contrast has no
 * gradient. Without `dropEqual` equal groups have credit 0 and count, which shrinks every mean by left/all.
 *
 * **Edges** the deviation is taken after the price: a short wrong answer can get positive credit. A group of one as `singleton` says; it is
 * never dropped as equal, unless that skips it. A buffer longer than L is refused, as verl does.
 * **Presets** `paper` drops equal groups. verl: its price grows on; `filter_groups` is off unless a run turns it on (`verl`), as the recipe
 * of the paper's run does, on accuracy, over up to ten batches of new prompts, groups of one kept (`verlRecipe`; with `rollout.rounds` = 10, on
 * returns, which say the same where only a right answer pays).
 * **Against the exact advantage** GRPO's relation, to the priced return.
 * **Reduces** to GRPO while no answer enters the buffer.
 * **Source** Yu et al. 2025, "DAPO", https://arxiv.org/abs/2503.14476. Its clip and its token mean are a preset of
 * the clipped surrogate.
 */
export const dapo = defineMethod({
	id: "dapo",
	title: "DAPO",
	family: "group",
	summary:
		"GRPO that charges for answers which run out of room, and can leave out prompts where all rollouts did alike.",
	source: {
		cite: "Yu et al. 2025, DAPO: An Open-Source LLM Reinforcement Learning System at Scale",
		url: "https://arxiv.org/abs/2503.14476",
		verification: "compared with the released code",
	},
	params: {
		maxLength: integerParam({
			label: "Longest response",
			help: "L: from here on the whole price is due. Toy responses have tens of tokens: with the published number they pay nothing.",
			default: 20480,
			min: 1,
			max: 1e9,
			unit: "tokens",
		}),
		buffer: integerParam({
			label: "Buffer",
			help: "Tokens before the longest response over which the price grows; at most all of them.",
			default: 4096,
			min: 1,
			max: 1e9,
			unit: "tokens",
		}),
		factor: numberParam({
			label: "Price",
			help: "What running out of room costs.",
			default: 1,
			min: 0,
			max: 1e3,
			unit: "",
		}),
		beyond: choiceParam({
			label: "Beyond the longest",
			help: "The price stays at its full height (paper) or grows on (released).",
			default: "flat",
			options: ["flat", "growing"],
		}),
		dropEqual: flagParam({
			label: "Drop equal groups",
			help: "Groups whose returns are all equal get no credit at all. Others are sampled for them where the rollouts have more than one sampling round.",
			default: false,
		}),
		center: centerParam("mean", ["none", "mean", "loo"]),
		scale: scaleParam("sd1"),
		eps: epsParam(1e-6),
		singleton: singletonParam("zero"),
	},
	presets: {
		paper: { dropEqual: true },
		verl: { beyond: "growing", singleton: "raw" },
		verlRecipe: { beyond: "growing", singleton: "raw", dropEqual: true },
	},
	place: { unit: "rollout", source: "rollouts alone", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: "scaled", apples: 0.994 }],
	needs: () => [],
	estimate: ({ maxLength, buffer, factor, beyond, dropEqual, singleton, ...options }) => {
		if (buffer > maxLength)
			throw new InvalidInput(
				`Method dapo: buffer is ${buffer}; it must be at most maxLength, ${maxLength}, or the price would begin before the first token.`,
			);
		const returns = rolloutInput("returns");
		const over = max(mul(sub(rolloutInput("policyLength"), maxLength - buffer), 1 / buffer), 0);
		const price = mul(beyond === "flat" ? min(over, 1) : over, -factor);
		const outcome = normalise(add(returns, price), normaliserOf({ ...options, singleton }));
		const terms = { outcome: spread(outcome) };
		if (!dropEqual) return { terms, ...scoredGroups(singleton) };
		const equal = alike(returns, GROUP);
		const several = less(1, groupStat(returns, "count", GROUP));
		const dropped = singleton === "skip" ? equal : mul(equal, several);
		return { terms, scored: spread(not(dropped)) };
	},
});
