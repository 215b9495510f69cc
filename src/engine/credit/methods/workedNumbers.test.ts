import { describe, it } from "vitest";
import { near } from "../../../testing/near";
import type { RolloutBatch } from "../../rollouts/batch";
import { valueTargets } from "../../training/critic";
import { creditOf } from "../run";
import { batchOf, paidTokens, preset, ragged, rolloutSignal, rows, spansOfRows, walks } from "../testing";

// Numbers on the way to the advantages that the tests of each method hold.
const term = (batch: RolloutBatch, id: string, name: string, params = {}) =>
	ragged(batch, creditOf(id, params, batch).terms[name]!);

const LEARNT = {
	discount: 1,
	lambda: 1,
	bootstrap: true,
	coef: 1,
	clip: 0,
	klCoef: 0,
	klEstimator: "k1",
} as const;

describe("worked numbers", () => {
	it("GAE: the critic's targets are A + V, before whitening", () => {
		const batch = batchOf([{ rewards: [0, 0, 0, 1], values: [0.5, 0.4, 0.7, 0.6] }]);
		near(ragged(batch, valueTargets(batch, { ...LEARNT, lambda: 0.95 })), [[0.9377, 0.966, 0.98, 1]]);
	});
	it("GAE: a penalty in the reward is in the targets", () => {
		const logProbs = [-1, -2, -0.5, -0.7];
		const refLogProbs = [-1.1, -2.2, -0.4, -1];
		const rollout = { rewards: [0, 0, 0, 1], values: [0.5, 0.4, 0.7, 0.6], logProbs };
		const batch = batchOf([rollout], { refLogProbs: Float64Array.from(refLogProbs) });
		// Rewards 0 − .05, 0 − .1, 0 + .05, 1 − .15; at λ = γ = 1 their sums from the end.
		const critic = { ...LEARNT, klCoef: 0.5 };
		near(ragged(batch, valueTargets(batch, critic)), [[0.75, 0.8, 0.9, 0.85]], 1e-12);
	});
	it("DAPO: the price of running out of room", () => {
		const price = (length: number, more = {}) => {
			const batch = batchOf([{ length }, { length: 1 }]);
			const [long, short] = rows(batch, "dapo", { maxLength: 20, buffer: 4, scale: "none", ...more });
			return long![0]! - short![0]!;
		};
		near([[15, 16, 17, 18, 20, 22].map((n) => price(n))], [[0, 0, -0.25, -0.5, -1, -1]], 1e-12);
		near([[price(22, { beyond: "growing" })]], [[-1.5]], 1e-12);
	});
	it("GiGPO: both comparisons", () => {
		const batch = walks();
		// Returns (.95, 1), (0, 0, 0), (.9025, .95, 1) less the means .463125 of s0, 1 of s1, .475 of s2.
		near(term(batch, "gigpo", "step"), [
			[0.95 - 0.463125, 0],
			[-0.463125, -0.475, -0.463125],
			[0.9025 - 0.463125, 0.475, 0],
		]);
		const steps = term(batch, "gigpo", "episode", preset("gigpo", "released"));
		near(steps, [
			[0.375, 0.375],
			[-0.625, -0.625, -0.625],
			[0.375, 0.375, 0.375],
		]);
	});
	it("PURE: the weights' parts, the minimum at a tenth of the temperature, the baselines of the release", () => {
		const pair = [
			[0.8, -0.6, 0.3],
			[0.5, 0.7],
		];
		const batchOfWidth = (width: number) =>
			batchOf(
				pair.map((row) => ({ length: width * row.length })),
				{
					steps: {
						...spansOfRows(pair.map((row) => row.map((_, k) => [k * width, (k + 1) * width]))),
						reward: Float64Array.from(pair.flat()),
					},
				},
			);
		const returns = rows(batchOfWidth(1), "pure");
		const parts = returns.map((row) => row.map((g, k) => g - (row[k + 1] ?? 0)));
		near(
			parts,
			[
				[0.000001, -0.599925, 0.000037],
				[0.440399, 0.083442],
			],
			1.2e-6,
		);
		const cold = rows(batchOfWidth(1), "pure", { temperature: 0.01 });
		near([[cold[0]![0]!, cold[1]![0]!]], [[-0.6, 0.5]]);
		const wide = batchOfWidth(2);
		const [plain, centred] = [rows(wide, "pure"), rows(wide, "pure", { baseline: "others" })];
		near([plain.map((row, b) => row[0]! - centred[b]![0]!)], [[0.202428, -0.399913]]);
	});
	it("BRPO: returns and baselines", () => {
		const scores = [
			[0, 0.5, 1],
			[0, 0, 0.5],
		];
		const batch = batchOf([{ length: 3 }, { length: 3 }], {
			steps: paidTokens(scores),
		});
		near(term(batch, "brpo", "later"), [
			[0.5, 0.5, 0.333333],
			[0.166667, 0.166667, 0.166667],
		]);
		near(term(batch, "brpo", "baseline"), [
			[-0.333333, -0.222222, -0.157407],
			[-0.333333, -0.222222, -0.083333],
		]);
		near(term(batch, "brpo", "baseline", { baseline: "past" }), [
			[0, 0, -0.111111],
			[0, 0, 0],
		]);
		near(term(batch, "brpo", "baseline", { baseline: "group" }).slice(0, 1), [[-0.333333, -0.333333, -0.25]]);
	});
	it("HBPO: both comparisons", () => {
		const batch = {
			...batchOf([{ length: 400 }, { length: 900 }, { length: 700 }, { length: 2500 }]),
			success: Uint8Array.of(1, 1, 1, 0),
			signals: { budget: rolloutSignal([512, 512, 2048, 2048]) },
		};
		const first = (name: string) => term(batch, "hbpo", name).map((row) => row[0]!);
		near([first("intra")], [[-0.126881, -0.126881, -Math.SQRT2, -Math.SQRT2]]);
		near([first("inter")], [[0.732684, 0.591605, 0.124082, -1.448371]], 1.2e-6);
	});
	it("Rank-GRPO: GRPO on the whole discounted gain, which blames a hit for what came before it", () => {
		const batch = batchOf([{ reward: 1.5 }, { reward: 0.5 }, { reward: 0.63093 }]);
		near(rows(batch, "grpo", { eps: 1e-4 }), [[1.146083], [-0.693467], [-0.452616]], 2e-6);
	});
	it("MA-RLHF: the critic's targets of macro actions", () => {
		const values = [0.2, 0.3, 0.4, 0.35, 0.5, 0.6];
		const batch = batchOf([{ rewards: [-0.01, -0.02, 0, -0.03, 0.01, 0.98], values }]);
		const [a] = rows(batch, "maRlhf", preset("maRlhf", "released", { length: 2, klCoef: 0 }));
		const macro = [0.25, 0.25, 0.375, 0.375, 0.5, 0.6];
		near([a!.map((x, t) => x + macro[t]!)], [[0.889577, 0.889577, 0.93245, 0.93245, 0.971, 0.98]]);
	});
});
