import { Rng } from "../../core/rng";
import { choiceParam, integerParam } from "../../credit/sharedParams";
import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/**
 * Macro actions of n tokens: n fixed, or drawn anew for each from {1, 2, 3, 5, 10}, on a stream of (seed, rollout's place in its
 * group), so that a rollout's macros do not depend on the rest of the batch.
 */
export const ngramMacros = defineProvider({
	id: "ngramMacros",
	title: "Macro actions of n tokens",
	summary: "Takes equally many tokens, or randomly many, as one decision.",
	source: { cite: "Chai et al. 2024, MA-RLHF (n-gram termination)", url: "https://arxiv.org/abs/2410.02743" },
	cost: "arithmetic",
	provides: [{ signal: "macroStart", level: "token", meaning: "1 where a macro action starts" }],
	reads: [],
	params: {
		lengths: choiceParam({
			label: "Lengths",
			help: "All alike, or drawn from 1, 2, 3, 5 and 10.",
			default: "random",
			options: ["fixed", "random"],
		}),
		n: integerParam({
			label: "n",
			help: "Tokens of a macro action where all are alike.",
			default: 5,
			min: 1,
			max: 10000,
			unit: "tokens",
		}),
		seed: integerParam({
			label: "Seed",
			help: "Of the random lengths.",
			default: 1,
			min: 0,
			max: 2 ** 32 - 1,
			unit: "",
		}),
	},
	needs: () => [],
	annotate(batch, { params }) {
		const { B, T, actionMask, lengths, groupIds } = batch;
		const data = new Float64Array(B * T);
		const met = new Map<number, number>();
		for (let b = 0; b < B; b++) {
			const member = met.get(groupIds[b]!) ?? 0;
			met.set(groupIds[b]!, member + 1);
			const rng = Rng.of(params.seed).fork("macros").fork(member);
			let left = 0;
			for (let i = b * T; i < b * T + lengths[b]!; i++) {
				if (!actionMask[i]) continue;
				if (left === 0) {
					data[i] = 1;
					left = params.lengths === "fixed" ? params.n : RANDOM[rng.integer(RANDOM.length)]!;
				}
				left -= 1;
			}
		}
		return { batch: withSignal(batch, "macroStart", { level: "token", data, provider: "ngramMacros", unit: "" }) };
	},
});

const RANDOM = [1, 2, 3, 5, 10] as const;
