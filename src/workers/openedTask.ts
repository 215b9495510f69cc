import type { ModelConfig } from "../engine/model/config";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { openSpec } from "../engine/spec/registries";
import type { Task } from "../engine/tasks/task";
import { modelOf } from "../engine/training/plan";
import { type PromptPool, promptPool } from "../engine/training/prompts";

/** What questions about rollouts need to know of the experiment that they come from. */
export interface OpenedTask {
	readonly task: Task;
	readonly pool: PromptPool;
	readonly model: ModelConfig;
}

let latest: { readonly key: string; readonly opened: OpenedTask } | null = null;

/** The task of a spec with its prompts and model; the latest is kept. @throws InvalidInput as `openSpec` does. */
export function openedTask(given: ExperimentSpec): OpenedTask {
	const key = JSON.stringify(given);
	if (latest?.key === key) return latest.opened;
	const { spec, task } = openSpec(given);
	const opened = { task, pool: promptPool(task, spec), model: modelOf(spec, task) };
	latest = { key, opened };
	return opened;
}
