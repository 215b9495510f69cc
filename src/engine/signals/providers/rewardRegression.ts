import { largest } from "../../core/extremes";
import { choiceParam } from "../../credit/sharedParams";
import type { RolloutBatch } from "../../rollouts/batch";
import { withSignal } from "../additions";
import { type Choice, choicesOf } from "../choiceFeatures";
import { defineProvider } from "../provider";
import { ridge } from "../ridge";
import { ridgeParam } from "./returnRegression";

/**
 * What each choice contributes to later rewards: r_t ≈ b(place) + Σ_{k<t} c_k with c of (place, token), by ridge regression over all
 * rewards of the batch, or over the last reward of each rollout alone. Contributions are centred at each place, because they are
 * known up to a constant only.
 *
 * The paper multiplies the sum by a gate g(s_t); here there is none.
 */
export const rewardRegression = defineProvider({
	id: "rewardRegression",
	title: "Contributions by regression",
	summary: "Fits which earlier choices make a later reward larger.",
	source: {
		cite: "Raposo et al. 2021, Synthetic Returns for Long-Term Credit Assignment",
		url: "https://arxiv.org/abs/2102.12425",
	},
	cost: "arithmetic",
	provides: [{ signal: "contribution", level: "token", meaning: "contribution of each token to later rewards" }],
	reads: [],
	params: {
		rewards: choiceParam({
			label: "Rewards",
			help: "Explain every reward, or only the last one of each rollout.",
			default: "last",
			options: ["last", "all"],
		}),
		ridge: ridgeParam,
	},
	needs: () => [],
	annotate(batch, { params }) {
		const { choices, columns } = choicesOf(batch);
		const longest = largest(
			choices.map((own) => own.length),
			0,
		);
		const rows: (readonly [number, number])[][] = [];
		const y: number[] = [];
		for (const own of choices)
			for (let n = params.rewards === "last" ? Math.max(0, own.length - 1) : 0; n < own.length; n++) {
				rows.push([...own.slice(0, n).map(({ column }) => [column, 1] as const), [columns + n, 1]]);
				y.push(paidFrom(batch, own[n]!));
			}
		const weights = ridge(rows, y, columns + longest, params.ridge);
		const means = placeMeans(choices, weights, longest);
		const data = new Float64Array(batch.B * batch.T);
		for (const { at, place, column } of choices.flat()) data[at] = weights[column]! - means[place]!;
		return {
			batch: withSignal(batch, "contribution", { level: "token", data, provider: "rewardRegression", unit: "return" }),
		};
	},
});

/** Reward of a choice and of the environment tokens right after it. */
function paidFrom({ T, rewards, actionMask, lengths }: RolloutBatch, { at }: Choice): number {
	const end = Math.floor(at / T) * T + lengths[Math.floor(at / T)]!;
	let sum = rewards[at]!;
	for (let i = at + 1; i < end && !actionMask[i]; i++) sum += rewards[i]!;
	return sum;
}

function placeMeans(choices: readonly (readonly Choice[])[], weights: Float64Array, longest: number): Float64Array {
	const sums = new Float64Array(longest);
	const counts = new Float64Array(longest);
	for (const { place, column } of choices.flat()) {
		sums[place]! += weights[column]!;
		counts[place]! += 1;
	}
	return sums.map((sum, place) => sum / counts[place]!);
}
