// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { oncePerFrame, onFrame } from "./frame";

let hidden = false;
function hide(now: boolean): void {
	hidden = now;
	document.dispatchEvent(new Event("visibilitychange"));
}
/** Frames come to a tab that is seen, and to no other. */
let frames: Map<number, FrameRequestCallback>;
function frame(): void {
	if (hidden) return;
	const due = [...frames.values()];
	frames.clear();
	for (const callback of due) callback(0);
}

beforeEach(() => {
	vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
	hidden = false;
	frames = new Map();
	let id = 0;
	vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => frames.set(++id, callback) && id);
	vi.stubGlobal("cancelAnimationFrame", (asked: number) => frames.delete(asked));
	Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
	Reflect.deleteProperty(document, "hidden");
});

describe("onFrame", () => {
	it("calls back in the next frame, once, and by no timer", () => {
		const callback = vi.fn();
		onFrame(callback);
		vi.advanceTimersByTime(5000);
		expect(callback).not.toHaveBeenCalled();
		frame();
		frame();
		vi.advanceTimersByTime(5000);
		expect(callback).toHaveBeenCalledTimes(1);
	});

	it("calls back after a second in a hidden tab, without asking for a frame", () => {
		hide(true);
		const callback = vi.fn();
		onFrame(callback);
		expect(frames.size).toBe(0);
		vi.advanceTimersByTime(999);
		expect(callback).not.toHaveBeenCalled();
		vi.advanceTimersByTime(1);
		expect(callback).toHaveBeenCalledTimes(1);
	});

	it("does not wait for the frame that a tab asked for before it was hidden", () => {
		const callback = vi.fn();
		onFrame(callback);
		hide(true);
		vi.advanceTimersByTime(1000);
		expect(callback).toHaveBeenCalledTimes(1);
		hide(false);
		frame();
		expect(callback).toHaveBeenCalledTimes(1);
	});

	it("draws in the first frame of a tab that is seen again", () => {
		hide(true);
		const callback = vi.fn();
		onFrame(callback);
		hide(false);
		frame();
		vi.advanceTimersByTime(1000);
		expect(callback).toHaveBeenCalledTimes(1);
	});
});

it("oncePerFrame draws the latest, in a hidden tab, too", () => {
	const draw = vi.fn();
	const soon = oncePerFrame(draw);
	soon(1);
	hide(true);
	soon(2);
	vi.advanceTimersByTime(1000);
	soon(3);
	hide(false);
	frame();
	expect(draw.mock.calls).toEqual([[2], [3]]);
});
