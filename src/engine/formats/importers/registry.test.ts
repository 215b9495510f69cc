import { describe, expect, test } from "vitest";
import { recognise, refusePickle } from "./registry";

describe("what cannot be read", () => {
	test("names the three nearest formats and what is missing", () => {
		expect(() => recognise({ input: "a", output: "b" }, "x.jsonl")).toThrow(
			/x\.jsonl has rows of no known format; the nearest are verl rollout dump \(missing score, step\)/,
		);
	});
	test.each([
		["dump.pkl", [0x80, 0x04, 0x95]],
		["step_3.pt", [0x50, 0x4b, 0x03, 0x04]],
		["step_3", Array.from("PK\u0003\u0004 archive/data.pkl", (c) => c.charCodeAt(0))],
	])("%s is refused with the way round", (file, head) => {
		expect(() => refusePickle(Uint8Array.from(head), file)).toThrow(
			`${file} is a Python pickle, which can run code when it is opened, so it is never read here. A Python file makes rollouts of it without running any of it: python3 ascribe_convert.py ${file} (`,
		);
	});
	test("a name that is no single word is quoted in the command", () => {
		const refuse = () => refusePickle(Uint8Array.of(0x80, 4), "my $(run)'s.pt");
		expect(refuse).toThrow(`ascribe_convert.py 'my $(run)'\\''s.pt' (`);
	});
	test("a zip that is no torch file is not a pickle", () => {
		expect(() => refusePickle(Uint8Array.from([0x50, 0x4b, 3, 4]), "run.eval")).not.toThrow();
	});
});
