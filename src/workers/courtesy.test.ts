import { afterEach, expect, it, vi } from "vitest";
import { Courtesy, giveWay, takeWords } from "./courtesy";

const timed = (work: () => void): number => {
	const from = performance.now();
	work();
	return performance.now() - from;
};

/** The page's side, and this thread as its worker. */
function page(): Courtesy {
	vi.stubGlobal("crossOriginIsolated", true);
	const courtesy = new Courtesy();
	courtesy.askOf({ postMessage: takeWords } as unknown as Worker);
	return courtesy;
}
afterEach(() => vi.unstubAllGlobals());

it("gives way for a tenth of a second while a person waits without news, and not a moment otherwise", () => {
	expect(timed(giveWay)).toBeLessThanOrEqual(20);
	const courtesy = page();
	expect(timed(giveWay)).toBeLessThanOrEqual(20);
	const end = courtesy.begin();
	const waited = timed(giveWay);
	expect(waited).toBeGreaterThanOrEqual(95);
	expect(waited).toBeLessThanOrEqual(1000);
	end();
	expect(timed(giveWay)).toBeLessThanOrEqual(20);
});

it("gives way for longer while the person goes on, two seconds at most", () => {
	const courtesy = page();
	courtesy.begin();
	const wait = vi.spyOn(Atomics, "wait").mockReturnValue("timed-out");
	giveWay();
	expect(wait).toHaveBeenCalledTimes(1);
	wait.mockImplementation(() => {
		courtesy.again();
		return "timed-out";
	});
	giveWay();
	expect(wait).toHaveBeenCalledTimes(1 + 20);
	wait.mockRestore();
});

it("gives way until the last of several answers", () => {
	const courtesy = page();
	const ends = [courtesy.begin(), courtesy.begin()];
	ends[0]?.();
	expect(timed(giveWay)).toBeGreaterThanOrEqual(95);
	ends[1]?.();
	expect(timed(giveWay)).toBeLessThanOrEqual(20);
});

it("asks nothing of workers where memory cannot be shared", () => {
	vi.stubGlobal("crossOriginIsolated", false);
	const courtesy = new Courtesy();
	const postMessage = vi.fn();
	courtesy.askOf({ postMessage } as unknown as Worker);
	courtesy.begin()();
	expect(postMessage).not.toHaveBeenCalled();
});
