import { createStore } from "zustand/vanilla";
import type { ExperimentSpec, Preset } from "../../engine/spec/experiment";
import { PRESETS } from "../../engine/spec/presets";

/** The settings as the person is editing them; a run keeps its own copy. */
export interface Draft {
	readonly presetId: string;
	readonly spec: ExperimentSpec;
	/** Earlier and undone settings, nearest last. */
	readonly past: readonly Edit[];
	readonly future: readonly Edit[];
	/** Text of fields that do not hold a valid value, by path: they stay on screen with a sentence, the spec keeps the old value. */
	readonly rejected: Readonly<Record<string, { readonly text: string; readonly sentence: string }>>;
}
interface Edit {
	readonly presetId: string;
	readonly spec: ExperimentSpec;
	/** Field that was changed; consecutive edits of one field are one undo step. */
	readonly field: string;
}

const FIRST = PRESETS[0] as Preset;
const LONGEST_HISTORY = 100;

export const draftStore = createStore<Draft>(() => ({
	presetId: FIRST.id,
	spec: FIRST.spec,
	past: [],
	future: [],
	rejected: {},
}));

/** Starts from a preset, as one undoable step. */
export function choosePreset(presetId: string, spec: ExperimentSpec): void {
	remember("preset");
	draftStore.setState({ presetId, spec, rejected: {} });
}

/** Changes one field, named by its path such as `optimizer.learningRate`. */
export function changeField(path: string, value: unknown): void {
	remember(path);
	draftStore.setState((d) => ({ spec: withPath(d.spec, path.split("."), value), rejected: without(d.rejected, path) }));
}

export function rejectField(path: string, text: string, sentence: string): void {
	draftStore.setState((d) => ({ rejected: { ...d.rejected, [path]: { text, sentence } } }));
}

export function undo(): void {
	draftStore.setState((d) => {
		const last = d.past.at(-1);
		if (!last) return d;
		const now = { presetId: d.presetId, spec: d.spec, field: last.field };
		return {
			presetId: last.presetId,
			spec: last.spec,
			past: d.past.slice(0, -1),
			future: [...d.future, now],
			rejected: {},
		};
	});
}

export function redo(): void {
	draftStore.setState((d) => {
		const next = d.future.at(-1);
		if (!next) return d;
		const now = { presetId: d.presetId, spec: d.spec, field: next.field };
		return {
			presetId: next.presetId,
			spec: next.spec,
			past: [...d.past, now],
			future: d.future.slice(0, -1),
			rejected: {},
		};
	});
}

let lastField = "";
let lastEditAt = Number.NEGATIVE_INFINITY;
const SAME_EDIT_MS = 800;

function remember(field: string): void {
	const now = performance.now();
	const continues = field === lastField && now - lastEditAt < SAME_EDIT_MS;
	lastField = field;
	lastEditAt = now;
	if (continues) return;
	draftStore.setState((d) => ({
		past: [...d.past, { presetId: d.presetId, spec: d.spec, field }].slice(-LONGEST_HISTORY),
		future: [],
	}));
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
	const { [key]: _, ...rest } = record;
	return rest;
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
