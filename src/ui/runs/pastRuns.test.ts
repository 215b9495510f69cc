// @vitest-environment jsdom
import { beforeEach, expect, it } from "vitest";
import { findPreset } from "../../engine/spec/presets";
import { addLinkedRun, addLiveRun, pastRunsStore, showRunsOf, toggleRun } from "./pastRuns";

const keydoor = findPreset("keydoor@1").spec;
const lake = findPreset("lake@1").spec;
const series = { length: 2, step: Float64Array.of(1, 2), values: { success: Float64Array.of(0, 1) } };
const shown = () => pastRunsStore.getState().runs.map((run) => [run.spec.task.id, run.visible]);

beforeEach(() => pastRunsStore.setState({ runs: [] }));

it("draws runs of the chosen task behind the present one, and others when they are asked for", () => {
	addLiveRun(keydoor, series, new Map());
	addLiveRun(lake, series, new Map());
	addLinkedRun(lake, { lastStep: 1, success: [0] });
	showRunsOf(lake.task.id);
	expect(shown()).toEqual([
		[keydoor.task.id, false],
		[lake.task.id, true],
		[lake.task.id, true],
	]);
	toggleRun(pastRunsStore.getState().runs[0]!.id);
	expect(shown()[0]).toEqual([keydoor.task.id, true]);
	showRunsOf(keydoor.task.id);
	expect(shown().map(([, visible]) => visible)).toEqual([true, false, false]);
});
