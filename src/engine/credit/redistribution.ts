import { centerParam, discountParam } from "./normaliserParams";
import { groupStat, type Node, neg, reduceToRollouts, spread, suffixSum } from "./ops";

/** Parameters of the advantage writer behind methods that write rewards. */
export const writerParams = {
	discount: discountParam(),
	center: centerParam("mean", ["none", "mean", "loo"]),
};

interface WriterValues {
	readonly discount: number;
	readonly center: "none" | "mean" | "loo";
}

/** Discounted rewards to go. */
export const toGo = (rewards: Node<"token">, { discount }: WriterValues) => suffixSum(rewards, discount);

/** Minus the mean over the group (or over its others) of what the rollouts earn from their first token on; null for no baseline. */
export function groupBaseline(earned: Node<"token">, { center }: WriterValues): Node<"token"> | null {
	if (center === "none") return null;
	const whole = reduceToRollouts(earned, "first");
	return spread(neg(groupStat(whole, center === "loo" ? "looMean" : "mean", { within: "group" })));
}
