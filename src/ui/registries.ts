import { buildTask } from "../engine/spec/buildTask";
import type { ExperimentSpec } from "../engine/spec/experiment";
import type { ParamTable } from "../engine/spec/params";
import { REGISTRIES } from "../engine/spec/registries";
import { findEntry as findRegistered } from "../engine/spec/resolveSpec";
import type { Task } from "../engine/tasks/task";

/** What a form shows of a task, method, loss or reward writer. */
export interface Entry {
	readonly id: string;
	readonly title: string;
	readonly summary: string;
	readonly params: ParamTable;
	/** What sets it apart among its kind, such as the family of a method or the difficulty that a task isolates. */
	readonly about: string;
	readonly source: { readonly cite: string; readonly url: string; readonly verification?: string } | null;
	/** Claims that a run can prove wrong. */
	readonly expectations: readonly { readonly claim: string; readonly falsifiedIf: string }[];
}

/** What registered things may say about themselves; those without a title go by their id. */
type Registered = Pick<Entry, "id" | "params"> &
	Partial<Omit<Entry, "id" | "params" | "about">> & { readonly family?: string; readonly isolates?: string };

const entriesOf = (registered: readonly Registered[]): readonly Entry[] =>
	registered.map((entry) => ({
		id: entry.id,
		params: entry.params,
		title: entry.title ?? entry.id,
		summary: entry.summary ?? "",
		about: entry.isolates ?? entry.family ?? "",
		source: entry.source ?? null,
		expectations: entry.expectations ?? [],
	}));

export const TASKS = entriesOf(REGISTRIES.tasks);
export const METHODS = entriesOf(REGISTRIES.methods);
export const LOSSES = entriesOf(REGISTRIES.losses);
export const WRITERS = entriesOf(REGISTRIES.rewards);

export const findEntry = (entries: readonly Entry[], id: string): Entry | undefined => entries.find((e) => e.id === id);

let built: { readonly key: string; readonly task: Task } | null = null;

/** The task that a spec describes; the latest is kept. @throws InvalidInput for an unknown task or parameters that make none. */
export function taskOf(spec: ExperimentSpec): Task {
	const key = JSON.stringify(spec.task);
	if (built?.key === key) return built.task;
	const definition = findRegistered(REGISTRIES.tasks, spec.task.id, "task");
	const task = buildTask(definition, spec.task);
	built = { key, task };
	return task;
}
