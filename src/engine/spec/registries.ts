import { placed } from "../core/errors";
import { creditorOf } from "../credit/choice";
import { METHODS } from "../credit/registry";
import { REWARD_WRITERS } from "../credit/rewards/registry";
import { LOSSES } from "../losses/registry";
import { PROVIDERS } from "../signals/registry";
import { TASKS } from "../tasks/registry";
import type { Task, TaskDefinition } from "../tasks/task";
import { buildTask } from "./buildTask";
import type { ParamTables } from "./changes";
import type { ExperimentSpec } from "./experiment";
import { findEntry, type Registries, resolveSpec } from "./resolveSpec";

/** Everything that an experiment may name. */
export const REGISTRIES = {
	tasks: TASKS,
	methods: METHODS,
	losses: LOSSES,
	rewards: REWARD_WRITERS,
	signals: PROVIDERS,
} as const satisfies Registries;

const tableOf = (entries: Registries["tasks"]) => (id: string) => entries.find((e) => e.id === id)?.params;

/** Parameter tables of everything registered, as links need them. */
export const PARAM_TABLES: ParamTables = {
	task: tableOf(REGISTRIES.tasks),
	method: tableOf(REGISTRIES.methods),
	loss: tableOf(REGISTRIES.losses),
	reward: tableOf(REGISTRIES.rewards),
	signal: tableOf(REGISTRIES.signals),
};

/**
 * An experiment with all parameters filled in, and its task.
 * @param where names the file that it is from, for messages.
 * @throws InvalidInput for what is unknown or out of range, for options of the method that do not fit together, and for writers of rewards
 * that make no sense before it.
 */
export function openSpec(given: ExperimentSpec, where?: string): { spec: ExperimentSpec; task: Task } {
	if (where !== undefined) return placed(where, () => openSpec(given));
	const spec = resolveSpec(given, REGISTRIES);
	// Parameters that do not fit together are refused here, before anything is compiled.
	creditorOf(spec.method).estimate(spec.method.params);
	const definition: TaskDefinition = findEntry(REGISTRIES.tasks, spec.task.id, "task");
	return { spec, task: buildTask(definition, spec.task, "task.reward") };
}
