import { largest } from "../../core/extremes";
import { withSignal } from "../additions";
import { choicesOf, groupMeans } from "../choiceFeatures";
import { defineProvider } from "../provider";
import { ridge } from "../ridge";
import { ridgeParam } from "./returnRegression";

/**
 * Predicted return after each token: for every number n of choices one ridge regression of the return on the first n, from the group's
 * mean return up. A rollout shorter than n takes no part in the regression for n.
 *
 * **Edges** environment tokens repeat the prediction before them; before the first choice it is the group's mean.
 */
export const prefixRegression = defineProvider({
	id: "prefixRegression",
	title: "Return prediction by prefix regressions",
	summary: "Fits, for every length of prefix, a forecast of the return from the choices so far.",
	source: {
		cite: "Arjona-Medina et al. 2019, RUDDER: Return Decomposition for Delayed Rewards",
		url: "https://arxiv.org/abs/1806.07857",
	},
	cost: "arithmetic",
	provides: [{ signal: "returnPrediction", level: "token", meaning: "predicted return after each token" }],
	reads: [],
	params: { ridge: ridgeParam },
	needs: () => [],
	annotate(batch, { params }) {
		const { choices, columns } = choicesOf(batch);
		const means = groupMeans(batch);
		const data = new Float64Array(batch.B * batch.T);
		const longest = largest(
			choices.map((own) => own.length),
			0,
		);
		for (let n = 1; n <= longest; n++) {
			const members = [...choices.keys()].filter((b) => choices[b]!.length >= n);
			const rows = members.map((b) => choices[b]!.slice(0, n).map(({ column }) => [column, 1] as const));
			const weights = ridge(
				rows,
				members.map((b) => batch.returns[b]! - means[b]!),
				columns,
				params.ridge,
			);
			for (const [i, b] of members.entries())
				data[choices[b]![n - 1]!.at] = rows[i]!.reduce((sum, [column]) => sum + weights[column]!, means[b]!);
		}
		for (let b = 0; b < batch.B; b++)
			for (let t = 0, last = means[b]!; t < batch.lengths[b]!; t++) {
				const at = b * batch.T + t;
				if (batch.actionMask[at]) last = data[at]!;
				else data[at] = last;
			}
		return {
			batch: withSignal(batch, "returnPrediction", {
				level: "token",
				data,
				provider: "prefixRegression",
				unit: "return",
			}),
		};
	},
});
