import { messageOf } from "../../engine/core/errors";
import { addRecordedRun, showRunsOf } from "../runs/pastRuns";
import { draftStore } from "../stores/draft";
import { isAlive, type Latest, type Run, runStore } from "../stores/run";
import { selectionStore } from "../stores/selection";
import { type Frame, frameOnScreen, nearestFrame, timelineStore, withFrame } from "../stores/timeline";
import { isRecorded, loadRecording } from "./loadRecording";
import { recordedFrames } from "./recordedFrames";

/** A whole run passes in this time, however long it was. */
const PLAY_MS = 10_000;
/** Frames do not change faster than people see. */
const SHORTEST_FRAME_MS = 120;

/**
 * Opens the recording of the chosen preset now and whenever another is chosen, as long as no run is on.
 * @returns a promise that the first is on screen, or that there is none.
 */
export function followPreset(): Promise<void> {
	let { presetId } = draftStore.getState();
	const opened = openRecording(presetId);
	draftStore.subscribe((draft) => {
		if (draft.presetId === presetId) return;
		presetId = draft.presetId;
		showRunsOf(draft.spec.task.id);
		void openRecording(presetId);
	});
	runStore.subscribe((run, before) => {
		if (run.exact !== before.exact || run.beside !== before.beside) keepFindings(run);
	});
	return opened;
}

/**
 * Puts a preset's recording on screen, unless a run is on or was, or another preset was chosen meanwhile. Where rollouts of a file came
 * meanwhile they stay, and the recording waits on the scrubber; where a run began meanwhile, its curves are drawn behind those of the run.
 */
export async function openRecording(preset: string): Promise<void> {
	if (!isRecorded(preset)) return leaveRecording();
	const hadFile = isFileOnScreen();
	const hadRun = !isIdle();
	try {
		const recording = await loadRecording(preset);
		if (draftStore.getState().presetId !== preset || (hadRun && !isIdle())) return;
		addRecordedRun(recording);
		if (!isIdle()) return;
		const frames = recordedFrames(recording);
		stopPlaying();
		const opening = frames[recording.opening]?.latest.step ?? 0;
		const recorded = { preset, adapter: recording.label.adapter, opening };
		timelineStore.setState({ frames, source: "recording", recorded, problem: "" });
		if (!hadFile && isFileOnScreen()) return;
		selectionStore.setState({ group: null, pinned: null, hold: false });
		showFrame(recording.opening);
	} catch (error) {
		if (draftStore.getState().presetId === preset) timelineStore.setState({ problem: messageOf(error) });
	}
}

/** No run is on screen. */
const isIdle = (): boolean => runStore.getState().phase === "idle";

/** Only rollouts of a file bring their own names of tokens. */
const isFileOnScreen = (): boolean => runStore.getState().latest?.names !== undefined;

/** Another preset was chosen that has no recording: what is on screen would be of another task than the settings. */
function leaveRecording(): void {
	const { frames, source } = timelineStore.getState();
	if (source !== "recording" || !isIdle()) return;
	stopPlaying();
	timelineStore.setState({ frames: [], source: "live", recorded: null, problem: "" });
	selectionStore.setState({ group: null, pinned: null, step: null, hold: false });
	if (frames.some((frame) => frame.latest === runStore.getState().latest))
		runStore.setState({ latest: null, beside: null, exact: null });
}

/** Puts a checkpoint on screen, in every panel at once, with all that was found out about it. */
export function showFrame(index: number): void {
	const { frames, source } = timelineStore.getState();
	const frame = frames[Math.min(frames.length - 1, Math.max(0, index))];
	if (!frame) return;
	const { latest, answers, exact } = frame;
	// Held before it is shown, so that a batch that arrives in between does not take its place.
	selectionStore.setState({ step: latest.step, hold: source === "live" });
	keepPinInside(latest);
	runStore.setState({ latest, beside: { of: latest, answers }, exact: { of: latest, groups: exact }, exactStep: null });
}

/** The pinned place stays where the new rollouts have a token there. */
function keepPinInside({ batch }: Latest): void {
	const { pinned } = selectionStore.getState();
	if (pinned && !(pinned.token < (batch.lengths[pinned.rollout] ?? 0))) selectionStore.setState({ pinned: null });
}

/** Goes to the next or previous checkpoint. */
export function moveFrame(by: 1 | -1): void {
	stopPlaying();
	showFrame(frameOnScreen(timelineStore.getState().frames) + by);
}

/** Puts the checkpoint on screen that the recording opened with. */
export const backToRecording = (): void => showStep(timelineStore.getState().recorded?.opening ?? 0);

/** Goes to the checkpoint nearest to a training step. */
export function showStep(step: number): void {
	stopPlaying();
	showFrame(nearestFrame(timelineStore.getState().frames, step));
}

let timer: ReturnType<typeof setInterval> | undefined;

/** Runs through the checkpoints from the one on screen, or from the first when the last is on screen; a second call stops. */
export function playOrStop(): void {
	const { frames, playing } = timelineStore.getState();
	stopPlaying();
	if (playing || frames.length < 2) return;
	if (frameOnScreen(frames) === frames.length - 1) showFrame(0);
	timelineStore.setState({ playing: true });
	timer = setInterval(
		() => {
			const at = frameOnScreen(frames) + 1;
			showFrame(at);
			if (at >= frames.length - 1) stopPlaying();
		},
		Math.max(SHORTEST_FRAME_MS, PLAY_MS / frames.length),
	);
}

export function stopPlaying(): void {
	clearInterval(timer);
	if (timelineStore.getState().playing) timelineStore.setState({ playing: false });
}

/** A run begins: its own checkpoints take the place of those on the scrubber; what is on screen stays until its first arrives. */
export function beginLiveFrames(): void {
	stopPlaying();
	timelineStore.setState({ frames: [], source: "live" });
	selectionStore.setState({ step: null });
}

/** Keeps rollouts that arrived, whether or not they are on screen. */
export function keepFrame(latest: Latest): void {
	timelineStore.setState(({ frames }) => ({ frames: withFrame(frames, { latest, answers: [], exact: new Map() }) }));
}

/** What the lab found out about rollouts of the run stays with them. */
function keepFindings({ exact, beside }: Run): void {
	const { source, frames } = timelineStore.getState();
	if (source !== "live") return;
	const at = frames.findIndex((f) => f.latest === exact?.of || f.latest === beside?.of);
	const frame = frames[at];
	if (!frame) return;
	const found: Frame = {
		latest: frame.latest,
		answers: beside?.of === frame.latest ? beside.answers : frame.answers,
		// Groups that are still worked out are asked for again when they come back.
		exact: exact?.of === frame.latest ? new Map([...exact.groups].filter(([, a]) => a !== null)) : frame.exact,
	};
	timelineStore.setState({ frames: frames.with(at, found) });
}

/** Whether there is something to play, and no run that play would mean. */
export const canPlay = (): boolean => !isAlive(runStore.getState().phase) && timelineStore.getState().frames.length > 1;
