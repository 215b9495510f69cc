import { messageOf } from "../engine/core/errors";
import { meanSemanticEntropy } from "../engine/signals/semanticEntropy";
import type { ExperimentSpec } from "../engine/spec/experiment";
import type { RunEvent } from "../engine/training/events";
import type { DeviceReport, TrainerApi } from "../workers/trainerApi";
import { download } from "./figures/download";
import { forgetWanted } from "./files/wantedFile";
import { isHovering, onHover } from "./hover";
import { pictures } from "./pictures";
import { beginLiveFrames, canPlay, keepFrame, playOrStop, showFrame } from "./recording/player";
import { taskOf } from "./registries";
import { errorCurves } from "./runs/errorCurves";
import { addLiveRun } from "./runs/pastRuns";
import { draftStore } from "./stores/draft";
import { blockedBy } from "./stores/rewardChain";
import {
	beginRun,
	failRun,
	isActive,
	isAlive,
	isAskingExact,
	type Run,
	type RunOfFile,
	runStore,
	setDevice,
	showWaiting,
} from "./stores/run";
import { followLatest, selectionStore } from "./stores/selection";
import { timelineStore } from "./stores/timeline";
import { telemetry } from "./telemetry";

/** The trainer behind the page. Set once at start; every button acts through the functions below. */
let trainer: TrainerApi | null = null;
/** Number of the latest run: events of an earlier one, which it replaced, are dropped. */
let generation = 0;
/** Resolves when the adapter is known: what a run trains on depends on it. */
let probed: Promise<void> = Promise.resolve();
/** Resolves when the trainer was asked for the latest run: a pause or cancel sent earlier would reach the run before it, or none. */
let asked: Promise<void> = Promise.resolve();

/**
 * Takes the trainer into use and looks for an adapter.
 * @param calm resolves when the page has something better to show than the adapter: starting the trainer takes the processor for a while.
 */
export async function connect(api: TrainerApi, calm?: Promise<void>): Promise<void> {
	trainer = api;
	probed = (calm ? calm.then(() => probe(api)) : probe(api)).then(setDevice);
	await probed;
}

async function probe(api: TrainerApi): Promise<DeviceReport> {
	try {
		return await api.probe();
	} catch (error) {
		return { status: "no-adapter", adapter: "", software: false, advice: messageOf(error) };
	}
}

/** Looks for an adapter again, for example after a driver restarted. */
export async function probeAgain(): Promise<void> {
	if (trainer) setDevice(await probe(trainer));
}

/** Moves the run that is over, if there is one, to the list of past runs, unless it goes on from the file that it was read from. */
function keepRun(from: Uint8Array | null): void {
	const { spec, file } = runStore.getState();
	const [series, errors] = [telemetry.clear(), errorCurves.clear()];
	if (spec && (file === null || file.bytes !== from)) addLiveRun(spec, series, errors);
}

/**
 * Starts a run with the settings as they are edited now; a run in progress ends. Resolves when the trainer was asked.
 * @param from a run file to go on from; its settings must be those on screen.
 * @param pauses after one step.
 */
export async function startRun(from: Uint8Array | null = null, pauses = false): Promise<void> {
	const api = trainer;
	const draft = draftStore.getState();
	// Checked here, whichever button asked: a run that cannot start must not take another one off the screen.
	if (!api || blockedBy(draft) !== "") return;
	clearForRun(draft.spec, from);
	asked = askForRun(api, draft.spec, from, pauses);
	await asked;
}

async function askForRun(
	api: TrainerApi,
	spec: ExperimentSpec,
	from: Uint8Array | null,
	pauses: boolean,
): Promise<void> {
	const mine = ++generation;
	await probed;
	if (mine !== generation) return;
	const listen = (events: RunEvent[]) => {
		if (mine === generation) applyEvents(events);
	};
	api.run(spec, runStore.getState().backend, listen, from, pauses).catch((error: unknown) => {
		if (mine === generation) failRun(codeOf(error), messageOf(error), false);
	});
}

function clearForRun(spec: ExperimentSpec, from: Uint8Array | null): void {
	keepRun(from);
	// A link made from now on is about the run, not about a place in a file that nobody brought.
	forgetWanted();
	beginRun(spec);
	beginLiveFrames();
	unshown = [];
	followLatest();
}

/**
 * Puts a run that was read from a file on screen as if it had just ended here: its curves, fingerprints and latest rollouts.
 * @param events what it told, in order.
 */
export function showRunFile(file: RunOfFile, spec: ExperimentSpec, events: readonly RunEvent[]): void {
	generation++;
	clearForRun(spec, null);
	applyEvents([...events, { type: "finished", step: file.checkpoint, reason: "cancelled" }]);
	const failure = events.find((event) => event.type === "failed") ?? null;
	const last = events.findLast((event) => event.type === "step");
	const step = Math.max(file.checkpoint, last?.metrics.step ?? 0);
	const phase = failure ? "failed" : step < spec.steps ? "cancelled" : "done";
	runStore.setState({ phase, failure, step, file });
}

export async function pauseOrResume(): Promise<void> {
	await asked;
	const { phase } = runStore.getState();
	if (phase === "paused") {
		runStore.setState({ phase: "training" });
		await trainer?.resume();
	} else if (isActive(phase)) await trainer?.pause();
}

/** One training step, then pause. From an idle page it starts a run that pauses after its first step. */
export async function stepOnce(): Promise<void> {
	if (!isAlive(runStore.getState().phase)) return startRun(null, true);
	await asked;
	await trainer?.step();
}

export async function cancelRun(): Promise<void> {
	await asked;
	await trainer?.cancel();
}

/** The run on screen as a file; null without one. */
export async function runFile(): Promise<Uint8Array<ArrayBuffer> | null> {
	return runStore.getState().file?.bytes ?? (await trainer?.exportRun()) ?? null;
}

/** Saves the run on screen as a file. @returns false when there is none. */
export async function exportRun(): Promise<boolean> {
	const bytes = await runFile();
	if (!bytes) return false;
	download("run.ascribe.zip", bytes, "application/zip");
	return true;
}

/** What the space bar does: pauses a run or lets it go on; without one it plays the checkpoints there are, or starts a run. */
export function playOrPause(): void {
	if (isAlive(runStore.getState().phase)) void pauseOrResume();
	else if (canPlay()) playOrStop();
	else void startRun();
}

/** Lets go of the pinned token and shows the newest rollouts. */
export function followRun(): void {
	const scrubbed = selectionStore.getState().step !== null;
	if (scrubbed && timelineStore.getState().source === "live") showFrame(Number.POSITIVE_INFINITY);
	followLatest();
	showWaiting();
	askForRollouts();
}

onHover((hovered) => {
	if (!hovered && !selectionStore.getState().hold) showWaiting();
});

/** Text that changes faster cannot be read, and what is worked out about it takes processor time from the training. */
const ROLLOUTS_EVERY_MS = 1500;
/** How long the next rollouts wait for the exact values of those on screen. */
const EXACT_MS = 10_000;
let isAsking = false;

/** Asks for the latest rollouts if nobody holds the ones on screen; at most one question is open. */
function askForRollouts(): void {
	if (isAsking || document.hidden || selectionStore.getState().hold || !trainer) return;
	if (!isAlive(runStore.getState().phase)) return;
	isAsking = true;
	void trainer.requestRollouts().catch(() => undefined);
	const patience = performance.now() + EXACT_MS;
	const again = (): void => {
		// Rollouts that came faster than their exact values would never show any.
		if (isAskingExact(runStore.getState()) && performance.now() < patience) return void setTimeout(again, 50);
		isAsking = false;
		if (runStore.getState().phase === "training") askForRollouts();
	};
	setTimeout(again, ROLLOUTS_EVERY_MS);
}

/** Events that arrived since the store was last updated. */
let unshown: RunEvent[] = [];

/** Folds events into stores and telemetry: news with the next picture, what changes the run's state at once. One store update, however many. */
export function applyEvents(events: readonly RunEvent[]): void {
	for (const event of events) if (event.type === "step") telemetry.push(event.metrics, event.tokensPerSecond);
	for (const event of events) unshown.push(event);
	// Events that wait already are news as well: all others were shown at once.
	if (runStore.getState().phase === "training" && events.every(isNews)) pictures.add(applyEvents, showEvents);
	else {
		showEvents();
		pictures.rush();
	}
}

function showEvents(): void {
	const arrived = unshown;
	unshown = [];
	runStore.setState(arrived.reduce(reduce, runStore.getState()));
	const last = arrived.at(-1)?.type;
	if (last === "step" || last === "phase" || last === "paused" || last === "finished") askForRollouts();
}

const isNews = (event: RunEvent): boolean =>
	event.type === "step" || event.type === "rollouts" || (event.type === "phase" && event.phase === "training");

function reduce(run: Run, event: RunEvent): Run {
	switch (event.type) {
		case "phase":
			return reducePhase(run, event);
		case "ready":
			return {
				...run,
				label: event.label,
				counts: event.counts,
				parameters: event.parameters,
				executorNote: event.note ?? "",
			};
		case "warm":
			return { ...run, phase: "warm-start", warmStart: event };
		case "step":
			return reduceStep(run, event);
		case "fingerprint":
			return { ...run, fingerprints: [...run.fingerprints, { step: event.step, fingerprint: event.fingerprint }] };
		case "checkpoint":
			return { ...run, checkpoint: event.step };
		case "rollouts":
			return reduceRollouts(run, event);
		case "paused":
			return { ...run, phase: "paused", step: event.step };
		case "finished":
			return { ...run, phase: event.reason, step: event.step };
		case "failed":
			return { ...run, phase: "failed", step: event.step, failure: event };
		case "evaluation":
			return run;
	}
}

function reduceRollouts(run: Run, event: Extract<RunEvent, { type: "rollouts" }>): Run {
	if (!run.spec) return run;
	const arrived = { step: event.step, batch: event.batch, credit: event.credit, spec: run.spec };
	keepFrame(arrived);
	const { kinds } = taskOf(run.spec).vocab;
	telemetry.note(event.step, "semanticEntropy", meanSemanticEntropy(event.batch, kinds));
	// Text under the pointer or the keyboard focus is not replaced.
	const held = run.latest !== null && (selectionStore.getState().hold || isHovering());
	return held ? { ...run, waiting: arrived } : { ...run, latest: arrived, waiting: null };
}

function reducePhase(run: Run, event: Extract<RunEvent, { type: "phase" }>): Run {
	const { phase, done, total, note, secondsLeft = null } = event;
	// Progress of the last step may arrive after the pause.
	return {
		...run,
		phase: run.phase === "paused" && phase === "training" ? "paused" : phase,
		done,
		total,
		note,
		secondsLeft,
	};
}

function reduceStep(run: Run, event: Extract<RunEvent, { type: "step" }>): Run {
	const { metrics, tokensPerSecond } = event;
	return {
		...run,
		step: metrics.step,
		done: metrics.step,
		total: run.spec?.steps ?? run.total,
		success: metrics.success,
		tokensPerSecond,
		stepsPerSecond: pace(metrics.step),
	};
}

let paceFrom = { step: 0, at: 0 };
let smoothed = Number.NaN;

/** Steps per second over windows of at least half a second, smoothed; NaN in the first window. */
function pace(step: number): number {
	const now = performance.now();
	if (step <= paceFrom.step || now - paceFrom.at > 10_000) {
		paceFrom = { step, at: now };
		smoothed = Number.NaN;
	} else if (now - paceFrom.at > 500) {
		const fresh = ((step - paceFrom.step) * 1000) / (now - paceFrom.at);
		smoothed = Number.isNaN(smoothed) ? fresh : 0.7 * smoothed + 0.3 * fresh;
		paceFrom = { step, at: now };
	}
	return smoothed;
}

const codeOf = (error: unknown): string => {
	const code = error instanceof Error && "code" in error ? error.code : "";
	return typeof code === "string" && code !== "" ? code : "failed";
};
