import { InvalidInput } from "../engine/core/errors";
import type { ExperimentSpec } from "../engine/spec/experiment";
import type { ParamTable } from "../engine/spec/params";
import type { Task } from "../engine/tasks/task";

/** What a form shows of a task, method or loss. */
export interface Entry {
	readonly id: string;
	readonly title: string;
	readonly summary: string;
	readonly params: ParamTable;
}

export const TASKS: readonly Entry[] = [];
export const METHODS: readonly Entry[] = [];
export const LOSSES: readonly Entry[] = [];

export const findEntry = (entries: readonly Entry[], id: string): Entry | undefined => entries.find((e) => e.id === id);

/** The task that a spec describes. @throws InvalidInput when its task is not registered. */
export function taskOf(spec: ExperimentSpec): Task {
	throw new InvalidInput(`There is no task "${spec.task.id}".`);
}
