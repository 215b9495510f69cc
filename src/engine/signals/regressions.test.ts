import { describe, expect, it } from "vitest";
import { batchOf, distance, ragged } from "../credit/testing";
import { annotated, rows } from "./testing";

describe("regressions on the batch", () => {
	/** All eight choices of three bits; the return is 2 for the first bit and −1 for the last. */
	const bits = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [n >> 2, (n >> 1) & 1, n & 1]);
	const batch = batchOf(bits.map((tokens) => ({ tokens, reward: 2 * tokens[0]! - tokens[2]! })));
	const tiny = { ridge: 1e-9 };

	it("find the reward of each choice, and forecasts that move by it", () => {
		const model = rows(annotated("returnRegression", batch, tiny).batch, "rewardModel");
		for (const [b, row] of model.entries())
			expect(Math.abs(row.reduce((a, r) => a + r, 0) - batch.returns[b]!)).toBeLessThanOrEqual(1e-6);
		const forecast = rows(annotated("prefixRegression", batch, tiny).batch, "returnPrediction");
		expect(
			distance(
				forecast,
				bits.map(([a, , c]) => [2 * a! - 0.5, 2 * a! - 0.5, 2 * a! - c!]),
			),
		).toBeLessThanOrEqual(1e-6);
	});

	it("find what a choice contributes to the last reward, centred at its place", () => {
		const late = batchOf(bits.map((tokens) => ({ tokens, reward: 3 * tokens[0]! })));
		const found = rows(annotated("rewardRegression", late, tiny).batch, "contribution");
		expect(
			distance(
				found,
				bits.map(([a]) => [a ? 1.5 : -1.5, 0, 0]),
			),
		).toBeLessThanOrEqual(1e-6);
	});

	it("count a choice among rollouts with the same outcome", () => {
		const plain = batchOf([
			{ tokens: [0], reward: 1, logProbs: [Math.log(0.5)] },
			{ tokens: [0], reward: 1, logProbs: [Math.log(0.5)] },
			{ tokens: [1], reward: 1, logProbs: [Math.log(0.5)] },
			{ tokens: [1], reward: 0, logProbs: [Math.log(0.5)] },
		]);
		const h = (params: Record<string, unknown>) =>
			ragged(plain, annotated("hindsightCounts", plain, params).batch.signals.hindsightLogProbs!.data).map(([x]) =>
				Math.exp(x!),
			);
		expect(distance([h({ smoothing: 0 })], [[2 / 3, 2 / 3, 1 / 3, 1]])).toBeLessThanOrEqual(1e-12);
		expect(distance([h({})], [[2.5 / 4, 2.5 / 4, 1.5 / 4, 1.5 / 2]])).toBeLessThanOrEqual(1e-12);
	});
});
