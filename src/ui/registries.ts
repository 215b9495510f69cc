import type { ExperimentSpec } from "../engine/spec/experiment";
import type { ParamTable } from "../engine/spec/params";
import { openSpec, REGISTRIES } from "../engine/spec/registries";
import type { Task } from "../engine/tasks/task";

/** What a form shows of a task, method or loss. */
export interface Entry {
	readonly id: string;
	readonly title: string;
	readonly summary: string;
	readonly params: ParamTable;
}

/** What registered things may say about themselves; those without a title go by their id. */
type Registered = Pick<Entry, "id" | "params"> & Partial<Pick<Entry, "title" | "summary">>;

const entriesOf = (registered: readonly Registered[]): readonly Entry[] =>
	registered.map(({ id, params, title = id, summary = "" }) => ({ id, params, title, summary }));

export const TASKS = entriesOf(REGISTRIES.tasks);
export const METHODS = entriesOf(REGISTRIES.methods);
export const LOSSES = entriesOf(REGISTRIES.losses);

export const findEntry = (entries: readonly Entry[], id: string): Entry | undefined => entries.find((e) => e.id === id);

let built: { readonly key: string; readonly task: Task } | null = null;

/** The task that a spec describes; the latest is kept. @throws InvalidInput for an unknown task or parameters that make none. */
export function taskOf(spec: ExperimentSpec): Task {
	const key = JSON.stringify(spec.task);
	if (built?.key !== key) built = { key, task: openSpec(spec).task };
	return built.task;
}
