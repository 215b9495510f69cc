import { defineProvider } from "../provider";

/** Entropy of the distribution that each response token was drawn from, nats. */
export const tokenEntropy = defineProvider({
	id: "tokenEntropy",
	title: "Token entropy",
	summary: "Measures how unsure the policy was of each token.",
	source: null,
	cost: "forward pass",
	provides: [{ field: "entropy" }],
	reads: ["policy"],
	params: {},
	needs: () => [],
	tabulate: () => ({ gives: "carried" }),
	annotate: (batch, { sources }) => ({
		batch: { ...batch, entropy: sources.policy!.entropy() },
		cost: { extraTokens: 0, modelCalls: batch.B },
	}),
});
