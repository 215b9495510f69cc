import type { Partition } from "../../credit/partition";
import { integerParam } from "../../credit/sharedParams";
import { defineProvider } from "../provider";
import { tableOfPartition } from "./probabilityCuts";

/** Steps of n policy tokens each, the last one shorter. */
export const fixedCuts = defineProvider({
	id: "fixedCuts",
	title: "Fixed cuts",
	summary: "Cuts a rollout into steps of equally many tokens.",
	source: { cite: "Guo et al. 2025, Segment Policy Optimization", url: "https://arxiv.org/abs/2505.23564" },
	cost: "arithmetic",
	provides: [{ field: "steps" }],
	reads: [],
	params: {
		length: integerParam({
			label: "Tokens of a step",
			help: "Policy tokens between two cuts.",
			default: 4,
			min: 1,
			max: 10000,
			unit: "tokens",
		}),
	},
	needs: () => [],
	tabulate: (_, params) => ({ gives: "cuts", of: "steps", partition: pieces(params) }),
	annotate: (batch, { params }) => ({ batch: { ...batch, steps: tableOfPartition(batch, pieces(params)) } }),
});

const pieces = ({ length }: { length: number }): Partition => ({ kind: "fixed", length, lastAlone: false, levels: 0 });
