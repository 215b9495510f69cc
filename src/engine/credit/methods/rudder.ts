import { defineMethod, type Estimate } from "../method";
import { rolloutInput } from "../ops";
import { groupMean, groupOfOneParams, withGroupOfOne } from "../redistribution";
import { redistributed, rudderParams, rudder as writer } from "../rewards/writers/rudder";

/**
 * Prefix differences of a predicted return, as in RUDDER: each token is paid the change it makes to the prediction.
 *
 * r'_0 = g_0 − g_{−1}, r'_t = g_t − g_{t−1}, each plus (R − g_last)/n, n policy tokens; g_{−1} = mean return of the group (`start=mean`)
 * or 0. Reads the token signal `returnPrediction`, g after each token. Terms: `difference`, `correction`.
 *
 * **Edges** credit adds up to R − g_{−1} exactly. It is the redistributed reward itself: with an optimal redistribution nothing is left to come.
 * A group of one as `singleton` says: its own return is the mean (centre), or the start is 0 (raw).
 * **Against the exact advantage** equal on average where g is the exact expected return of the prefix; a start at the group's mean, which
 * holds the rollout itself, shrinks the first token's credit by 1/n.
 * **Source** Arjona-Medina et al. 2019, "RUDDER", https://arxiv.org/abs/1806.07857.
 */
export const rudder = defineMethod({
	id: "rudder",
	title: "RUDDER",
	family: "redistribution",
	summary: "Watches a forecast of the outcome and pays each token for moving it.",
	source: writer.source,
	params: { ...rudderParams, ...groupOfOneParams },
	presets: { centred: {}, paper: { start: "zero" } },
	paidByTask: "its forecast is of the return that the environment paid; put rudder before another method instead",
	place: { unit: "token", source: "a fit to the batch", extra: "none", offPolicy: false },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [
		{ door: 0.998, apples: 0.998 },
		{ params: { start: "zero" }, door: "equal", apples: "equal" },
	],
	needs: writer.needs,
	estimate: (p): Estimate => {
		const returns = rolloutInput("returns");
		const { difference, correction } = redistributed(p, returns, groupMean(returns, "mean", p.singleton));
		return withGroupOfOne({ difference, ...(correction ? { correction } : {}) }, p.singleton, p.start === "mean");
	},
});
