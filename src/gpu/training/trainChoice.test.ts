import { describe, expect, it } from "vitest";
import { planOf } from "../../engine/training/plan";
import { coinSpec, coinTask } from "../../testing/coinTask";
import { predictTrainMs, trainSubmits } from "./trainChoice";

const coin = planOf(coinSpec(), coinTask);
const large = {
	...coin,
	model: { ...coin.model, layers: 4, width: 128, vocabSize: 64 },
	prompts: 64,
	groupSize: 1,
	maxPromptLength: 1,
	maxResponseLength: 63,
};

describe("submits of a training step", () => {
	it("are as few as keep each predicted to take at most 100 ms", () => {
		const submits = trainSubmits(large, 60, true, true);
		expect(submits).toBeGreaterThan(1);
		expect(predictTrainMs(large, 60, true) / submits).toBeLessThanOrEqual(100);
		expect(predictTrainMs(large, 60, true) / (submits - 1)).toBeGreaterThan(100);
		expect(trainSubmits(coin, 40, true, true)).toBe(1);
		expect(trainSubmits(large, 60, false, true)).toBe(1);
		expect(trainSubmits(large, 60, true, false)).toBe(1);
	});

	it("follow from the work: forward, backward twice that, a reference once, each epoch again, and every dispatch", () => {
		// 4096 rows · (2 · (12·4·128² + 128·64) + 4·4·128·64), three passes of it, at 4e6 a millisecond; 60 dispatches of 0.015 ms.
		const pass = (4096 * (2 * (786_432 + 8192) + 131_072)) / 4e6;
		expect(predictTrainMs(large, 60, true)).toBeCloseTo(3 * pass + 0.9, 6);
		expect(predictTrainMs({ ...large, reference: true }, 60, true)).toBeCloseTo(4 * pass + 0.9, 6);
		expect(predictTrainMs({ ...large, epochs: 2 }, 60, true)).toBeCloseTo(6 * pass + 0.9, 6);
	});
});
