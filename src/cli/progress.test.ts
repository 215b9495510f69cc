import { describe, expect, test } from "vitest";
import { ProgressLine } from "./progress";
import { captureIo } from "./testing";

const phase = (done: number, secondsLeft: number | null) =>
	({ type: "phase", phase: "training", done, total: 8, note: "", secondsLeft }) as const;

describe("the line of progress", () => {
	test("shows the share that is done and the time left", () => {
		const line = new ProgressLine();
		expect(line.after(phase(2, null))).toBe("training [######------------------] 2/8  ");
		expect(line.after(phase(8, 61.2))).toBe("training [########################] 8/8  1 min 2 s left  ");
	});
	test("is drawn in place, cut to the terminal, and cleared before messages", () => {
		const io = captureIo(".", 10);
		io.progress("0123456789abc");
		io.note("hello");
		expect(io.stderr()).toBe("012345678\r\x1b[Khello\n");
		expect(io.stdout()).toBe("");
	});
	test("is not drawn where there is no terminal", () => {
		const io = captureIo();
		io.progress("x");
		expect(io.stderr()).toBe("");
	});
});
