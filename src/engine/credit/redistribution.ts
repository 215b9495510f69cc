import type { ParamValues } from "../spec/params";
import type { Estimate } from "./method";
import { centerParam, discountParam, scoredGroups, several } from "./normaliserParams";
import { groupStat, type Node, neg, reduceToRollouts, select, spread, suffixSum } from "./ops";
import { choiceParam } from "./sharedParams";

/** What a group of one gets where only a baseline is compared. */
export const groupOfOneParams = {
	singleton: choiceParam({
		label: "Group of one",
		help: "What a group of one gets: what the centre makes of it (centre: less its own mean, or whole with loo), its own rewards (raw), zero, or no credit at all (skip).",
		default: "centre",
		options: ["centre", "raw", "zero", "skip"],
	}),
};
type GroupOfOne = ParamValues<typeof groupOfOneParams>["singleton"];

/** Mean over the group, of the others with loo; 0 for a group of one that is to keep its own. */
export function groupMean(x: Node<"rollout">, center: "mean" | "loo", singleton: GroupOfOne): Node<"rollout"> {
	const mean = groupStat(x, center === "loo" ? "looMean" : "mean", { within: "group" });
	return singleton === "raw" ? select(several(), mean, 0) : mean;
}

/** Terms as they are; a group of one is not scored with `skip`, and is 0 with `zero` where something is compared. */
export function withGroupOfOne(terms: Estimate["terms"], singleton: GroupOfOne, compared: boolean): Estimate {
	if (singleton === "skip") return { terms, ...scoredGroups("skip") };
	if (singleton !== "zero" || !compared) return { terms };
	const kept = spread(several());
	return { terms: Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, select(kept, term, 0)])) };
}

/** Parameters of the advantage writer behind methods that write rewards. */
export const writerParams = {
	discount: discountParam(),
	center: centerParam("mean", ["none", "mean", "loo"]),
	...groupOfOneParams,
};

interface WriterValues {
	readonly discount: number;
	readonly center: "none" | "mean" | "loo";
	readonly singleton: GroupOfOne;
}

/** Discounted rewards to go. */
export const toGo = (rewards: Node<"token">, { discount }: WriterValues) => suffixSum(rewards, discount);

/** Minus the mean over the group (or over its others) of what the rollouts earn from their first token on; null for no baseline. */
export function groupBaseline(earned: Node<"token">, { center, singleton }: WriterValues): Node<"token"> | null {
	if (center === "none") return null;
	const whole = reduceToRollouts(earned, "first");
	return spread(neg(groupMean(whole, center, singleton)));
}
