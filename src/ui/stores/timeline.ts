import { createStore } from "zustand/vanilla";
import type { ExactAnswer } from "../../workers/labApi";
import type { Latest, Run } from "./run";
import { selectionStore } from "./selection";

/** Rollouts of one training step with all that was found out about them, to be looked at again. */
export interface Frame {
	readonly latest: Latest;
	readonly answers: NonNullable<Run["beside"]>["answers"];
	readonly exact: ReadonlyMap<number, ExactAnswer | null>;
}

/** Checkpoints that the scrubber moves over; which of them is on screen is `selection.step`. */
export interface Timeline {
	/** By rising step. */
	readonly frames: readonly Frame[];
	readonly source: "recording" | "live";
	readonly playing: boolean;
	/** What the recording is of, and the sentence of one that could not be opened. */
	readonly recorded: {
		readonly preset: string;
		readonly adapter: string;
		/** Training step of the checkpoint that it opens with. */
		readonly opening: number;
	} | null;
	readonly problem: string;
}

const FRAMES_LIMIT = 64;

export const timelineStore = createStore<Timeline>(() => ({
	frames: [],
	source: "live",
	playing: false,
	recorded: null,
	problem: "",
}));

/** Index of the frame on screen: the one at `selection.step`, or the last; −1 without frames. */
export function frameOnScreen(frames: readonly Frame[], step = selectionStore.getState().step): number {
	if (step === null) return frames.length - 1;
	return nearestFrame(frames, step);
}

/** Index of the frame nearest to a training step; −1 without frames. */
export function nearestFrame(frames: readonly Frame[], step: number): number {
	const distance = (i: number) => Math.abs((frames[i] as Frame).latest.step - step);
	return frames.reduce((best, _, i) => (best < 0 || distance(i) < distance(best) ? i : best), -1);
}

/**
 * Frames with one more at the end. Beyond 64 the one goes whose absence leaves the steps most evenly spaced on a logarithmic
 * scale, so that the history of a run of any length fits; first and last stay.
 */
export function withFrame(frames: readonly Frame[], frame: Frame): Frame[] {
	const all = [...frames.filter((f) => f.latest.step < frame.latest.step), frame];
	if (all.length <= FRAMES_LIMIT) return all;
	const log = (i: number) => Math.log(Math.max(1, (all[i] as Frame).latest.step));
	let dropped = 1;
	for (let i = 2; i < all.length - 1; i++)
		if (log(i + 1) - log(i - 1) < log(dropped + 1) - log(dropped - 1)) dropped = i;
	return all.toSpliced(dropped, 1);
}
