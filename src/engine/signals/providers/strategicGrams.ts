import { integerParam, numberParam } from "../../credit/sharedParams";
import type { RolloutBatch } from "../../rollouts/batch";
import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/**
 * Planning tokens mined from the batch: n-grams of policy tokens that occur in many successful rollouts. Kept is the share `top` of
 * the n-grams with the highest document frequency (number of successful rollouts that contain one; ties go to the one met first);
 * tokens covered by a kept n-gram are marked.
 *
 * The paper clusters n-grams of 3 to 5 words by sentence embedding and counts clusters; here every n-gram is its own cluster.
 * **Edges** without a successful rollout nothing is marked.
 */
export const strategicGrams = defineProvider({
	id: "strategicGrams",
	title: "Strategic n-grams",
	summary: "Marks phrases that come back in many successful rollouts.",
	source: {
		cite: "Emergent Hierarchical Reasoning in LLMs through Reinforcement Learning, 2025",
		url: "https://arxiv.org/abs/2509.03646",
	},
	cost: "arithmetic",
	provides: [{ signal: "planning", level: "token", meaning: "1 for planning tokens" }],
	reads: [],
	params: {
		shortest: integerParam({
			label: "Shortest",
			help: "Tokens of an n-gram.",
			default: 3,
			min: 1,
			max: 16,
			unit: "tokens",
		}),
		longest: integerParam({
			label: "Longest",
			help: "Tokens of an n-gram.",
			default: 5,
			min: 1,
			max: 16,
			unit: "tokens",
		}),
		top: numberParam({
			label: "Kept",
			help: "Share of the n-grams that is kept.",
			default: 0.2,
			min: 0,
			max: 1,
			unit: "",
		}),
	},
	needs: () => [{ field: "success" }],
	annotate(batch, { params }) {
		const { shortest, longest, top } = params;
		const frequency = new Map<string, number>();
		for (let b = 0; b < batch.B; b++) {
			if (!batch.success![b]) continue;
			const own = new Set(gramsOf(batch, b, shortest, longest).map(({ name }) => name));
			for (const name of own) frequency.set(name, (frequency.get(name) ?? 0) + 1);
		}
		const ranked = [...frequency].sort((a, b) => b[1] - a[1]).map(([name]) => name);
		const kept = new Set(ranked.slice(0, Math.ceil(top * ranked.length)));
		const data = new Float64Array(batch.B * batch.T);
		for (let b = 0; b < batch.B; b++)
			for (const { name, at } of gramsOf(batch, b, shortest, longest))
				if (kept.has(name)) for (const i of at) data[i] = 1;
		return { batch: withSignal(batch, "planning", { level: "token", data, provider: "strategicGrams", unit: "" }) };
	},
});

/** n-grams of neighbouring policy tokens, with the entries they cover. */
function gramsOf({ T, tokens, actionMask, lengths }: RolloutBatch, b: number, shortest: number, longest: number) {
	const out: { name: string; at: number[] }[] = [];
	for (let t = 0; t < lengths[b]!; t++)
		for (let n = 1; n <= longest && t + n <= lengths[b]! && actionMask[b * T + t + n - 1]; n++) {
			if (n < shortest) continue;
			const at = Array.from({ length: n }, (_, k) => b * T + t + k);
			out.push({ name: at.map((i) => tokens[i]).join(" "), at });
		}
	return out;
}
