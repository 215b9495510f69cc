import { describe, expect, it } from "vitest";
import type { ExecutorLabel } from "./executor";
import { compareFingerprints, labelText, madeOn, whyDifferent } from "./reproduction";

const label: ExecutorLabel = { kind: "gpu", adapter: "nvidia ampere", plan: "3f1c9a02b4d5e6f7", software: false };
const wasm: ExecutorLabel = { ...label, kind: "wasm", adapter: "WebAssembly SIMD, 2 threads" };
const fingerprints = [
	{ step: 0, fingerprint: "1111111122222222" },
	{ step: 64, fingerprint: "3333333344444444" },
];
const compared = (theirs: string[], ours = label, on = madeOn(label) ?? undefined) =>
	compareFingerprints({ fingerprints: theirs, ...(on ? { madeOn: on } : {}) }, { label: ours, fingerprints });

describe("a run and an earlier one", () => {
	it("are the same where all fingerprints of both are, in whatever order they were written", () => {
		expect(compared(["gpu:33333333@64", "gpu:11111111@0", "gpu:99999999@120"])).toEqual({
			kind: "same",
			steps: [0, 64],
		});
		expect(compared(["gpu:11111111@120"])).toBeNull();
	});

	it("are the same until a step, and what differs of adapter and plan is named", () => {
		const until = { kind: "until", step: 64, agreed: 0 };
		const theirs = ["gpu:11111111@0", "gpu:99999999@64"];
		expect(compared(theirs)).toEqual({ ...until, differs: [] });
		expect(compared(theirs, { ...label, adapter: "apple metal-3" })).toEqual({ ...until, differs: ["adapter"] });
		expect(compared(theirs, { ...label, plan: "00000000b4d5e6f7" })).toEqual({ ...until, differs: ["plan"] });
		expect(compared(["gpu:99999999@0"], { ...label, adapter: "apple", plan: "00000000b4d5e6f7" })).toEqual({
			kind: "until",
			step: 0,
			agreed: null,
			differs: ["adapter", "plan"],
		});
		expect(compareFingerprints({ fingerprints: theirs }, { label, fingerprints })).toEqual({ ...until, differs: [] });
	});

	it("on other kinds of executor are not compared", () => {
		expect(compared(["cpu:11111111@0"])).toEqual({ kind: "other-executor", theirs: "cpu" });
	});
});

describe("why bits differ", () => {
	const apple = { ...label, adapter: "apple metal-3", plan: "5e6f7a8b00000000" };
	it("names adapter and plan of both runs, where the earlier one tells of them", () => {
		expect(whyDifferent(madeOn(apple)!, label)).toBe(
			"The adapter differs: apple metal-3 there, nvidia ampere here. The plan differs: 5e6f7a8b there, 3f1c9a02 here. In WebAssembly every machine gives the same bits.",
		);
		expect(whyDifferent(madeOn(label)!, label)).toMatch(/^Adapter and plan are the same, so another driver or browser/);
		expect(whyDifferent(undefined, label)).toMatch(/^Another graphics adapter, driver or browser/);
	});

	it("does not blame threads in WebAssembly, where they change no bit, but another version", () => {
		const theirs = madeOn({ ...wasm, adapter: "WebAssembly SIMD, 1 thread" })!;
		expect(whyDifferent(theirs, wasm)).toMatch(/^On this executor every machine gives the same bits/);
		expect(whyDifferent({ ...theirs, plan: "00000000" }, wasm)).toBe(
			"The plan differs: 00000000 there, 3f1c9a02 here. The other run was made by another version of the workbench.",
		);
	});
});

describe("a label", () => {
	it("goes into a link with 8 digits of its plan, and with its adapter where that may change bits", () => {
		expect(madeOn(label)).toEqual({ plan: "3f1c9a02", adapter: "nvidia ampere" });
		expect(madeOn({ ...label, adapter: ` größer\n${"x".repeat(80)}` })?.adapter).toMatch(/^gr\?\?er\?x{53}$/);
		expect(madeOn(wasm)).toEqual({ plan: "3f1c9a02", adapter: "" });
		expect(madeOn({ ...label, kind: "cpu", plan: "reference" })).toBeNull();
		expect(labelText(label)).toBe("gpu · nvidia ampere · plan 3f1c9a02b4d5e6f7");
	});
});
