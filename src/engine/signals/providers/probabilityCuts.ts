import type { Partition } from "../../credit/partition";
import { cutParams } from "../../credit/sharedParams";
import { spansOf } from "../../credit/spans";
import type { RolloutBatch, SpanTable } from "../../rollouts/batch";
import { defineProvider } from "../provider";

/**
 * Steps that start before every m-th token whose probability lies below a threshold, and at the first token: pieces between points
 * where the policy was unsure.
 */
export const probabilityCuts = defineProvider({
	id: "probabilityCuts",
	title: "Cuts by probability",
	summary: "Cuts a rollout before tokens that the policy was unsure of.",
	source: { cite: "Guo et al. 2025, Segment Policy Optimization", url: "https://arxiv.org/abs/2505.23564" },
	cost: "arithmetic",
	provides: [{ field: "steps" }],
	reads: [],
	params: cutParams(1),
	needs: () => [{ field: "logProbs" }],
	tabulate: (_, params) => ({ gives: "cuts", of: "steps", partition: { kind: "cuts", ...params } }),
	annotate: (batch, { params }) => ({
		batch: { ...batch, steps: tableOfPartition(batch, { kind: "cuts", ...params }) },
	}),
});

/** The spans of a partition as a table of steps. */
export function tableOfPartition(batch: RolloutBatch, partition: Partition): SpanTable {
	const { count, offsets, start, end } = spansOf(batch, partition);
	return { offsets, start, end, actor: new Uint8Array(count).fill(1) };
}
