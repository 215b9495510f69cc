import type { RolloutBatch } from "../../rollouts/batch";
import { defineProvider } from "../provider";
import type { TaskSource } from "../sources";
import { spansFrom, tableOf } from "../spanTables";
import { statesOf } from "../taskSource";

/**
 * Steps as the task has them: one starts wherever the task says that the policy observes something (`Environment.anchor`), and at the
 * first token. In a task that says nothing every token of the policy is a step.
 */
export const declaredSteps = defineProvider({
	id: "declaredSteps",
	title: "Steps of the task",
	summary: "A step starts where the task says that the policy observes something; else every token is one.",
	source: null,
	cost: "arithmetic",
	provides: [{ field: "steps" }],
	reads: ["task"],
	params: {},
	needs: () => [],
	annotate: (batch, { sources }) => ({
		batch: {
			...batch,
			steps: tableOf(Array.from(batch.lengths, (_, b) => spansFrom(batch, b, starts(batch, b, sources.task!)))),
		},
	}),
});

function starts(batch: RolloutBatch, b: number, source: TaskSource): number[] {
	const { T, actionMask, lengths } = batch;
	const { env } = source.task;
	const states = env.anchor ? statesOf(source, batch, b) : null;
	const out: number[] = [];
	for (let t = 0; t < lengths[b]!; t++) {
		if (!actionMask[b * T + t]) continue;
		if (out.length === 0 || !states || env.anchor!(states[t]) !== null) out.push(t);
	}
	return out;
}
