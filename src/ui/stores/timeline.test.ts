import { expect, it } from "vitest";
import { type Frame, frameOnScreen, nearestFrame, withFrame } from "./timeline";

const frame = (step: number) => ({ latest: { step }, answers: [], exact: new Map() }) as unknown as Frame;
const steps = (frames: readonly Frame[]) => frames.map((f) => f.latest.step);

it("finds the checkpoint nearest to a step; without one, the last", () => {
	const frames = [1, 2, 4, 8].map(frame);
	expect(nearestFrame(frames, 3.2)).toBe(2);
	expect(nearestFrame(frames, 100)).toBe(3);
	expect(frameOnScreen(frames, null)).toBe(3);
	expect(frameOnScreen([], null)).toBe(-1);
});

it("keeps at most 64 checkpoints, first and last among them, spaced by factors rather than by steps", () => {
	let frames: Frame[] = [];
	for (let step = 1; step <= 1000; step++) frames = withFrame(frames, frame(step));
	expect(frames.length).toBe(64);
	expect([steps(frames)[0], steps(frames).at(-1)]).toEqual([1, 1000]);
	const early = steps(frames).filter((s) => s <= 31).length;
	// Half of the way on a logarithmic scale: an even spacing would keep two of them.
	expect(early).toBeGreaterThanOrEqual(16);
});

it("steps that come again, after a resume, replace what followed", () => {
	expect(steps([5, 10, 15].map(frame).reduce<Frame[]>(withFrame, []).slice())).toEqual([5, 10, 15]);
	expect(steps(withFrame([5, 10, 15].map(frame), frame(10)))).toEqual([5, 10]);
});
