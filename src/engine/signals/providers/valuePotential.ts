import { orElse, tokenInput } from "../../credit/ops";
import { withSignal } from "../additions";
import { defineProvider } from "../provider";

/** Potential of a prefix = its value. With exact values the shaped rewards are the temporal-difference errors. Unknown values: 0. */
export const valuePotential = defineProvider({
	id: "valuePotential",
	title: "Values as potential",
	summary: "Takes how promising a prefix is as the map on which progress is paid.",
	source: {
		cite: "Ng, Harada & Russell 1999, Policy Invariance Under Reward Transformations",
		url: "https://people.eecs.berkeley.edu/~russell/papers/icml99-shaping.pdf",
	},
	cost: "arithmetic",
	provides: [{ signal: "potential", level: "token", meaning: "potential of the prefix before each token" }],
	reads: [],
	params: {},
	needs: () => [{ field: "values" }],
	tabulate: () => ({ gives: "expression", signal: "potential", node: orElse(tokenInput("values"), 0) }),
	annotate(batch) {
		const data = batch.values!.map((v) => (Number.isNaN(v) ? 0 : v));
		return {
			batch: withSignal(batch, "potential", { level: "token", data, provider: "valuePotential", unit: "return" }),
		};
	},
});
