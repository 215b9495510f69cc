import { defineProvider } from "../provider";

/** log p of every response token under the frozen reference: the policy at step 0, after the warm start. */
export const referenceScores = defineProvider({
	id: "referenceScores",
	title: "Reference log-probabilities",
	summary: "Scores the rollouts with the policy as it was before reinforcement learning.",
	source: null,
	cost: "forward pass",
	provides: [{ field: "refLogProbs" }],
	reads: ["reference"],
	params: {},
	needs: () => [],
	tabulate: () => ({ gives: "carried" }),
	annotate: (batch, { sources }) => ({
		batch: { ...batch, refLogProbs: sources.policy!.logProbs("reference") },
		cost: { extraTokens: 0, modelCalls: batch.B },
	}),
});
