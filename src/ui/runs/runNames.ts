import { changesBetween } from "../../engine/spec/changes";
import type { ExperimentSpec } from "../../engine/spec/experiment";
import { PARAM_TABLES } from "../../engine/spec/registries";
import { exactly } from "../format";
import { findEntry, METHODS, TASKS } from "../registries";

/** A setting that differs between two runs. */
export interface Difference {
	readonly path: string;
	readonly from: string;
	readonly to: string;
}

/** A few words that tell a run from the one before it: what changed, or else task and method. */
export function nameOf(spec: ExperimentSpec, before: ExperimentSpec | null): string {
	const method = findEntry(METHODS, spec.method.id)?.title ?? spec.method.id;
	const task = findEntry(TASKS, spec.task.id)?.title ?? spec.task.id;
	if (!before || before.task.id !== spec.task.id) return `${task}, ${method}`;
	const changed = differences(before, spec).filter(({ path }) => path !== "method");
	const seed = `seed ${spec.seed}`;
	if (before.method.id !== spec.method.id) return [method, ...changed.map(wordOf)].join(", ");
	return changed.length === 0 ? `${method}, ${seed}` : `${method}, ${changed.map(wordOf).join(", ")}`;
}

const wordOf = ({ path, to }: Difference) => `${path.split(".").at(-1)} ${to}`;

/** Every setting that differs, by its path, as people read it. */
export function differences(from: ExperimentSpec, to: ExperimentSpec): Difference[] {
	const forward = changesBetween(from, to, PARAM_TABLES);
	const back = changesBetween(to, from, PARAM_TABLES);
	const paths = [...new Set([...Object.keys(forward), ...Object.keys(back)])].sort();
	return paths.map((path) => ({ path, from: textOf(back[path]), to: textOf(forward[path]) }));
}

function textOf(value: unknown): string {
	if (value === undefined) return "default";
	return typeof value === "number" ? exactly(value) : String(value);
}
