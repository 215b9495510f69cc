import { isRecorded } from "../recording/loadRecording";
import { openRecording, showFrame } from "../recording/player";
import { findEntry, METHODS } from "../registries";
import { startRun } from "../session";
import { choosePreset } from "../stores/draft";
import { bringToFront } from "../stores/front";
import { layoutStore } from "../stores/layout";
import { isAlive, type Run, runStore } from "../stores/run";
import { type Frame, timelineStore } from "../stores/timeline";
import { fileStore } from "./fileStore";
import { isOfFiles } from "./openFiles";

/** What opening the twin means: its recording is shown, a run of it begins, or neither because another run is on. */
export function wayToTwin(preset: string, { phase }: Pick<Run, "phase">): "recording" | "run" | "busy" {
	if (isAlive(phase)) return "busy";
	return phase === "idle" && isRecorded(preset) ? "recording" : "run";
}

/**
 * Opens the toy twin of the files with the methods that were chosen for them, so that the exact advantage stands beside the same rows: its
 * recording, where it succeeds as often as the files do, or a run of it. While another run is on, only the settings change.
 */
export async function openTwin(): Promise<void> {
	const { twin } = fileStore.getState();
	if (!twin) return;
	const way = wayToTwin(twin.preset, runStore.getState());
	keepMethod();
	choosePreset(twin.preset, twin.spec);
	bringToFront("credit");
	if (way === "run") return startRun();
	if (way === "busy") return bringToFront("setup");
	await openRecording(twin.preset);
	const { frames, recorded } = timelineStore.getState();
	if (recorded?.preset === twin.preset && Number.isFinite(twin.yours.success))
		showFrame(frameOfSuccess(frames, twin.yours.success));
}

/** The method whose credit the files were shown with is among the rows from now on. */
function keepMethod(): void {
	const { latest } = runStore.getState();
	const { rows } = layoutStore.getState();
	const method = latest && isOfFiles(latest) ? latest.credit.method : "";
	if (findEntry(METHODS, method) && !rows.includes(method)) layoutStore.setState({ rows: [method, ...rows] });
}

/** Index of the checkpoint whose share of successes is nearest to a given one; the first of several. */
export function frameOfSuccess(frames: readonly Frame[], success: number): number {
	const gap = ({ latest: { batch } }: Frame) =>
		Math.abs((batch.success ?? new Uint8Array()).reduce((sum, won) => sum + won, 0) / batch.B - success);
	return frames.reduce((best, frame, i) => (gap(frame) < gap(frames[best] as Frame) ? i : best), 0);
}
