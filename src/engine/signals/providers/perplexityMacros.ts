import { equal, less, max, next, previous, tokenInput } from "../../credit/ops";
import { choiceParam } from "../../credit/sharedParams";
import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/**
 * Macro actions that end where the text becomes less predictable: one starts at the first token and wherever −log p rises,
 * −log p_t > −log p_{t−1}, over the policy's tokens.
 *
 * The release differs in two ways, each an option: it cuts a token earlier (`at=before`: one starts at t where −log p_{t+1} > −log p_t), so
 * that the surprising token is the second of its macro, and it asks the reference model (`of=reference`).
 */
export const perplexityMacros = defineProvider({
	id: "perplexityMacros",
	title: "Macro actions by perplexity",
	summary: "Starts a macro action wherever the next token is less predictable than the one before.",
	source: { cite: "Chai et al. 2024, MA-RLHF (perplexity-based termination)", url: "https://arxiv.org/abs/2410.02743" },
	cost: "arithmetic",
	provides: [{ signal: "macroStart", level: "token", meaning: "1 where a macro action starts" }],
	reads: [],
	params: {
		at: choiceParam({
			label: "Cut at",
			help: "The token that is harder to predict than the one before it, or that one before it (the release).",
			default: "rise",
			options: ["rise", "before"],
		}),
		of: choiceParam({
			label: "Perplexity of",
			help: "The policy that sampled, or the reference (the release).",
			default: "policy",
			options: ["policy", "reference"],
		}),
	},
	needs: (p) => [{ field: fieldOf(p) }],
	tabulate: (_, p) => ({ gives: "expression", signal: "macroStart", node: startsOf(p) }),
	annotate(batch, { params }) {
		const { B, T, actionMask, lengths } = batch;
		const logProbs = batch[fieldOf(params)]!;
		const data = new Float64Array(B * T);
		for (let b = 0; b < B; b++) {
			let before = -1;
			for (let i = b * T; i < b * T + lengths[b]!; i++) {
				if (!actionMask[i]) continue;
				if (before < 0) data[i] = 1;
				else if (logProbs[i]! < logProbs[before]!) data[params.at === "rise" ? i : before] = 1;
				before = i;
			}
		}
		return { batch: withSignal(batch, "macroStart", { level: "token", data, provider: "perplexityMacros", unit: "" }) };
	},
});

interface Macros {
	readonly at: "rise" | "before";
	readonly of: "policy" | "reference";
}

const fieldOf = ({ of }: Pick<Macros, "of">) => (of === "reference" ? "refLogProbs" : "logProbs");

/** No log-probability reaches 1, so the first token counts as less likely than what lies before it, and no token as more than what follows the last. */
function startsOf({ at, of }: Macros) {
	const logProbs = tokenInput(fieldOf({ of }));
	const rises = less(logProbs, previous(logProbs, 1));
	return at === "rise" ? rises : max(equal(tokenInput("position"), 0), next(rises, 0));
}
