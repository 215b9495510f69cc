import { describe, it } from "vitest";
import { near, same } from "../../../testing/near";
import { batchOf, paidTokens, preset, rows, walks } from "../testing";

// Presets with a number of their own, worked by hand.
const nan = Number.NaN;

describe("brpo, priors and baselines", () => {
	const scores = [
		[0, 0.5, 1],
		[0, 0, 0.5],
	];
	const batch = batchOf([{ length: 3 }, { length: 3 }], {
		steps: paidTokens(scores),
	});
	const by = (name: string) => rows(batch, "brpo", preset("brpo", name));
	it("linear: budgets weigh 1/6, 2/6, 3/6", () => {
		// R (4, 4, 3)/6 and (1, 1, 1)/4, means 11/24, 11/24, 3/8; own past 0, 0, ⅓ · ½ and 0. Baselines 11/24, 11/36, 17/72; 11/24, 11/36, 1/8.
		same(by("linear"), [
			[5 / 24, 13 / 36, 19 / 72],
			[-5 / 24, -1 / 18, 1 / 8],
		]);
	});
	it("base: only the last budget pays", () => {
		// R 1 and ½, mean ¾; own past 0, 0, ⅓ and 0. Baselines ¾, ½, 17/36; ¾, ½, ¼.
		same(by("base"), [
			[1 / 4, 1 / 2, 19 / 36],
			[-1 / 4, 0, 1 / 4],
		]);
	});
	it("groupOnly: no past", () => {
		// R (3, 3, 2)/6 and (1, 1, 1)/6, means 2/6, 2/6, 1.5/6.
		same(by("groupOnly"), [
			[1 / 6, 1 / 6, 1 / 12],
			[-1 / 6, -1 / 6, -1 / 12],
		]);
	});
});

describe("gae as verl does", () => {
	it("whitens R − V over the tokens of the batch, and pays cut rollouts no value", () => {
		const rowsOfBatch = [
			{ rewards: [0, 1], values: [0.25, 0.5] },
			{ rewards: [0], values: [0.5] },
		];
		const batch = batchOf(rowsOfBatch, { truncated: Uint8Array.of(0, 1), bootstrap: Float64Array.of(0, 0.75) });
		// R − V: .75, .5, −.5; mean ¼, squares ¼ + 1/16 + 9/16 = 7/8, over 2.
		const by = Math.sqrt(7 / 16 + 1e-8);
		same(rows(batch, "gae", preset("gae", "verl")), [[0.5 / by, 0.25 / by], [-0.75 / by]]);
	});
});

describe("gigpo with deviations, as the paper has them", () => {
	it("divides each comparison by its own, episodes counted once", () => {
		const batch = walks();
		// Returns 1, 0, 1: mean ⅔, variance ⅓. From s0: .95, 0, 0, .9025, mean .463125, Σ x² = 1.71700625. From s1: 1, 1. From s2: 0, .95.
		const [won, lost] = [1 / 3, -2 / 3].map((x) => x / (Math.sqrt(1 / 3) + 1e-6)) as [number, number];
		const s0 = Math.sqrt((1.71700625 - 4 * 0.463125 ** 2) / 3) + 1e-6;
		const s2 = 0.475 * Math.SQRT2 + 1e-6;
		near(
			rows(batch, "gigpo", preset("gigpo", "paperStd")),
			[
				[won + 0.486875 / s0, won],
				[lost - 0.463125 / s0, lost - 0.475 / s2, lost - 0.463125 / s0],
				[won + 0.439375 / s0, won + 0.475 / s2, won],
			],
			1e-12,
		);
	});
});

describe("spoTree as for GSM8K", () => {
	it("gives the last of three levels the rest of the rollout, and leaves edges of 0 out", () => {
		const leaf = (tokens: number[], reward: number) => ({ tokens, reward });
		const batch = batchOf([leaf([1, 1, 1, 5], 1), leaf([1, 1, 2, 5, 6], 0), leaf([1, 2, 9], 1), leaf([2], 0)]);
		// V: below 1 1 ½, 1 2 1, 1 ¾, 2 0, root ⅜. The edge to 1 2 9 changes nothing.
		same(rows(batch, "spoTree", preset("spoTree", "gsm8k", { segment: 1 })), [
			[3 / 8, -1 / 4, 1 / 2, 1 / 2],
			[3 / 8, -1 / 4, -1 / 2, -1 / 2, -1 / 2],
			[3 / 8, 1 / 4, nan],
			[-3 / 8],
		]);
	});
});
