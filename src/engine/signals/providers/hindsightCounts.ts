import { choiceParam, numberParam } from "../../credit/sharedParams";
import type { RolloutBatch } from "../../rollouts/batch";
import { withSignal } from "../additions";
import { choicesOf } from "../choiceFeatures";
import { defineProvider } from "../provider";

/**
 * Probability of each choice in hindsight, by counting: h(a | s, u) = (n(s, a, u) + k·π(a|s)) / (n(s, u) + k), s the tokens of the response so
 * far (`state=prefix`) or only the place among the policy's tokens (`state=place`), u the return of the rollout or its last reward; counted over
 * the rollouts of the group.
 *
 * **Edges** an outcome that was met once tells nothing: h is then close to π only for a large k. k = 0 is the plain share.
 */
export const hindsightCounts = defineProvider({
	id: "hindsightCounts",
	title: "Hindsight probabilities by counting",
	summary: "Counts how often a choice was made among the rollouts with the same outcome.",
	source: {
		cite: "Harutyunyan et al. 2019, Hindsight Credit Assignment",
		url: "https://arxiv.org/abs/1912.02503",
	},
	cost: "arithmetic",
	provides: [
		{
			signal: "hindsightLogProbs",
			level: "token",
			meaning: "log-probability of each choice once the outcome is known",
		},
	],
	reads: [],
	params: {
		outcome: choiceParam({
			label: "Outcome",
			help: "What is known in hindsight: the whole return, or the last reward.",
			default: "return",
			options: ["return", "last-reward"],
		}),
		state: choiceParam({
			label: "State",
			help: "Which choices are compared: after the same tokens, or at the same place.",
			default: "prefix",
			options: ["prefix", "place"],
		}),
		smoothing: numberParam({
			label: "k",
			help: "Weight of the policy's own probability, in rollouts.",
			default: 1,
			min: 0,
			max: 1e6,
			unit: "rollouts",
		}),
	},
	needs: () => [{ field: "logProbs" }],
	annotate(batch, { params: { outcome, state, smoothing } }) {
		const counts = new Map<string, number>();
		const count = (key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
		const keys = keysOf(batch, outcome, state);
		for (const { situation, token } of keys) {
			count(situation);
			count(`${situation} > ${token}`);
		}
		const data = new Float64Array(batch.B * batch.T);
		for (const { at, situation, token } of keys) {
			const p = Math.exp(batch.logProbs![at]!);
			data[at] = Math.log(
				(counts.get(`${situation} > ${token}`)! + smoothing * p) / (counts.get(situation)! + smoothing),
			);
		}
		return {
			batch: withSignal(batch, "hindsightLogProbs", {
				level: "token",
				data,
				provider: "hindsightCounts",
				unit: "nats",
			}),
		};
	},
});

function keysOf(batch: RolloutBatch, outcome: string, state: string) {
	const { T, tokens, groupIds, returns, rewards, lengths } = batch;
	return choicesOf(batch).choices.flatMap((own, b) => {
		const u = outcome === "return" ? returns[b]! : (rewards[b * T + Math.max(0, lengths[b]! - 1)] ?? 0);
		return own.map(({ at, place }) => {
			const where = state === "place" ? place : tokens.subarray(b * T, at).join(" ");
			return { at, situation: `${groupIds[b]} | ${u.toPrecision(12)} | ${where}`, token: tokens[at]! };
		});
	});
}
