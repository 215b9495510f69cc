import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/** log p of every response token under the parameters of now, which differ from those that sampled when a batch is used again. */
export const currentScores = defineProvider({
	id: "currentScores",
	title: "Present log-probabilities",
	summary: "Scores the rollouts with the policy as it is now.",
	source: null,
	cost: "forward pass",
	provides: [{ signal: "currentLogProbs", level: "token", meaning: "log-probabilities under the present policy" }],
	reads: ["policy"],
	params: {},
	needs: () => [],
	annotate: (batch, { sources }) => ({
		batch: withSignal(batch, "currentLogProbs", {
			level: "token",
			data: sources.policy!.logProbs("policy"),
			provider: "currentScores",
			unit: "nats",
		}),
		cost: { extraTokens: 0, modelCalls: batch.B },
	}),
});
