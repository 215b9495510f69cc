import type { RolloutBatch } from "../rollouts/batch";
import type { Task, TaskItem } from "../tasks/task";
import { play } from "../tasks/walk";
import type { TaskSource } from "./sources";

/** A task whose rollouts answer prompts among these items. */
export function taskSource(task: Task, items: readonly TaskItem[]): TaskSource {
	const byPrompt = new Map<string, TaskItem>();
	for (const item of items) if (!byPrompt.has(item.prompt.join(" "))) byPrompt.set(item.prompt.join(" "), item);
	return {
		task,
		itemOf({ promptTokens, promptOffsets }, b) {
			return byPrompt.get(promptTokens.subarray(promptOffsets[b]!, promptOffsets[b + 1]!).join(" "));
		},
	};
}

/** Response of rollout b. */
export function responseOf({ tokens, lengths, T }: RolloutBatch, b: number): number[] {
	return Array.from(tokens.subarray(b * T, b * T + lengths[b]!));
}

/** The task's states before each token of rollout b and after the last; null where its prompt is none of the task's. */
export function statesOf({ task, itemOf }: TaskSource, batch: RolloutBatch, b: number): readonly unknown[] | null {
	const item = itemOf(batch, b);
	return item ? play(task.env, item, responseOf(batch, b)).states : null;
}
