import { defineMethod, type Estimate } from "../method";
import { div, groupStat, previous, reduceToRollouts, rolloutInput, spread, sub, tokenSignal } from "../ops";
import { choiceParam, flagParam } from "../sharedParams";

/**
 * Prefix differences of a predicted return, as in RUDDER: each token is paid the change it makes to the prediction.
 *
 * r'_0 = g_0 − g_{−1}, r'_t = g_t − g_{t−1}, each plus (R − g_last)/n, n policy tokens; g_{−1} = mean return of the group (`start=mean`)
 * or 0. Reads the token signal `returnPrediction`, g after each token. Terms: `difference`, `correction`.
 *
 * **Edges** credit adds up to R − g_{−1} exactly. It is the redistributed reward itself: with an optimal redistribution nothing is left to come.
 * **Against the exact advantage** equal on average where g is the exact expected return of the prefix; a start at the group's mean, which
 * holds the rollout itself, shrinks the first token's credit by 1/n.
 * **Source** Arjona-Medina et al. 2019, "RUDDER", https://arxiv.org/abs/1806.07857.
 */
export const rudder = defineMethod({
	id: "rudder",
	title: "RUDDER",
	family: "redistribution",
	summary: "Watches a forecast of the outcome and pays each token for moving it.",
	source: {
		cite: "Arjona-Medina et al. 2019, RUDDER: Return Decomposition for Delayed Rewards",
		url: "https://arxiv.org/abs/1806.07857",
		verification: "released code read",
	},
	params: {
		start: choiceParam({
			label: "Forecast before the first token",
			help: "The mean return of the group, or 0.",
			default: "mean",
			options: ["mean", "zero"],
		}),
		correct: flagParam({
			label: "Correct",
			help: "Spread what the forecast missed evenly over the tokens.",
			default: true,
		}),
	},
	presets: { centred: {}, paper: { start: "zero" } },
	traits: { zeroWhenEqual: false, groupLocal: true },
	gradients: [
		{ door: 0.998, apples: 0.998 },
		{ params: { start: "zero" }, door: "equal", apples: "equal" },
	],
	needs: () => [{ signal: "returnPrediction", level: "token", meaning: "predicted return after each token" }],
	estimate: ({ start, correct }): Estimate => {
		const returns = rolloutInput("returns");
		const forecast = tokenSignal("returnPrediction");
		const before = start === "mean" ? groupStat(returns, "mean", { within: "group" }) : 0;
		const difference = sub(forecast, previous(forecast, before));
		const missed = div(sub(returns, reduceToRollouts(forecast, "last")), rolloutInput("policyLength"));
		return { terms: { difference, ...(correct ? { correction: spread(missed) } : {}) } };
	},
});
