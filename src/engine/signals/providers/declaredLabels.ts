import { smallest } from "../../core/extremes";
import { choiceParam } from "../../credit/sharedParams";
import type { RolloutBatch } from "../../rollouts/batch";
import { withColumns } from "../additions";
import { defineProvider } from "../provider";
import type { TaskSource } from "../sources";
import { spanColumn } from "../spanTables";
import { responseOf } from "../taskSource";

/**
 * Process labels of the task for each step, and rewards from them. A step has the smallest label of its tokens: one wrong token
 * makes it wrong. Label +1 right, −1 wrong, 0 irrelevant. Reward of a step: what the task's process reward pays for it, where it says so,
 * else 1 for right and 0 for wrong; or always the latter; or the label itself.
 *
 * **Edges** steps without a labelled token have neither (NaN); so have rollouts whose prompt the task does not know.
 */
export const declaredLabels = defineProvider({
	id: "declaredLabels",
	title: "Step labels of the task",
	summary: "Says which steps are right, as the task's own judge sees them, and pays for it.",
	source: { cite: "Lightman et al. 2023, Let's Verify Step by Step", url: "https://arxiv.org/abs/2305.20050" },
	cost: "arithmetic",
	provides: [
		{ stepField: "label", of: "steps" },
		{ stepField: "reward", of: "steps" },
	],
	reads: ["labels"],
	params: {
		reward: choiceParam({
			label: "Reward",
			help: "What the task pays, else one for right and zero for wrong; always the latter; or the label.",
			default: "task",
			options: ["task", "zero-one", "signed"],
		}),
	},
	needs: () => [{ field: "steps" }],
	tabulate(asked, params, context) {
		const judge = context.judge();
		if (!judge || !("stepField" in asked)) return null;
		const { label, reward } = judge;
		if (asked.stepField === "label") return { gives: "verdict", of: "steps", column: "label", said: label };
		const own = params.reward === "task" ? reward : [];
		const said = label.map((x, i) => paidFor(own[i] ?? Number.NaN, x, params.reward));
		return { gives: "verdict", of: "steps", column: "reward", said };
	},
	annotate(batch, { params, sources }) {
		const labels = Array.from(batch.lengths, (_, b) => tokenLabels(batch, b, sources.task!));
		const steps = batch.steps!;
		const label = spanColumn(steps, (b, s) => {
			const own = labels[b]?.subarray(steps.start[s]!, steps.end[s]!).filter((x) => !Number.isNaN(x));
			return own && own.length > 0 ? smallest(own) : Number.NaN;
		});
		const paid = Array.from(batch.lengths, (_, b) => paidSteps(batch, b, sources.task!));
		const reward = spanColumn(steps, (b, s) => {
			const own = params.reward === "task" ? paid[b]!.get(`${steps.start[s]} ${steps.end[s]}`) : undefined;
			return paidFor(own ?? Number.NaN, label[s]!, params.reward);
		});
		return {
			batch: withColumns(batch, "steps", { label: Float64Array.from(label), reward: Float64Array.from(reward) }),
		};
	},
});

/** What the task pays, where it pays; else what the label is worth. */
function paidFor(own: number, label: number, reward: "task" | "zero-one" | "signed"): number {
	if (!Number.isNaN(own)) return own;
	return reward === "signed" ? label : label > 0 ? 1 : label <= 0 ? 0 : Number.NaN;
}

function tokenLabels(batch: RolloutBatch, b: number, { task, itemOf }: TaskSource): Float64Array | null {
	const item = itemOf(batch, b);
	return (item && task.stepLabels?.(item, responseOf(batch, b))) ?? null;
}

/** Rewards of the task's own steps, by their range. */
function paidSteps(batch: RolloutBatch, b: number, { task, itemOf }: TaskSource): Map<string, number> {
	const item = itemOf(batch, b);
	const steps = item ? task.steps(item, responseOf(batch, b)) : [];
	return new Map(
		steps.flatMap(({ start, end, reward }) => (reward === undefined ? [] : [[`${start} ${end}`, reward]])),
	);
}
