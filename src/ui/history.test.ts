import { beforeEach, describe, expect, it } from "vitest";
import { PRESETS } from "../engine/spec/presets";
import { makeBatch } from "../testing/fakeTrainer";
import { followHistory, historyStore, redo, undo } from "./history";
import { changeField, choosePreset, draftStore } from "./stores/draft";
import { layoutStore, setLayout, toggleRow } from "./stores/layout";
import { runStore } from "./stores/run";
import { chooseGroup, pinToken, selectionStore } from "./stores/selection";
import { setView, viewStore } from "./stores/view";

const preset = PRESETS[0];
if (!preset) throw new Error("There is no preset.");
const { spec } = preset;
let stop = () => {};

beforeEach(() => {
	stop();
	draftStore.setState(draftStore.getInitialState(), true);
	selectionStore.setState(selectionStore.getInitialState(), true);
	layoutStore.setState(layoutStore.getInitialState(), true);
	viewStore.setState(viewStore.getInitialState(), true);
	runStore.setState(runStore.getInitialState(), true);
	historyStore.setState(historyStore.getInitialState(), true);
	stop = followHistory();
});

describe("history", () => {
	it("undoes and redoes settings field by field, and quick edits of one field as one step", () => {
		changeField("seed", 7);
		for (const steps of [1, 12, 120]) changeField("steps", steps);
		undo();
		expect(draftStore.getState().spec).toMatchObject({ seed: 7, steps: spec.steps });
		undo();
		undo();
		expect(draftStore.getState().spec).toEqual(spec);
		redo();
		redo();
		redo();
		expect(draftStore.getState().spec).toMatchObject({ seed: 7, steps: 120 });
	});

	it("brings back selection and layout in the order in which they changed", () => {
		chooseGroup(1);
		toggleRow("rloo");
		setLayout("learn");
		undo();
		expect(layoutStore.getState()).toMatchObject({ layout: "inspect", rows: ["rloo"] });
		undo();
		expect(layoutStore.getState().rows).toEqual([]);
		expect(selectionStore.getState().group).toBe(1);
		undo();
		expect(selectionStore.getState().group).toBeNull();
	});

	it("brings back how credit was read, the lock of its colours among it", () => {
		setView({ granularity: "turn" });
		setView({ lock: 1.4 });
		setView({ scale: "linear" });
		undo();
		undo();
		expect(viewStore.getState()).toMatchObject({ granularity: "turn", scale: "asinh", lock: null });
		redo();
		expect(viewStore.getState()).toMatchObject({ granularity: "turn", scale: "asinh", lock: 1.4 });
	});

	it("goes back from head to head of attention", () => {
		setView({ head: 2 });
		setView({ head: 5 });
		undo();
		expect(viewStore.getState().head).toBe(2);
		undo();
		expect(viewStore.getState().head).toBe(0);
		redo();
		redo();
		expect(viewStore.getState().head).toBe(5);
	});

	it("leaves a selection alone that pointed into other rollouts", () => {
		pinToken(0, 1);
		changeField("seed", 7);
		pinToken(3, 2);
		runStore.setState({ latest: { step: 2, spec, ...makeBatch() } });
		undo();
		expect(selectionStore.getState().pinned).toEqual({ rollout: 3, token: 2 });
		undo();
		expect(draftStore.getState().spec.seed).toBe(spec.seed);
	});

	it("forgets what was undone once something else is changed", () => {
		changeField("seed", 7);
		undo();
		choosePreset(preset.id, { ...spec, steps: 9 });
		redo();
		expect(draftStore.getState().spec).toMatchObject({ seed: spec.seed, steps: 9 });
	});
});
