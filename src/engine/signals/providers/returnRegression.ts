import { integerParam, numberParam } from "../../credit/sharedParams";
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
 * What estimating Σ_t r̂_t of n tokens from K of them adds to the squared error, for each (r̂_t − mean)²: n(n − K)/(K(n − 1)), the variance of n
 * times the mean of K drawn without replacement. **Edges** 0 where K covers all, and for one token.
 */
export const subsetWeight = (n: number, K: number): number => (K >= n ? 0 : (n * (n - K)) / (K * (n - 1)));

/**
 * A learned reward for each token: r̂ of (place, token) with Σ_t r̂_t ≈ R over each rollout, by ridge regression on the batch. What the
 * group's mean return explains is spread evenly over the tokens.
 *
 * With `subset` = K > 0, randomised return decomposition: Σ_t r̂_t is estimated from K tokens drawn at random. The expected loss over all draws is
 * that of the whole sum plus n(n − K)/(K(n − 1)) · Σ_t (r̂_t − mean)², so that it is solved without drawing; it evens rewards out within a rollout.
 * Ren et al. weigh rollouts by 1/n² and sample; taking that variance off again, their unbiased form, is `subset` = 0.
 *
 * **Edges** directions that no rollout tells apart get the smallest coefficients. Choices at the same place of different prompts
 * share a coefficient, so it suits tasks where a token means the same at a place.
 */
export const returnRegression = defineProvider({
	id: "returnRegression",
	title: "Return decomposition by regression",
	summary: "Fits a reward for every choice so that they add up to the return.",
	source: {
		cite: "Efroni, Merlis & Mannor 2021, Reinforcement Learning with Trajectory Feedback; Ren et al. 2022, Learning Long-Term Reward Redistribution via Randomized Return Decomposition",
		url: "https://arxiv.org/abs/2111.13485",
	},
	cost: "arithmetic",
	provides: [{ signal: "rewardModel", level: "token", meaning: "learned reward of each token" }],
	reads: [],
	params: {
		ridge: ridgeParam,
		subset: integerParam({
			label: "Subset",
			help: "Tokens of a rollout from which its sum is estimated, on average over all choices of so many; 0: all.",
			default: 0,
			min: 0,
			max: 1e6,
			unit: "tokens",
		}),
	},
	needs: () => [],
	annotate(batch, { params }) {
		const { choices, columns } = choicesOf(batch);
		const means = groupMeans(batch);
		const sums = choices.map((own) => own.map(({ column }) => [column, 1] as const));
		const wanted = batch.returns.map((r, b) => r - means[b]!);
		const spreads = choices.map((own) => ({
			columns: own.map(({ column }) => column),
			weight: subsetWeight(own.length, params.subset || own.length),
		}));
		const weights = ridge(sums, wanted, columns, params.ridge, spreads);
		const data = new Float64Array(batch.B * batch.T);
		for (const [b, own] of choices.entries())
			for (const { at, column } of own) data[at] = weights[column]! + means[b]! / own.length;
		return {
			batch: withSignal(batch, "rewardModel", { level: "token", data, provider: "returnRegression", unit: "return" }),
		};
	},
});
