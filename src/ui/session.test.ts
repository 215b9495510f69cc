// @vitest-environment jsdom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { decodeLink } from "../engine/spec/link";
import { PRESETS } from "../engine/spec/presets";
import { FakeTrainer, makeBatch, makeMetrics } from "../testing/fakeTrainer";
import { wantFile } from "./files/wantedFile";
import { setHovered } from "./hover";
import { cancelRun, connect, followRun, pauseOrResume, startRun, stepOnce } from "./session";
import { shareLink } from "./share";
import { draftStore } from "./stores/draft";
import { runStore } from "./stores/run";
import { pinToken, selectionStore } from "./stores/selection";
import { telemetry } from "./telemetry";

const step = (k: number) => ({ type: "step", metrics: makeMetrics(k), tokensPerSecond: 1000 }) as const;
const rollouts = (k: number) => ({ type: "rollouts", step: k, ...makeBatch({ seed: k }) }) as const;

let trainer: FakeTrainer;
beforeEach(async () => {
	runStore.setState(runStore.getInitialState(), true);
	selectionStore.setState(selectionStore.getInitialState(), true);
	trainer = new FakeTrainer();
	await connect(trainer);
});

describe("session", () => {
	it("waits no longer for the file of a link: what is shared from now on is the run", async () => {
		wantFile({ hash: "0badcafe", name: "a.jsonl" }, { rollout: 9 });
		const shared = () => decodeLink(new URL(shareLink("https://example.org/").link).hash);
		expect(shared()).toMatchObject({ state: { file: { hash: "0badcafe" } } });
		await startRun();
		const decoded = shared();
		expect(decoded.ok && decoded.state.file).toBeUndefined();
	});

	it("asks for the adapter once, at start", () => {
		expect(trainer.calls).toEqual(["probe"]);
		expect(runStore.getState().device?.adapter).toBe("test adapter");
	});

	it("reports a worker that does not answer as a missing adapter, not as a crash", async () => {
		trainer.probe = () => Promise.reject(new Error("The worker did not load."));
		await connect(trainer);
		expect(runStore.getState().device).toMatchObject({ status: "no-adapter", advice: "The worker did not load." });
	});

	it("waits for the adapter to be known, and then trains on what there is", async () => {
		let answer = (_: typeof trainer.report) => {};
		trainer.probe = () => new Promise((resolve) => (answer = resolve));
		const connected = connect(trainer);
		const started = startRun();
		expect(trainer.calls).not.toContain("run keydoor gpu");
		answer({ status: "no-adapter", adapter: "", software: false, advice: "" });
		await Promise.all([connected, started]);
		expect(trainer.calls).toContain("run keydoor wasm");
	});

	it("starts nothing with settings that are refused, and leaves the run on screen", async () => {
		const { latest } = runStore.getState();
		runStore.setState({ phase: "done", step: 7 });
		draftStore.setState({ rejected: { steps: { text: "0", sentence: "At least 1." } } });
		await startRun();
		expect(runStore.getState()).toMatchObject({ phase: "done", step: 7, latest });
		expect(trainer.calls).toEqual(["probe"]);
		draftStore.setState(draftStore.getInitialState(), true);
	});

	it("runs the settings on screen and follows the events", async () => {
		await startRun();
		expect(trainer.calls).toContain(`run ${PRESETS[0]?.spec.task.id} gpu`);
		expect(runStore.getState().phase).toBe("starting");
		trainer.send([
			{ type: "phase", phase: "training", done: 2, total: 120, note: "", secondsLeft: 9 },
			step(1),
			step(2),
		]);
		expect(runStore.getState()).toMatchObject({ phase: "training", step: 2, done: 2, secondsLeft: 9 });
		expect(telemetry.series.length).toBe(2);
		trainer.send([{ type: "finished", step: 2, reason: "done" }]);
		expect(runStore.getState().phase).toBe("done");
	});

	it("tells the store at most a few times a second, and the curves every step", async () => {
		await startRun();
		trainer.send([{ type: "phase", phase: "training", done: 0, total: 120, note: "" }, step(1)]);
		const told = vi.fn();
		const stop = runStore.subscribe(told);
		for (let k = 2; k <= 50; k++) trainer.send([step(k)]);
		expect(told.mock.calls.length).toBeLessThanOrEqual(1);
		trainer.send([{ type: "paused", step: 50 }]);
		stop();
		expect(runStore.getState()).toMatchObject({ phase: "paused", step: 50 });
		expect(telemetry.series.length).toBe(50);
	});

	it("stays paused when the last step's progress arrives after the pause", async () => {
		await startRun();
		trainer.send([{ type: "paused", step: 5 }]);
		trainer.send([{ type: "phase", phase: "training", done: 5, total: 120, note: "" }, step(5)]);
		expect(runStore.getState().phase).toBe("paused");
	});

	it("pauses, resumes, steps and cancels the run at hand", async () => {
		await startRun();
		trainer.send([step(1), { type: "phase", phase: "training", done: 1, total: 120, note: "" }]);
		await pauseOrResume();
		trainer.send([{ type: "paused", step: 1 }]);
		await stepOnce();
		await pauseOrResume();
		expect(runStore.getState().phase).toBe("training");
		await cancelRun();
		expect(trainer.calls.filter((c) => c !== "requestRollouts").slice(2)).toEqual([
			"pause",
			"step",
			"resume",
			"cancel",
		]);
	});

	it("from an idle page, a step starts a run that stops after one step", async () => {
		await stepOnce();
		expect(trainer.calls.slice(1)).toEqual([`run ${PRESETS[0]?.spec.task.id} gpu, one step`]);
	});

	it("says nothing to the trainer before it was asked for the run that is meant", async () => {
		let answer = (_: typeof trainer.report) => {};
		trainer.probe = () => new Promise((resolve) => (answer = resolve));
		const connected = connect(trainer);
		const [started, cancelled] = [startRun(), cancelRun()];
		answer(trainer.report);
		await Promise.all([connected, started, cancelled]);
		expect(trainer.calls.slice(1).map((c) => c.split(" ")[0])).toEqual(["run", "cancel"]);
	});

	it("ignores what a replaced run still says", async () => {
		await startRun();
		const late = trainer.send;
		await startRun();
		late([{ type: "failed", code: "x", message: "Too late.", step: 1, resumable: false }]);
		expect(runStore.getState().failure).toBeNull();
	});

	it("keeps the text under study, and shows what came since when it is let go", async () => {
		await startRun();
		trainer.send([rollouts(1)]);
		pinToken(0, 1);
		trainer.send([rollouts(2)]);
		expect([runStore.getState().latest?.step, runStore.getState().waiting?.step]).toEqual([1, 2]);
		followRun();
		expect([runStore.getState().latest?.step, runStore.getState().waiting]).toEqual([2, null]);
		expect(selectionStore.getState().pinned).toBeNull();
	});

	it("lets the text under the pointer stand still, and shows what came since when the pointer leaves", async () => {
		await startRun();
		trainer.send([rollouts(1)]);
		setHovered({ rollout: 0, token: 0, element: document.body });
		trainer.send([rollouts(2)]);
		expect(runStore.getState().latest?.step).toBe(1);
		setHovered(null);
		expect(runStore.getState().latest?.step).toBe(2);
	});

	it("turns a refusal into a failure with its sentence", async () => {
		trainer.run = () => Promise.reject(Object.assign(new Error('There is no task "x".'), { code: "invalid-input" }));
		await startRun();
		await Promise.resolve();
		expect(runStore.getState()).toMatchObject({
			phase: "failed",
			failure: { code: "invalid-input", message: 'There is no task "x".' },
		});
	});
});
