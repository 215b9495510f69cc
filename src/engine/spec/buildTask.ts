import { withReward } from "../tasks/ownReward";
import type { Task, TaskDefinition } from "../tasks/task";
import type { ExperimentSpec } from "./experiment";
import { resolveParams } from "./params";

/** The task that an experiment names, with a reward of its own if it has one. @throws InvalidInput for parameters or a formula that make none. */
export function buildTask(definition: TaskDefinition, { params, reward }: ExperimentSpec["task"]): Task {
	const task = definition.build(resolveParams(definition.params, params, `task ${definition.id}`));
	return reward === undefined || reward.trim() === "" ? task : withReward(task, reward);
}
