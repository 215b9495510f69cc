import { alikeBetween } from "../alike";
import { defineMethod } from "../method";
import { epsParam, scaleParam, scoredGroups, singletonParam } from "../normaliserParams";
import {
	add,
	atMost,
	covered,
	div,
	equal,
	groupStat,
	log2,
	max,
	min,
	mul,
	type Node,
	orElse,
	rolloutInput,
	select,
	spanInput,
	spread,
	spreadToSpans,
	sqrt,
	sub,
	suffixSum,
} from "../ops";
import { STEPS } from "../partition";
import { choiceParam } from "../sharedParams";

/**
 * Rank-GRPO: for ranked lists, each position is compared with the same position of the other rollouts.
 *
 * Items are the steps, their rewards the hits. `reward=tail`: r_k = Σ_{j≥k} hit_j / log2(j + 1), j from 1; `own`: r_k = hit_k.
 * A_{i,k} = (r_{i,k} − mean)/(sd + eps) over the group at position k; missing items count with reward 0.
 *
 * **Edges** equal rewards at a position give 0; tokens outside of items are not scored; a group of one as `singleton` says.
 * **Against the exact advantage** position k is never paid for hits before it; what other positions contribute is noise.
 * **Reduces** to GRPO for lists of one item.
 * **Source** Zhu et al. 2025, "Rank-GRPO", https://arxiv.org/abs/2510.20150.
 */
export const rankGrpo = defineMethod({
	id: "rankGrpo",
	title: "Rank-GRPO",
	family: "step",
	summary: "In a ranked list every place is judged by what came at that place or after it.",
	source: {
		cite: "Zhu et al. 2025, Rank-GRPO: Training LLM-based Conversational Recommender Systems with Reinforcement Learning",
		url: "https://arxiv.org/abs/2510.20150",
		verification: "compared with the released code",
	},
	params: {
		reward: choiceParam({
			label: "Reward",
			help: "Discounted hits from this place on, or the hit at this place.",
			default: "tail",
			options: ["tail", "own"],
		}),
		scale: scaleParam("sd1"),
		eps: epsParam(1e-4),
		singleton: singletonParam("zero"),
	},
	presets: { paper: {}, expInf: { reward: "own" } },
	place: { unit: "step or segment", source: "steps, states or marks", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [{ door: 0.902, apples: 0.901 }],
	needs: () => [{ stepField: "reward", of: "steps" }],
	estimate: ({ reward, scale, eps, singleton }) => {
		const hit = orElse(spanInput("reward", STEPS), 0);
		const r = reward === "own" ? hit : suffixSum(div(hit, log2(add(spanInput("index", STEPS), 2))));
		const rank = { within: "group", by: "rank" } as const;
		const size = spreadToSpans(groupStat(rolloutInput("returns"), "count", { within: "group" }), STEPS);
		const mean = groupStat(r, "sum", rank);
		const centre = div(mean, size);
		const offset = sub(r, centre);
		// Items that are missing lie at 0: each adds the square of the mean.
		const absent = sub(size, groupStat(r, "count", rank));
		const squares = add(groupStat(mul(offset, offset), "sum", rank), mul(absent, mul(centre, centre)));
		const variance = div(squares, sub(size, scale === "sd1" ? 1 : 0));
		const several = scale === "none" ? offset : div(offset, add(sqrt(variance), eps));
		const item = select(equal(size, 1), singleton === "raw" ? r : 0, select(flat(r, absent), 0, several));
		return { terms: { item: spread(item) }, scored: mul(covered(STEPS), scoredGroups(singleton).scored ?? 1) };
	},
});

/** 1 where all items at a position, missing ones included, have the same reward. */
function flat(r: Node<"span">, absent: Node<"span">): Node<"span"> {
	const rank = { within: "group", by: "rank" } as const;
	const [low, high] = [groupStat(r, "min", rank), groupStat(r, "max", rank)];
	const some = atMost(1, absent);
	return alikeBetween(select(some, min(low, 0), low), select(some, max(high, 0), high));
}
