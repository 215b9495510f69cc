import { createStore } from "zustand/vanilla";
import type { ExperimentSpec, Preset } from "../../engine/spec/experiment";
import { PRESETS } from "../../engine/spec/presets";

/** The settings as the person is editing them; a run keeps its own copy. */
export interface Draft {
	readonly presetId: string;
	readonly spec: ExperimentSpec;
	/** Path of the field that was changed last. */
	readonly edited: string;
	/** Text of fields that do not hold a valid value, by path: they stay on screen with a sentence, the spec keeps the old value. */
	readonly rejected: Readonly<Record<string, { readonly text: string; readonly sentence: string }>>;
}
const FIRST = PRESETS[0] as Preset;

export const draftStore = createStore<Draft>(() => ({
	presetId: FIRST.id,
	spec: FIRST.spec,
	edited: "",
	rejected: {},
}));

/** Starts from a preset. */
export function choosePreset(presetId: string, spec: ExperimentSpec): void {
	draftStore.setState({ presetId, spec, edited: "preset", rejected: {} });
}

/**
 * Changes one field, named by its path such as `optimizer.learningRate`.
 * @param edited what of it was edited, where it is replaced as a whole.
 */
export function changeField(path: string, value: unknown, edited = path): void {
	draftStore.setState((d) => ({
		spec: withPath(d.spec, path.split("."), value),
		edited,
		rejected: withoutUnder(d.rejected, edited),
	}));
}

export function rejectField(path: string, text: string, sentence: string): void {
	draftStore.setState((d) => ({ rejected: { ...d.rejected, [path]: { text, sentence } } }));
}

/** What is replaced takes the refused texts of its fields with it: nobody could mend them any more. */
function withoutUnder<T>(record: Readonly<Record<string, T>>, path: string): Readonly<Record<string, T>> {
	return Object.fromEntries(Object.entries(record).filter(([key]) => key !== path && !key.startsWith(`${path}.`)));
}

/** A copy of `target` with the value at `path` replaced; only objects on the path are copied. */
export function withPath<T>(target: T, path: readonly string[], value: unknown): T {
	const [head, ...rest] = path;
	if (head === undefined) return value as T;
	const branch = (target as Record<string, unknown>)[head];
	return { ...target, [head]: withPath(branch, rest, value) };
}

/** The value at a dotted path, or undefined. */
export function atPath(target: unknown, path: string): unknown {
	return path
		.split(".")
		.reduce<unknown>((at, key) => (at == null ? undefined : (at as Record<string, unknown>)[key]), target);
}
