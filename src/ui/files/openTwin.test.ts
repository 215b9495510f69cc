// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { gunzipSync } from "fflate";
import { beforeEach, expect, it, vi } from "vitest";
import { readRecording } from "../../engine/formats/recording";
import { findPreset } from "../../engine/spec/presets";
import { presetShape, toyTwin } from "../../engine/twin/toyTwin";
import { recordedFrames } from "../recording/recordedFrames";
import { draftStore } from "../stores/draft";
import { layoutStore } from "../stores/layout";
import { runStore } from "../stores/run";
import { selectionStore } from "../stores/selection";
import { fileStore, resetFiles } from "./fileStore";
import { frameOfSuccess, openTwin, wayToTwin } from "./openTwin";

const bytes = gunzipSync(readFileSync("public/datasets/keydoor@1.recording"));
const frames = recordedFrames(readRecording(bytes, "keydoor@1"));
const successOf = (i: number) => {
	const { success, B } = frames[i]!.latest.batch;
	return success!.filter((won) => won === 1).length / B;
};

beforeEach(() => {
	runStore.setState(runStore.getInitialState(), true);
	selectionStore.setState(selectionStore.getInitialState(), true);
	layoutStore.setState(layoutStore.getInitialState(), true);
	draftStore.setState(draftStore.getInitialState(), true);
	vi.stubGlobal("fetch", async () => new Response(Uint8Array.from(bytes)));
});

it("finds the checkpoint that succeeds as often as the files do", () => {
	const rates = frames.map((_, i) => successOf(i));
	for (const wanted of [0, 0.4, 1]) {
		const gap = (rate: number) => Math.abs(rate - wanted);
		expect(frameOfSuccess(frames, wanted)).toBe(rates.findIndex((rate) => gap(rate) <= Math.min(...rates.map(gap))));
	}
	expect(rates[frameOfSuccess(frames, 1)]).toBeGreaterThan(rates[frameOfSuccess(frames, 0)]!);
});

it("opens a recording where there is one, runs where there is none, and disturbs no run", () => {
	expect(wayToTwin("keydoor@1", { phase: "idle" })).toBe("recording");
	expect(wayToTwin("keydoor@1", { phase: "done" })).toBe("run");
	expect(wayToTwin("rank@1", { phase: "idle" })).toBe("run");
	expect(wayToTwin("keydoor@1", { phase: "training" })).toBe("busy");
});

it("takes the file's methods along, and its group size", async () => {
	const [frame] = frames;
	const yours = { turns: 5, length: 6, early: 0.1, groupSize: 4, success: 0.5 };
	resetFiles({ twin: toyTwin(yours, [presetShape(findPreset("keydoor@1"))]) });
	layoutStore.setState({ rows: ["rloo"] });
	runStore.setState({ latest: { ...frame!.latest, names: ["a"] } });
	await openTwin();
	expect(layoutStore.getState().rows).toEqual(["rloo"]);
	expect(draftStore.getState()).toMatchObject({
		presetId: "keydoor@1",
		spec: { rollout: { groupSize: 4, prompts: 64 } },
	});
	const { latest, exact } = runStore.getState();
	expect(latest?.spec.task.id).toBe("keydoor");
	expect(exact?.of).toBe(latest);
	expect(exact?.groups.get(latest!.batch.groupIds[0]!)?.ok).toBe(true);
	expect(selectionStore.getState().step).toBe(frames[frameOfSuccess(frames, 0.5)]!.latest.step);
	expect(fileStore.getState().twin?.preset).toBe("keydoor@1");
});
