import { describe, expect, it } from "vitest";
import { near } from "../../../testing/near";
import type { RolloutBatch } from "../../rollouts/batch";
import { creditOf } from "../run";
import { batchOf, branchedBatch, preset, rolloutSignal, rows, spansOfRows } from "../testing";

// Variants of implementations, with numbers worked by hand or taken from running them.
const nan = Number.NaN;

describe("grpo, scaled by the batch as TRL does", () => {
	it("centres by group and divides by the deviation of all returns", () => {
		// Returns 1, 0 and 1, 1: deviation ½ over the batch, means ½ and 1.
		const batch = batchOf([{ reward: 1 }, { reward: 0 }, { reward: 1, group: 1 }, { reward: 1, group: 1 }]);
		near(rows(batch, "grpo", preset("grpo", "trlBatch")), [[0.5 / 0.5001], [-0.5 / 0.5001], [0], [0]]);
	});
	it("is GRPO where the batch is one group", () => {
		const batch = batchOf([{ reward: 1 }, { reward: 0.2 }, { reward: 0 }]);
		near(rows(batch, "grpo", preset("grpo", "trlBatch")), rows(batch, "grpo", preset("grpo", "trl")), 1e-15);
	});
});

describe("rloo, normalised over the batch as TRL does", () => {
	it("scales to deviation 1", () => {
		// One success of four: 1, −⅓, −⅓, −⅓ has mean 0 and variance (1 + 3/9)/3 = 4/9.
		const batch = batchOf([{ reward: 1 }, { reward: 0 }, { reward: 0 }, { reward: 0 }]);
		const by = 2 / 3 + 1e-4;
		near(rows(batch, "rloo", { normalise: true }), [[1 / by], [-1 / 3 / by], [-1 / 3 / by], [-1 / 3 / by]]);
	});
	it("takes the KL out of the reward first", () => {
		const refLogProbs = new Float64Array(2);
		const batch = batchOf(
			[
				{ logProbs: [-2], reward: 1 },
				{ logProbs: [-1], reward: 0 },
			],
			{ refLogProbs },
		);
		// R' = 1.1 and 0.05: ±1.05, deviation 1.05·√2.
		const by = 1.05 * Math.SQRT2 + 1e-4;
		near(rows(batch, "rloo", preset("rloo", "trlNormalised")), [[1.05 / by], [-1.05 / by]]);
	});
});

describe("reinforce with a running mean", () => {
	it("subtracts what earlier batches earned from the return to go", () => {
		// Decay 0.9 of earlier means 1 and 0 gives 0.1·0 + 0.9·1 = 0.9 before this batch.
		const signals = { runningReturn: rolloutSignal([0.9, 0.9]) };
		const batch = batchOf([{ rewards: [0.5, 1] }, { rewards: [0] }], { signals });
		near(rows(batch, "reinforce", preset("reinforce", "runningMean")), [[0.6, 0.1], [-0.9]], 1e-15);
	});
});

/** Rewards (.8, −.6, .3) and (.5, .7) of steps that are `spans` wide. */
function pureBatch(spans: readonly (readonly (readonly number[])[])[], more: readonly number[] = []): RolloutBatch {
	const steps = { ...spansOfRows(spans), reward: Float64Array.of(0.8, -0.6, 0.3, 0.5, 0.7, ...more) };
	return batchOf(
		spans.map((row) => ({ length: row.at(-1)![1]!, reward: 0 })),
		{ steps },
	);
}
const UNEVEN = pureBatch([
	[
		[0, 1],
		[1, 3],
		[3, 6],
	],
	[
		[0, 3],
		[3, 4],
	],
]);

describe("pure, baselines of the main branch", () => {
	it("step: the average step of the others, from each step", () => {
		// Others' averages: 1.2/2 = .6 and .5/3. Parts .2, −1.2, −.3 and 1/3, 16/30.
		const [a, b] = [1.2 - 1 / 3, 0.7 - 1 / 6];
		near(rows(UNEVEN, "pure", { form: "sum", baseline: "step" }), [
			[-1.3, -1.5, -1.5, -0.3, -0.3, -0.3],
			[a, a, a, b],
		]);
	});
	it("step: averages of two others are averaged", () => {
		const three = pureBatch(
			[
				[
					[0, 1],
					[1, 2],
					[2, 3],
				],
				[
					[0, 1],
					[1, 2],
				],
				[[0, 1]],
			],
			[0.9],
		);
		// Averages .5/3, .6 and .9: the first's others .75, the second's (1/6 + .9)/2, the third's (1/6 + .6)/2.
		near(
			rows(three, "pure", { form: "sum", baseline: "step" }).map((row) => row.slice(-1)),
			[[0.3 - 0.75], [0.7 - (1 / 6 + 0.9) / 2], [0.9 - (1 / 6 + 0.6) / 2]],
		);
	});
	it("token: the average token of the others, for each token of the step", () => {
		// Others per token: 1.2/4 = .3 and .5/6. Parts .5, −1.2, −.6 and .25, .616667.
		near(rows(UNEVEN, "pure", { form: "sum", baseline: "token" }), [
			[-1.3, -1.8, -1.8, -0.6, -0.6, -0.6],
			[1.2 - 2 / 6, 1.2 - 2 / 6, 1.2 - 2 / 6, 0.7 - 0.5 / 6],
		]);
	});
	it("presets use them on the soft minimum", () => {
		// Softmin parts (.000001, −.599925, .000037) and (.440399, .083442): sums −.599888 and .523841.
		const [first] = rows(UNEVEN, "pure", preset("pure", "mainStep", { klCoef: 0 }))[0]!;
		near([[first!]], [[-0.599888 - 3 * (0.523841 / 2)]], 2e-6);
		const [token] = rows(UNEVEN, "pure", preset("pure", "mainToken", { klCoef: 0 }))[0]!;
		near([[token!]], [[-0.599888 - 6 * (0.523841 / 4)]], 2e-6);
	});
	it("leave a group of one without a baseline", () => {
		const one = { ...UNEVEN, groupIds: Int32Array.of(0, 1) };
		near(rows(one, "pure", { baseline: "step" }), rows(one, "pure"), 1e-15);
		near(rows(one, "pure", { baseline: "token" }), rows(one, "pure"), 1e-15);
	});
});

describe("pure, the release's strict minimum", () => {
	it("earns nothing for good steps, as running it showed", () => {
		const wide = pureBatch([
			[
				[0, 2],
				[2, 4],
				[4, 6],
			],
			[
				[0, 2],
				[2, 4],
			],
		]);
		const strict = preset("pure", "verlStrictMin", { whiten: false });
		// Columns 0 .8 0 −.6 0 .3: minima −.6 ×4, 0, .3 with sum −2.1, which the other, all 0, sees as −2.1/6.
		near(rows(wide, "pure", strict), [
			[-0.6, -0.6, -0.6, -0.6, 0, 0.3],
			[0.35, 0.35, 0.35, 0.35],
		]);
	});
});

describe("hbpo, released", () => {
	const batchOfLengths = (n: readonly number[], budget: readonly number[], success: readonly number[]) => ({
		...batchOf(n.map((length) => ({ length }))),
		success: Uint8Array.from(success),
		signals: { budget: rolloutSignal(budget) },
	});
	it("adds the comparison within the budget twice", () => {
		const batch = batchOfLengths([400, 900, 700, 2500], [512, 512, 2048, 2048], [1, 1, 1, 0]);
		near(
			rows(batch, "hbpo", preset("hbpo", "released")).map((row) => row.slice(0, 1)),
			[[0.4789], [0.3378], [-2.7043], [-4.2768]],
			5e-5,
		);
	});
	it("pays very short answers less than the budget promises", () => {
		const short = batchOfLengths([100], [512], [1]);
		const { intra } = creditOf("hbpo", { reward: "released" }, short).terms;
		near([[intra![0]!]], [[3.896473 - 3.923141]], 1e-6);
		expect(creditOf("hbpo", {}, short).terms.intra![0]).toBe(0);
	});
});

describe("brpo, summaries", () => {
	const summaries = (groups: readonly number[], scores: readonly number[]) =>
		rows(batchOf(scores.map((reward, b) => ({ reward, group: groups[b]! }))), "drGrpo").flat();
	it("of one truncation are a group of Dr.GRPO", () => {
		const [first, second] = [
			summaries([0, 0, 1, 1, 2, 2], [0, 0, 0, 1, 1, 1]),
			summaries([0, 0, 1, 1, 2, 2], [0, 0, 0, 0, 1, 0]),
		];
		near(
			[first, second],
			[
				[0, 0, -0.5, 0.5, 0, 0],
				[0, 0, 0, 0, 0.5, -0.5],
			],
		);
	});
});

describe("spoTree, best of four", () => {
	it("values a node by the chance that one of four tries succeeds", () => {
		const batch = branchedBatch();
		// V: root ⅓, a ⅔, b ⅓, c 0; 1 − (1 − V)⁴: 65/81, 80/81, 65/81, 0.
		near(rows(batch, "spoTree", preset("spoTree", "bestOf4", { segment: 1 })), [
			[15 / 81, 1 / 81],
			[15 / 81, -80 / 81],
			[15 / 81, 1 / 81],
			[0, -65 / 81],
			[0, -65 / 81],
			[0, 16 / 81],
			[-65 / 81],
		]);
	});
});

describe("spoChain, naive pieces", () => {
	it("credits pieces of equal length, the first with nothing", () => {
		const values = [nan, nan, 0.5, nan, 0.75];
		const batch = batchOf([{ logProbs: new Array(5).fill(-1), values, reward: 1 }]);
		near(rows(batch, "spoChain", preset("spoChain", "naive", { segment: 2, whiten: false })), [
			[0, 0, 0.25, 0.25, 0.25],
		]);
	});
});
