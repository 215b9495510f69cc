import { describe, expect, test } from "vitest";
import { convert, samples } from "./testing";

describe("dumps of text", () => {
	test("ROLL: a column of steps gives its first, and a score that is no number is not known", () => {
		const [a, b] = convert({ ...samples.roll!, global_step: [8, 8], scores: [1, Number.NaN] });
		expect(a).toMatchObject({ step: 8, group: "a", prompt: "p", tokens: ["x", " y"], reward: 1 });
		expect(b).toMatchObject({ step: 8, tokens: ["z"], reward: null });
	});
	test("tinker: lengths become turns", () => {
		expect(convert(samples.tinker!)[0]).toMatchObject({
			mask: [1, 1, 0, 0, 0, 1],
			reward: 1,
			turns: [
				{ start: 0, end: 2 },
				{ start: 2, end: 5 },
				{ start: 5, end: 6, reward: 1 },
			],
		});
	});
});
