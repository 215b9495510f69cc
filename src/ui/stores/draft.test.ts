import { beforeEach, describe, expect, it } from "vitest";
import { PRESETS } from "../../engine/spec/presets";
import { changeField, choosePreset, draftStore, redo, rejectField, undo, withPath } from "./draft";

const preset = PRESETS[0];
if (!preset) throw new Error("There is no preset.");

beforeEach(() => {
	draftStore.setState({ presetId: preset.id, spec: preset.spec, past: [], future: [], rejected: {} });
});

describe("draft", () => {
	it("copies only what lies on the path", () => {
		const before = { a: { b: 1 }, c: { d: 2 } };
		const after = withPath(before, ["a", "b"], 3);
		expect(after).toEqual({ a: { b: 3 }, c: { d: 2 } });
		expect(after.c).toBe(before.c);
		expect(before.a.b).toBe(1);
	});

	it("undoes and redoes field by field", () => {
		changeField("seed", 7);
		changeField("optimizer.learningRate", 0.5);
		undo();
		expect(draftStore.getState().spec.optimizer.learningRate).toBe(preset.spec.optimizer.learningRate);
		expect(draftStore.getState().spec.seed).toBe(7);
		undo();
		expect(draftStore.getState().spec).toEqual(preset.spec);
		undo();
		redo();
		redo();
		expect(draftStore.getState().spec.optimizer.learningRate).toBe(0.5);
	});

	it("takes quick edits of one field as one step", () => {
		changeField("steps", 1);
		changeField("steps", 12);
		changeField("steps", 120);
		undo();
		expect(draftStore.getState().spec.steps).toBe(preset.spec.steps);
	});

	it("forgets what was undone once something else is changed", () => {
		changeField("seed", 7);
		undo();
		changeField("steps", 9);
		redo();
		expect(draftStore.getState().spec.seed).toBe(preset.spec.seed);
	});

	it("keeps a refused text beside the old value until a good one comes", () => {
		rejectField("seed", "many", 'Seed is "many".');
		expect(draftStore.getState().spec.seed).toBe(preset.spec.seed);
		changeField("seed", 3);
		expect(draftStore.getState().rejected).toEqual({});
	});

	it("starts from a preset as one undoable step", () => {
		changeField("seed", 42);
		choosePreset(preset.id, preset.spec);
		undo();
		expect(draftStore.getState().spec.seed).toBe(42);
	});
});
