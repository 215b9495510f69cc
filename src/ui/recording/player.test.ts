// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { gunzipSync } from "fflate";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { readRecording } from "../../engine/formats/recording";
import { PRESETS } from "../../engine/spec/presets";
import { makeBatch } from "../../testing/fakeTrainer";
import { currentComparison } from "../comparison";
import { pastRunsStore } from "../runs/pastRuns";
import { choosePreset } from "../stores/draft";
import { beginRun, runStore } from "../stores/run";
import { pinToken, selectionStore } from "../stores/selection";
import { timelineStore } from "../stores/timeline";
import { isRecorded } from "./loadRecording";
import {
	beginLiveFrames,
	followPreset,
	keepFrame,
	moveFrame,
	openRecording,
	playOrStop,
	showFrame,
	showStep,
} from "./player";
import { recordedFrames } from "./recordedFrames";

const file = readFileSync("public/datasets/keydoor@1.recording");
const recording = readRecording(gunzipSync(file), "keydoor@1");
const frames = recordedFrames(recording);

beforeAll(() => vi.useFakeTimers());
beforeEach(() => {
	runStore.setState(runStore.getInitialState(), true);
	selectionStore.setState(selectionStore.getInitialState(), true);
	timelineStore.setState({ frames, source: "recording", playing: false });
});

it("a recorded checkpoint fills the panels: exact row first, then the method that trained, nothing pending", () => {
	showFrame(recording.opening);
	const { latest } = runStore.getState();
	const comparison = currentComparison();
	expect(comparison?.rows.map((r) => r.id)).toEqual(["exact", "grpo"]);
	expect(comparison?.exact?.pending).toBe(false);
	const first = comparison?.members[0] ?? 0;
	// GRPO gives every token of a rollout the same; the truth does not.
	const values = (row: Float64Array | undefined) =>
		Array.from({ length: latest!.batch.lengths[first]! }, (_, t) => first * latest!.batch.T + t)
			.filter((i) => latest!.batch.actionMask[i] === 1)
			.map((i) => row?.[i]);
	expect(new Set(values(comparison?.trained.values)).size).toBe(1);
	expect(new Set(values(comparison?.exact?.values)).size).toBeGreaterThan(1);
});

it("a pinned token stays while the checkpoints pass, unless the rollout became shorter", () => {
	showFrame(0);
	pinToken(1, 3);
	moveFrame(1);
	expect(selectionStore.getState()).toMatchObject({
		pinned: { rollout: 1, token: 3 },
		step: recording.frames[1]?.step,
	});
	pinToken(1, 99);
	moveFrame(1);
	expect(selectionStore.getState().pinned).toBeNull();
});

it("plays from the first checkpoint to the last in ten seconds, then stops", () => {
	showStep(recording.spec.steps);
	playOrStop();
	expect(selectionStore.getState().step).toBe(1);
	vi.advanceTimersByTime(5_000);
	const half = selectionStore.getState().step ?? 0;
	expect(half).toBeGreaterThan(1);
	expect(half).toBeLessThan(recording.spec.steps);
	vi.advanceTimersByTime(6_000);
	expect(selectionStore.getState().step).toBe(recording.spec.steps);
	expect(timelineStore.getState().playing).toBe(false);
});

it("a run takes the scrubber over and leaves what is on screen until it has rollouts of its own", () => {
	showFrame(3);
	const shown = runStore.getState().latest;
	playOrStop();
	beginLiveFrames();
	vi.advanceTimersByTime(20_000);
	expect(runStore.getState().latest).toBe(shown);
	expect(timelineStore.getState()).toMatchObject({ frames: [], source: "live", playing: false });
	keepFrame({ step: 1, spec: recording.spec, ...makeBatch() });
	expect(timelineStore.getState().frames.length).toBe(1);
});

it("a preset without a recording takes the recorded rollouts from the screen: they are of another task", () => {
	vi.stubGlobal("fetch", () => Promise.reject(new Error("not here")));
	followPreset();
	showFrame(2);
	const other = PRESETS.find((p) => !isRecorded(p.id))!;
	choosePreset(other.id, other.spec);
	expect(runStore.getState().latest).toBeNull();
	expect(timelineStore.getState()).toMatchObject({ frames: [], source: "live" });
	vi.unstubAllGlobals();
});

/** Opens a recording whose bytes come when the test says so. */
function openSlowly(): { opened: Promise<void>; arrive: () => void } {
	let arrive: () => void = () => undefined;
	const onItsWay = new Promise<void>((resolve) => {
		arrive = resolve;
	});
	vi.stubGlobal("fetch", () => onItsWay.then(() => new Response(Uint8Array.from(gunzipSync(file)))));
	const preset = PRESETS.find((p) => p.id === "keydoor@1")!;
	choosePreset(preset.id, preset.spec);
	timelineStore.setState({ frames: [], source: "live" });
	return { opened: openRecording(preset.id), arrive };
}

it("a recording that arrives when a run of its preset has begun is drawn behind the run, and takes nothing else", async () => {
	pastRunsStore.setState({ runs: [] });
	const { opened, arrive } = openSlowly();
	beginRun(recording.spec);
	beginLiveFrames();
	arrive();
	await opened;
	expect(pastRunsStore.getState().runs.map(({ id }) => id)).toEqual(["recording keydoor@1"]);
	expect(timelineStore.getState()).toMatchObject({ frames: [], source: "live" });
	expect(runStore.getState()).toMatchObject({ phase: "starting", latest: null });
	pastRunsStore.setState({ runs: [] });
	// Chosen for the next run while this one is on, it is of other settings.
	await openRecording("keydoor@1");
	expect(pastRunsStore.getState().runs).toEqual([]);
	vi.unstubAllGlobals();
});

it("a recording that arrives late waits on the scrubber while rollouts of a file are on screen; one chosen beside them is shown", async () => {
	const { opened, arrive } = openSlowly();
	const latest = { step: 1, spec: recording.spec, ...makeBatch(), names: ["a"] };
	runStore.setState({ latest });
	selectionStore.setState({ group: 0, pinned: { rollout: 0, token: 1 }, hold: true });
	arrive();
	await opened;
	expect(timelineStore.getState()).toMatchObject({ source: "recording", problem: "" });
	expect(timelineStore.getState().frames).toHaveLength(frames.length);
	expect(runStore.getState().latest).toBe(latest);
	expect(selectionStore.getState()).toMatchObject({ group: 0, pinned: { rollout: 0, token: 1 }, hold: true });
	await openRecording("keydoor@1");
	expect(runStore.getState().latest?.names).toBeUndefined();
	vi.unstubAllGlobals();
});

it("a recording that cannot be fetched is spoken of only while its preset is chosen", async () => {
	const [first, other] = [PRESETS.find((p) => p.id === "lake@1")!, PRESETS.find((p) => !isRecorded(p.id))!];
	vi.stubGlobal("fetch", () => Promise.reject(new Error("not here")));
	timelineStore.setState({ problem: "" });
	choosePreset(first.id, first.spec);
	const late = openRecording(first.id);
	choosePreset(other.id, other.spec);
	await late;
	expect(timelineStore.getState().problem).toBe("");
	choosePreset(first.id, first.spec);
	await openRecording(first.id);
	expect(timelineStore.getState().problem).toContain("not here");
	vi.unstubAllGlobals();
});
