import { numberParam } from "../../credit/sharedParams";
import { withSignal } from "../additions";
import { choicesOf, groupMeans } from "../choiceFeatures";
import { defineProvider } from "../provider";
import { ridge } from "../ridge";

export const ridgeParam = numberParam({
	label: "Ridge",
	help: "Weight of the squared coefficients in the regression; larger is smoother.",
	default: 1,
	min: 1e-9,
	max: 1e9,
	unit: "",
	log: true,
});

/**
 * A learned reward for each token: r̂ of (place, token) with Σ_t r̂_t ≈ R over each rollout, by ridge regression on the batch. What the
 * group's mean return explains is spread evenly over the tokens.
 *
 * **Edges** directions that no rollout tells apart get the smallest coefficients. Choices at the same place of different prompts
 * share a coefficient, so it suits tasks where a token means the same at a place.
 */
export const returnRegression = defineProvider({
	id: "returnRegression",
	title: "Return decomposition by regression",
	summary: "Fits a reward for every choice so that they add up to the return.",
	source: {
		cite: "Efroni, Merlis & Mannor 2021, Reinforcement Learning with Trajectory Feedback",
		url: "https://arxiv.org/abs/2008.06036",
	},
	cost: "arithmetic",
	provides: [{ signal: "rewardModel", level: "token", meaning: "learned reward of each token" }],
	reads: [],
	params: { ridge: ridgeParam },
	needs: () => [],
	annotate(batch, { params }) {
		const { choices, columns } = choicesOf(batch);
		const means = groupMeans(batch);
		const rows = choices.map((own) => own.map(({ column }) => [column, 1] as const));
		const weights = ridge(
			rows,
			batch.returns.map((r, b) => r - means[b]!),
			columns,
			params.ridge,
		);
		const data = new Float64Array(batch.B * batch.T);
		for (const [b, own] of choices.entries())
			for (const { at, column } of own) data[at] = weights[column]! + means[b]! / own.length;
		return {
			batch: withSignal(batch, "rewardModel", { level: "token", data, provider: "returnRegression", unit: "return" }),
		};
	},
});
