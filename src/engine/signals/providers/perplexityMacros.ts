import { less, previous, tokenInput } from "../../credit/ops";
import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/**
 * Macro actions that end where the text becomes less predictable: one starts at the first token and wherever −log p rises,
 * −log p_t > −log p_{t−1}, over the policy's tokens.
 */
export const perplexityMacros = defineProvider({
	id: "perplexityMacros",
	title: "Macro actions by perplexity",
	summary: "Starts a macro action wherever the next token is less predictable than the one before.",
	source: { cite: "Chai et al. 2024, MA-RLHF (perplexity-based termination)", url: "https://arxiv.org/abs/2410.02743" },
	cost: "arithmetic",
	provides: [{ signal: "macroStart", level: "token", meaning: "1 where a macro action starts" }],
	reads: [],
	params: {},
	needs: () => [{ field: "logProbs" }],
	tabulate: () => ({ gives: "expression", signal: "macroStart", node: lessSureThanBefore() }),
	annotate(batch) {
		const { B, T, actionMask, lengths, logProbs } = batch;
		const data = new Float64Array(B * T);
		for (let b = 0; b < B; b++) {
			let before = Number.POSITIVE_INFINITY;
			for (let i = b * T; i < b * T + lengths[b]!; i++) {
				if (!actionMask[i]) continue;
				data[i] = logProbs![i]! < before ? 1 : 0;
				before = logProbs![i]!;
			}
		}
		return { batch: withSignal(batch, "macroStart", { level: "token", data, provider: "perplexityMacros", unit: "" }) };
	},
});

/** No log-probability reaches 1, so the first token counts as less likely than what lies before it. */
function lessSureThanBefore() {
	const logProbs = tokenInput("logProbs");
	return less(logProbs, previous(logProbs, 1));
}
