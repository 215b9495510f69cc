import { describe, expect, it } from "vitest";
import { near, same } from "../../../testing/near";
import { Rng } from "../../core/rng";
import type { RolloutBatch } from "../../rollouts/batch";
import { batchOfRandom, randomRow } from "../randomBatch";
import { creditOf } from "../run";
import { batchOf, ragged, rolloutSignal, rows, spansOfRows, tokenSignal } from "../testing";

const rng = Rng.of(17);
const RANDOM = batchOfRandom([0, 1, 0, 0, 1, 0, 1, 1].map((group) => randomRow(rng, group)));

/** Σ of x over the spans of each rollout, from the credit at their first scored token. */
function overSpans(batch: RolloutBatch, x: readonly (readonly number[])[]): number[] {
	const { offsets, start, end } = batch.steps!;
	return x.map((row, b) => {
		let sum = 0;
		for (let s = offsets[b]!; s < offsets[b + 1]!; s++)
			sum += row.slice(start[s]!, end[s]!).find((_, i) => batch.actionMask[b * batch.T + start[s]! + i]) ?? 0;
		return sum;
	});
}

describe("methods reduce to each other", () => {
	it("ReMax with the mean of the batch for the greedy return is REINFORCE", () => {
		const mean = RANDOM.returns.reduce((a, b) => a + b, 0) / RANDOM.B;
		const signals = { greedyReturn: rolloutSignal(new Array(RANDOM.B).fill(mean)) };
		same(rows({ ...RANDOM, signals }, "remax"), rows(RANDOM, "reinforce"));
	});
	it("REINFORCE++ is REINFORCE of any baseline, whitened", () => {
		const plain = creditOf("reinforce", { center: "mean" }, RANDOM).advantage;
		const counted = plain.filter((_, i) => RANDOM.actionMask[i]);
		const mean = counted.reduce((a, b) => a + b, 0) / counted.length;
		const variance = counted.reduce((a, b) => a + (b - mean) ** 2, 0) / (counted.length - 1);
		const want = plain.map((a, i) => (RANDOM.actionMask[i] ? (a - mean) / Math.sqrt(variance + 1e-8) : 0));
		same(rows(RANDOM, "reinforcePlusPlus"), ragged(RANDOM, want));
	});
	it("REINFORCE++ baseline is Dr.GRPO times one number, less another", () => {
		const [a, b] = ["drGrpo", "reinforcePlusPlusBaseline"].map((id) => creditOf(id, {}, RANDOM).advantage);
		const at = [...RANDOM.actionMask.keys()].filter((i) => RANDOM.actionMask[i]);
		const low = at.reduce((i, j) => (a![j]! < a![i]! ? j : i));
		const high = at.reduce((i, j) => (a![j]! > a![i]! ? j : i));
		const slope = (b![high]! - b![low]!) / (a![high]! - a![low]!);
		for (const i of at) expect(Math.abs(b![i]! - b![low]! - slope * (a![i]! - a![low]!))).toBeLessThanOrEqual(1e-12);
	});
	it("GAE at λ = γ = 1 is R − V, and at λ = 0 the surprise alone", () => {
		same(rows(RANDOM, "gae", { lambda: 1 }), rows(RANDOM, "reinforce", { center: "value" }));
		same(ragged(RANDOM, creditOf("gae", {}, RANDOM).terms.td!), rows(RANDOM, "gae", { lambda: 0 }));
	});
	it("GRPO, process is GRPO where every rollout has one step that is paid its return", () => {
		const plain = batchOf([
			{ length: 2, reward: 1 },
			{ length: 3, reward: 0 },
			{ length: 1, reward: 0.5 },
		]);
		const steps = { ...spansOfRows([[[0, 2]], [[0, 3]], [[0, 1]]]), reward: Float64Array.from(plain.returns) };
		same(rows({ ...plain, steps }, "grpoProcess"), rows(plain, "grpo"));
	});
	it("HBPO's comparison with the group is GRPO of the shaped reward", () => {
		const { inter } = creditOf("hbpo", { maxLength: 20, alpha: 0.1, beta: 2 }, RANDOM).terms;
		const shaped = Array.from({ length: RANDOM.B }, (_, b) => {
			const n = RANDOM.actionMask.subarray(b * RANDOM.T, (b + 1) * RANDOM.T).reduce((a, m) => a + m, 0);
			const budget = RANDOM.signals.budget!.data[b]!;
			const promised = (x: number) => 2 * Math.cos((Math.PI * x) / 40);
			return RANDOM.success![b] ? (n > budget ? promised(n) - 0.1 * (n - budget) : promised(budget)) : 0;
		});
		same(ragged(RANDOM, inter!), rows({ ...RANDOM, returns: Float64Array.from(shaped) }, "grpo"));
	});
	it("IRCR is the return, shifted and scaled", () => {
		const [low, high] = [Math.min(...RANDOM.returns), Math.max(...RANDOM.returns)];
		const want = ragged(RANDOM, RANDOM.actionMask).map((row, b) =>
			row.map((m) => (m * (RANDOM.returns[b]! - low)) / (high - low)),
		);
		same(rows(RANDOM, "ircr"), want);
	});
	it("return decomposition with the rewards themselves is REINFORCE over the group", () => {
		const signals = { rewardModel: tokenSignal(RANDOM, ragged(RANDOM, RANDOM.rewards)) };
		same(rows({ ...RANDOM, signals }, "returnDecomposition"), rows(RANDOM, "reinforce", { over: "group" }));
	});
	it("hindsight that knows nothing gives no credit", () => {
		const signals = { hindsightLogProbs: tokenSignal(RANDOM, ragged(RANDOM, RANDOM.logProbs!)) };
		const batch = { ...RANDOM, signals };
		same(rows(batch, "hca"), ragged(RANDOM, new Float64Array(RANDOM.B * RANDOM.T)));
		same(rows(batch, "cocoa"), ragged(RANDOM, creditOf("cocoa", {}, batch).terms.direct!));
	});
});

describe("what a change of the rewards does", () => {
	const paid = (of: (reward: number) => number) => ({
		...RANDOM,
		rewards: RANDOM.rewards.map((r, i) => (i === lastOf(Math.floor(i / RANDOM.T)) ? of(r) : r)),
		returns: RANDOM.returns.map(of),
	});
	const lastOf = (b: number) =>
		b * RANDOM.T + RANDOM.actionMask.subarray(b * RANDOM.T, (b + 1) * RANDOM.T).lastIndexOf(1);
	const CENTRED: readonly (readonly [string, object])[] = [
		["grpo", {}],
		["drGrpo", {}],
		["rloo", {}],
		["passAtK", {}],
		["tempo", {}],
		["treePs", { unit: "token" }],
		["spoTree", { segment: 1 }],
		["treeGrpo", {}],
	];
	it.each(CENTRED)("%s %j: the same reward on top for everybody changes nothing", (id, params) => {
		near(
			rows(
				paid((r) => r + 3),
				id,
				params,
			),
			rows(RANDOM, id, params),
			1e-11,
		);
	});
	it.each([
		["grpo", {}],
		["tempo", {}],
		["treeGrpo", {}],
		["passAtK", {}],
		["gigpo", { scale: "sd1" }],
		["spoTree", { segment: 1, scale: "sd0" }],
	])("%s %j: with a scale, tenfold rewards change nothing", (id, params) => {
		const exact = { ...params, eps: 0 };
		near(
			rows(
				paid((r) => 10 * r),
				id,
				exact,
			),
			rows(RANDOM, id, exact),
			1e-11,
		);
	});
	it.each([
		["drGrpo", {}],
		["rloo", {}],
		["tempo", { scale: "none" }],
		["treePs", { unit: "token" }],
		["spoTree", { segment: 1 }],
		["gigpo", {}],
	])("%s %j: without a scale, tenfold rewards give tenfold credit", (id, params) => {
		const tenfold = rows(RANDOM, id, params).map((row) => row.map((a) => 10 * a));
		near(
			rows(
				paid((r) => 10 * r),
				id,
				params,
			),
			tenfold,
			1e-11,
		);
	});
});

describe("credit along a rollout adds up", () => {
	const first = (x: Float64Array, b: number) => x[b * RANDOM.T]!;
	it("VinePPO: to R − V(prompt)", () => {
		const want = [...RANDOM.returns].map((r, b) => r - first(RANDOM.values!, b));
		same([overSpans(RANDOM, rows(RANDOM, "vinePpo"))], [want]);
	});
	it("SPO tree: to R − V(root)", () => {
		// Every token is an edge, and the last one is the rollout's own, so that no two end in one node.
		const inside = (i: number) => RANDOM.lengths[Math.floor(i / RANDOM.T)]! - (i % RANDOM.T);
		const whole = {
			...RANDOM,
			actionMask: RANDOM.actionMask.map((_, i) => (inside(i) > 0 ? 1 : 0)),
			tokens: RANDOM.tokens.map((token, i) => (inside(i) === 1 ? 100 + i : token)),
		};
		const sums = rows(whole, "spoTree", { segment: 1 }).map((row) => row.reduce((a, b) => a + b, 0));
		const roots = sums.map((sum, b) => RANDOM.returns[b]! - sum);
		for (const [b, root] of roots.entries())
			expect(Math.abs(root - roots[RANDOM.groupIds.indexOf(RANDOM.groupIds[b]!)]!)).toBeLessThanOrEqual(1e-12);
	});
	it("RUDDER: to R − the mean of the group", () => {
		const sums = rows(RANDOM, "rudder").map((row) => row.reduce((a, b) => a + b, 0));
		const mean = (b: number) => {
			const group = RANDOM.returns.filter((_, j) => RANDOM.groupIds[j] === RANDOM.groupIds[b]);
			return group.reduce((x, y) => x + y, 0) / group.length;
		};
		same([sums], [[...RANDOM.returns].map((r, b) => r - mean(b))]);
	});
	it("potential-based shaping: to γ^n Φ_n − Φ_0, discounted", () => {
		const discount = 0.9;
		const { shaping } = creditOf("potentialShaping", { discount, center: "none" }, RANDOM).terms;
		const start = RANDOM.signals.potential!.data;
		same(
			[[...RANDOM.returns.keys()].map((b) => first(shaping!, b))],
			[[...RANDOM.returns.keys()].map((b) => -first(start, b))],
		);
	});
});

describe("grpoProcess", () => {
	it("normalises all steps of the group together and sums what is to come, by hand", () => {
		// Rewards 1, 0.5 and 0: mean 0.5, deviation 0.5.
		const batch = batchOf(
			[
				{ length: 3, reward: 1 },
				{ length: 1, reward: 0 },
			],
			{
				steps: {
					...spansOfRows([
						[
							[0, 2],
							[2, 3],
						],
						[[0, 1]],
					]),
					reward: Float64Array.of(1, 0.5, 0),
				},
			},
		);
		same(rows(batch, "grpoProcess", { eps: 0 }), [[1, 1, 0], [-1]]);
	});
});
