import type { RolloutBatch } from "../../rollouts/batch";
import { defineProvider } from "../provider";
import { type SpanRow, tableOf } from "../spanTables";

/** Turns as the mask shows them: longest runs of tokens of one actor. **Edges** an empty rollout has no turn. */
export const turnSpans = defineProvider({
	id: "turnSpans",
	title: "Turns by actor",
	summary: "A turn is a longest run of tokens that the policy wrote, or that it did not.",
	source: null,
	cost: "arithmetic",
	provides: [{ field: "turns" }],
	reads: [],
	params: {},
	needs: () => [],
	tabulate: () => ({ gives: "runs", of: "turns" }),
	annotate: (batch) => ({ batch: { ...batch, turns: tableOf(Array.from(batch.lengths, (_, b) => runs(batch, b))) } }),
});

function runs({ T, actionMask, lengths }: RolloutBatch, b: number): SpanRow[] {
	const out: SpanRow[] = [];
	for (let t = 0, start = 0; t < lengths[b]!; t++) {
		const mask = actionMask[b * T + t];
		if (t + 1 < lengths[b]! && actionMask[b * T + t + 1] === mask) continue;
		out.push({ start, end: t + 1, policy: mask === 1 });
		start = t + 1;
	}
	return out;
}
