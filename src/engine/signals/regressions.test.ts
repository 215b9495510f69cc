import { describe, expect, it } from "vitest";
import { batchOf, distance, ragged } from "../credit/testing";
import { subsetWeight } from "./providers/returnRegression";
import { ridge } from "./ridge";
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

	it("find the rewards of three kinds from how often each occurs, and the smallest ones where that does not settle them", () => {
		const counts = (...of: number[]) => of.map((n, kind) => [kind, n] as const);
		const [a, b] = [counts(1, 1, 1), counts(2, 1, 0)];
		expect(distance([[...ridge([a, b, counts(0, 0, 3)], [3, 1, 6], 3, 1e-9)]], [[0, 1, 2]])).toBeLessThanOrEqual(1e-6);
		// (1, −2, 1) changes none of these sums.
		expect(distance([[...ridge([a, b, counts(0, 1, 2)], [3, 1, 5], 3, 1e-9)]], [[0, 1, 2]])).toBeLessThanOrEqual(1e-6);
	});

	it("pull coefficients towards their mean as rows of differences from it do", () => {
		const given = [
			[
				[0, 1],
				[1, 2],
				[2, 1],
			],
			[
				[1, 1],
				[3, 1],
			],
		] as const;
		// Columns 0, 2 and 3 about their mean, weight 9: three times each difference.
		const spread = [0, 2, 3].map((i) => [0, 2, 3].map((j) => [j, 3 * ((i === j ? 1 : 0) - 1 / 3)] as const));
		const explicit = ridge([...given, ...spread], [3, -1, 0, 0, 0], 4, 0.1);
		const found = ridge(given, [3, -1], 4, 0.1, [{ columns: [0, 2, 3], weight: 9 }]);
		expect(distance([[...found]], [[...explicit]])).toBeLessThanOrEqual(1e-12);
	});

	it("know what a subset of tokens costs: .0833 for two of four, over all six choices", () => {
		const [rewards, R] = [[1, 0, 0, 1], 2];
		const pairs = [0, 1, 2, 3].flatMap((i) => [0, 1, 2, 3].filter((j) => j > i).map((j) => [i, j] as const));
		const losses = pairs.map(([i, j]) => (R / 4 - (rewards[i]! + rewards[j]!) / 2) ** 2);
		const mean = losses.reduce((sum, loss) => sum + loss, 0) / 6;
		// Σ (r̂ − ½)² = 1, in the scale of means.
		expect([mean, subsetWeight(4, 2) / 16].map((x) => x.toFixed(6))).toEqual(["0.083333", "0.083333"]);
		expect([subsetWeight(4, 4), subsetWeight(4, 9), subsetWeight(1, 1)]).toEqual([0, 0, 0]);
		expect(subsetWeight(5, 1)).toBe(5);
	});

	it("even rewards out where one token of two stands for both", () => {
		const two = batchOf([
			{ tokens: [1, 1], reward: 1 },
			{ tokens: [1, 2], reward: 0 },
		]);
		const of = (subset: number) => rows(annotated("returnRegression", two, { ...tiny, subset }).batch, "rewardModel");
		// ±½ about the mean of ½, which is ¼ a token. Alone y: (½ − y)² is 0 at ½; with (x − y)² at x = 0 both meet at ¼.
		for (const [subset, y] of [
			[0, 0.5],
			[2, 0.5],
			[1, 0.25],
		] as const)
			expect(
				distance(of(subset), [
					[0.25, 0.25 + y],
					[0.25, 0.25 - y],
				]),
			).toBeLessThanOrEqual(1e-6);
	});

	it("even long rollouts out in n² steps each", () => {
		// As above, with n − 1 tokens in common: (½ − y)² + y²·(n − K)/K is least at y = K/(2n).
		const [n, subset] = [600, 150];
		const ends = [1, 2].map((last) => [...new Array<number>(n - 1).fill(0), last]);
		const long = batchOf(ends.map((tokens, b) => ({ tokens, reward: 1 - b })));
		const found = rows(annotated("returnRegression", long, { ...tiny, subset }).batch, "rewardModel");
		const even = new Array<number>(n - 1).fill(0.5 / n);
		expect(
			distance(
				found,
				[0.125, -0.125].map((y) => [...even, 0.5 / n + y]),
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
