import { describe, expect, it } from "vitest";
import type { RolloutBatch } from "../../rollouts/batch";
import { METHODS } from "../registry";
import { batchOf, branchedBatch, paidTokens, preset, rolloutSignal, walks } from "../testing";
import { traceOf } from "../traceOps";

// A worked example gives more than its last line: what a person reads in the trace must pass through the same numbers.
interface Token {
	readonly id: string;
	readonly params?: Readonly<Record<string, unknown>>;
	readonly batch: RolloutBatch;
	/** Rollout and token; the first token of the first rollout. */
	readonly at?: readonly [number, number];
}
const traced = ({ id, params = {}, batch, at: [b, t] = [0, 0] }: Token) =>
	traceOf(METHODS.find((method) => method.id === id)!, params, batch, b, t).steps;

function passes(token: Token, numbers: readonly number[]): void {
	const values = traced(token).map((step) => step.value);
	for (const number of numbers) {
		const nearest = Math.min(...values.map((value) => Math.abs(value - number)));
		expect(nearest, `${token.id}: ${number} among ${values.join(" ")}`).toBeLessThanOrEqual(6e-7);
	}
}
const withSteps = (rewards: readonly (readonly number[])[]) =>
	batchOf(
		rewards.map((row) => ({ length: row.length })),
		{
			steps: paidTokens(rewards),
		},
	);

describe("the trace passes through the worked numbers", () => {
	it("RLOO: rewards less 0.05 of the log-ratios' sums", () => {
		const ratios = [
			[0.02, -0.03],
			[0.1, 0, -0.2],
			[0, 0.05, 0.04, -0.01],
			[0.3, -0.1, 0],
		];
		const batch = batchOf(
			ratios.map((logProbs, b) => ({ logProbs, reward: b === 0 ? 1 : 0 })),
			{ refLogProbs: new Float64Array(16) },
		);
		const params = preset("rloo", "trl");
		for (const [b, sum, reward] of [
			[0, -0.01, 1.0005],
			[1, -0.1, 0.005],
			[2, 0.08, -0.004],
			[3, 0.2, -0.01],
		] as const)
			passes({ id: "rloo", params, batch, at: [b, 0] }, [sum, reward]);
	});
	it("VinePPO, TEMPO, SPO and TreePS: values of prefixes and nodes", () => {
		const tree = batchOf([
			{ tokens: [5, 7, 2], reward: 1 },
			{ tokens: [5, 7, 9], reward: 0 },
			{ tokens: [5, 8, 2], reward: 1 },
			{ tokens: [6, 1], reward: 0 },
		]);
		const after = [
			[0.666667, 0.5, 1],
			[0.666667, 0.5, 0],
			[0.666667, 1, 1],
			[0, 0],
		];
		for (const [b, row] of after.entries())
			for (const [t, value] of row.entries())
				passes({ id: "tempo", batch: tree, at: [b, t] }, [value, row[t - 1] ?? 0.5, 0.57735 + 1e-6]);

		const spo = { id: "spoTree", params: preset("spoTree", "paper", { segment: 1 }), batch: branchedBatch() };
		passes(spo, [0.666667, 0.333333]);
		passes({ ...spo, at: [3, 1] }, [0, 0.333333]);

		const search = batchOf([
			{ tokens: [1, 3], reward: 1 },
			{ tokens: [1, 4, 6], reward: 1 },
			{ tokens: [1, 4, 7], reward: 0 },
			{ tokens: [2, 5], reward: 0 },
		]);
		const node = (value: string, at: readonly [number, number]) =>
			({ id: "treePs", params: { unit: "token", value }, batch: search, at }) as const;
		passes(node("leaves", [0, 0]), [0.5, 0.666667]);
		passes(node("leaves", [1, 1]), [0.666667, 0.5]);
		passes(node("children", [0, 0]), [0.375, 0.75]);
		passes(node("children", [3, 0]), [0.375, 0]);
	});
	it("GiGPO: discounted returns of steps and means of states", () => {
		const batch = walks();
		const params = preset("gigpo", "paper");
		passes({ id: "gigpo", params, batch }, [0.95, 0.95 - 0.463125]);
		passes({ id: "gigpo", params, batch, at: [2, 0] }, [0.9025]);
		passes({ id: "gigpo", params, batch, at: [2, 1] }, [0.95, 0.95 - 0.475]);
	});
	it("PURE: weights of the steps, softened minimum", () => {
		const batch = withSteps([
			[0.8, -0.6, 0.3],
			[0.5, 0.7],
		]);
		const of = (b: number, t: number) =>
			({ id: "pure", params: preset("pure", "softmin"), batch, at: [b, t] }) as const;
		passes(of(0, 0), [0.000001, -0.599888]);
		passes(of(0, 1), [0.999876, -0.599925]);
		passes(of(0, 2), [0.000123, 0.000037]);
		passes(of(1, 0), [0.880797, 0.440399, 0.523841]);
		passes(of(1, 1), [0.119203, 0.083442]);
	});
	it("HBPO: what shaped rewards and promises of budgets miss of 4, means of mates, mean and deviation of all", () => {
		const batch = {
			...batchOf([{ length: 400 }, { length: 900 }, { length: 700 }, { length: 2500 }]),
			success: Uint8Array.of(1, 1, 1, 0),
			signals: { budget: rolloutSignal([512, 512, 2048, 2048]) },
		};
		const of = (b: number) => ({ id: "hbpo", params: preset("hbpo", "paper"), batch, at: [b, 0] }) as const;
		// Rewards 3.923141, 3.669378, 2.828427, 0; means of mates 3.79626 and √2; of all 2.605237, deviation 1.798735.
		passes(of(0), [4 - 3.923141, 4 - 3.79626]);
		passes(of(1), [4 - 3.669378, 4 - 3.923141, 4 - 3.79626]);
		passes(of(2), [4 - 2.828427, 4 - Math.SQRT2]);
		passes(of(3), [4, 4 - 2.828427, 4 - Math.SQRT2]);
		expect(traced(of(0)).map((step) => step.equation)).toContainEqual(
			expect.stringContaining("− (−1.39476)) / 1.79874 ="),
		);
	});
	it("Rank-GRPO: what is still to be found from each place", () => {
		const batch = withSteps([
			[1, 0, 1],
			[0, 0, 1],
			[0, 1, 0],
		]);
		const of = (b: number, t: number) =>
			({ id: "rankGrpo", params: preset("rankGrpo", "paper"), batch, at: [b, t] }) as const;
		for (const [b, row] of [
			[1.5, 0.5, 0.5],
			[0.5, 0.5, 0.5],
			[0.63093, 0.63093, 0],
		].entries())
			for (const [t, tail] of row.entries()) passes(of(b, t), [tail, [1, 0.63093, 0.5][t]!]);
	});
	it("MA-RLHF: rewards and values of macro actions, and weights by position", () => {
		const values = [0.2, 0.3, 0.4, 0.35, 0.5, 0.6];
		const batch = batchOf([{ rewards: [-0.01, -0.02, 0, -0.03, 0.01, 0.98], values }]);
		const params = preset("maRlhf", "released", { length: 2, klCoef: 0 });
		passes({ id: "maRlhf", params, batch }, [-0.015, 0.25, 0.375]);
		passes({ id: "maRlhf", params, batch, at: [0, 2] }, [-0.015, 0.375, 0.5]);
		passes({ id: "maRlhf", params, batch, at: [0, 4] }, [0.01, 0.5, 0.6]);
		passes({ id: "maRlhf", params, batch, at: [0, 5] }, [0.98, 0.6]);
		// A value of 1 at one token of the macro alone is worth that token's weight; the last token is a macro of its own.
		for (const [length, weights] of [
			[2, [0.666667, 0.333333]],
			[3, [0.545455, 0.272727, 0.181818]],
		] as const)
			for (const [t, weight] of weights.entries()) {
				const marked = batchOf([{ values: Array.from({ length: length + 1 }, (_, i) => (i === t ? 1 : 0)) }]);
				passes({ id: "maRlhf", params: { length, value: "position" }, batch: marked }, [weight]);
			}
	});
});
