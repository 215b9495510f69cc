import type { ParamValues } from "../../../spec/params";
import {
	add,
	div,
	groupStat,
	type Node,
	previous,
	reduceToRollouts,
	rolloutInput,
	spread,
	sub,
	tokenSignal,
} from "../../ops";
import { choiceParam, flagParam } from "../../sharedParams";
import { defineWriter } from "../writer";

export const rudderParams = {
	start: choiceParam({
		label: "First forecast",
		help: "Forecast before the first token: the mean return of the group, or 0.",
		default: "mean",
		options: ["mean", "zero"],
	}),
	correct: flagParam({
		label: "Correct",
		help: "Spread what the forecast missed evenly over the tokens.",
		default: true,
	}),
};

interface Redistributed {
	/** g_t − g_{t−1}. */
	readonly difference: Node<"token">;
	/** (R − g_last)/n for every token; null where it is left out. */
	readonly correction: Node<"token"> | null;
	readonly sum: Node<"rollout">;
}

/** The return, paid where its forecast g changes, from `mean` or 0 on; with the correction it adds up to R − g_{−1}, without to g_last − g_{−1}. */
export function redistributed(
	{ start, correct }: ParamValues<typeof rudderParams>,
	returns: Node<"rollout">,
	mean = groupStat(returns, "mean", { within: "group" }),
): Redistributed {
	const forecast = tokenSignal("returnPrediction");
	const before = start === "mean" ? mean : 0;
	const last = reduceToRollouts(forecast, "last");
	const missed = div(sub(returns, last), rolloutInput("policyLength"));
	const reached = correct ? returns : last;
	return {
		difference: sub(forecast, previous(forecast, before)),
		correction: correct ? spread(missed) : null,
		// The very returns where nothing is taken from them, so that `withRewards` can tell.
		sum: before === 0 ? reached : sub(reached, before),
	};
}

/**
 * RUDDER's redistribution as a reward: each token is paid the change it makes to a forecast g of the return.
 *
 * r'_0 = g_0 − g_{−1}, r'_t = g_t − g_{t−1}, each plus (R − g_last)/n, n policy tokens. Reads the token signal `returnPrediction`.
 *
 * **Edges** it adds up to R, less the group's mean with `start=mean`; a rollout without policy tokens earns 0 by token and that sum in all.
 * **Source** Arjona-Medina et al. 2019, "RUDDER", https://arxiv.org/abs/1806.07857.
 */
export const rudder = defineWriter({
	id: "rudder",
	title: "RUDDER",
	summary: "Pays the outcome to the tokens that moved the forecast of it.",
	source: {
		cite: "Arjona-Medina et al. 2019, RUDDER: Return Decomposition for Delayed Rewards",
		url: "https://arxiv.org/abs/1806.07857",
		verification: "compared with the released code",
	},
	params: { ...rudderParams, start: { ...rudderParams.start, default: "zero" } },
	kind: "replaces",
	gradients: [{ door: "equal", apples: "equal" }],
	needs: () => [{ signal: "returnPrediction", level: "token", meaning: "predicted return after each token" }],
	write(p, { returns }) {
		const { difference, correction, sum } = redistributed(p, returns);
		return { rewards: correction ? add(difference, correction) : difference, sum };
	},
});
