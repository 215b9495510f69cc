import type { RolloutBatch } from "../../rollouts/batch";
import { defineProvider } from "../provider";
import type { TaskSource } from "../sources";
import { type SpanRow, tableOf } from "../spanTables";
import { responseOf } from "../taskSource";

/**
 * Steps as the task has them (`Task.steps`): a plan, a column of a sum, a call, a rank. **Edges** in rollouts whose prompt the task
 * does not know every token of the policy is a step.
 */
export const declaredSteps = defineProvider({
	id: "declaredSteps",
	title: "Steps of the task",
	summary: "Cuts a rollout into the steps that the task itself sees in it.",
	source: null,
	cost: "arithmetic",
	provides: [{ field: "steps" }],
	reads: ["task"],
	params: {},
	needs: () => [],
	tabulate(_, __, context) {
		const judge = context.judge();
		return judge && { gives: "judged", of: "steps", judge };
	},
	annotate: (batch, { sources }) => ({
		batch: { ...batch, steps: tableOf(Array.from(batch.lengths, (_, b) => stepsOf(batch, b, sources.task!))) },
	}),
});

function stepsOf(batch: RolloutBatch, b: number, { task, itemOf }: TaskSource): SpanRow[] {
	const item = itemOf(batch, b);
	if (item) return task.steps(item, responseOf(batch, b)).map(({ start, end }) => ({ start, end, policy: true }));
	const { T, actionMask, lengths } = batch;
	const own = Array.from({ length: lengths[b]! }, (_, t) => ({ start: t, end: t + 1, policy: true }));
	return own.filter(({ start }) => actionMask[b * T + start] === 1);
}
