import { placed } from "../core/errors";
import { withReward } from "../tasks/ownReward";
import type { Task, TaskDefinition } from "../tasks/task";
import type { ExperimentSpec } from "./experiment";
import { resolveParams } from "./params";

/**
 * The task that an experiment names, with a reward of its own if it has one.
 * @param place names the formula in messages; nothing where it stands beside it.
 * @throws InvalidInput for parameters or a formula that make none.
 */
export function buildTask(
	definition: TaskDefinition,
	{ params, reward }: ExperimentSpec["task"],
	place?: string,
): Task {
	const task = definition.build(resolveParams(definition.params, params, `task ${definition.id}`));
	if (reward === undefined || reward.trim() === "") return task;
	return place === undefined ? withReward(task, reward) : placed(place, () => withReward(task, reward));
}
