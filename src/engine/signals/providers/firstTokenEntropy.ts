import { reduceToSpans, tokenInput } from "../../credit/ops";
import { STEPS } from "../../credit/partition";
import { withSignal } from "../additions";
import { defineProvider } from "../provider";
import { spanColumn } from "../spanTables";

/** Entropy of the distribution that the first policy token of each step was drawn from, nats; NaN for steps without one. */
export const firstTokenEntropy = defineProvider({
	id: "firstTokenEntropy",
	title: "Entropy at the start of a step",
	summary: "Asks how unsure the policy was when it began a step.",
	source: { cite: "Zeng et al. 2026, GlimpRouter", url: "https://arxiv.org/abs/2601.05110" },
	cost: "arithmetic",
	provides: [{ signal: "firstTokenEntropy", level: "step", meaning: "entropy of the first token of the step" }],
	reads: [],
	params: {},
	needs: () => [{ field: "steps" }, { field: "entropy" }],
	tabulate: () => ({
		gives: "expression",
		signal: "firstTokenEntropy",
		node: reduceToSpans(tokenInput("entropy"), "first", STEPS),
	}),
	annotate(batch) {
		const { T, actionMask, entropy, steps } = batch;
		const data = spanColumn(steps!, (b, s) => {
			for (let t = steps!.start[s]!; t < steps!.end[s]!; t++) if (actionMask[b * T + t]) return entropy![b * T + t]!;
			return Number.NaN;
		});
		const signal = { level: "step", provider: "firstTokenEntropy", unit: "nats" } as const;
		return { batch: withSignal(batch, "firstTokenEntropy", { ...signal, data: Float64Array.from(data) }) };
	},
});
