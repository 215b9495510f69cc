import { describe, expect, it } from "vitest";
import { AGREEMENT_BATCHES, paramSets } from "../../testing/creditAgreement";
import { ALIKE, allAlike } from "./alike";
import { METHODS } from "./registry";
import { creditBy, creditOf } from "./run";
import { batchOf } from "./testing";

const { fround } = Math;
const inFloat32 = (...xs: readonly number[]) => xs.reduce((sum, x) => fround(sum + fround(x)), 0);

describe("numbers that only rounding tells apart", () => {
	it.each<[string, readonly number[], boolean]>([
		["sums of float64 in another order", [0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1], true],
		["sums of float32 in another order", [inFloat32(0.61, 0.1, 0.7), inFloat32(0.7, 0.61, 0.1)], true],
		["three times float32(0.1), and float32(0.3)", [3 * fround(0.1), fround(0.3)], true],
		["zeros", [0, -0, 0], true],
		["one alone", [0.7], true],
		["at the bound", [1, 1 - 2 ** -20], true],
		["beyond it", [1, 1 - 2 ** -19], false],
		["a small number and nothing", [0, 1e-30], false],
		["opposite signs", [-1e-9, 1e-9], false],
		["an unknown one", [1, Number.NaN], false],
	])("%s", (_, xs, want) => {
		expect(new Set(xs).size > 1 || xs.length === 1 || Object.is(xs[1], -0)).toBe(true);
		expect(allAlike(xs)).toBe(want);
	});

	it.each([
		["grpo", { eps: 0 }],
		["grpo", { center: "none", scale: "sd0" }],
		["dapo", { eps: 0 }],
		["passAtK", { eps: 0 }],
		["tempo", { eps: 0 }],
		["reinforce", { over: "group", scale: "sd1", center: "none" }],
		["reinforce", { over: "group", scale: "sd1", center: "loo" }],
		["ircr", {}],
	])("are no contrast that a deviation could blow up: %s %j gives exactly 0", (id, params) => {
		const batch = batchOf([{ rewards: [0.1, 0.2, 0.3] }, { rewards: [0.3, 0.2, 0.1] }]);
		expect(batch.returns[0]).not.toBe(batch.returns[1]);
		expect([...creditOf(id, params, batch).advantage].map(Math.abs)).toEqual([0, 0, 0, 0, 0, 0]);
	});

	it.each(METHODS.filter(({ traits }) => traits.zeroWhenEqual))("are all that $id makes of equal returns", (method) => {
		const batch = AGREEMENT_BATCHES["equal but for rounding"];
		const [first, ...others] = batch.returns.subarray(0, 5);
		expect(others.some((other) => other !== first)).toBe(true);
		for (const params of paramSets(method)) {
			const { advantage } = creditBy(method, params, batch);
			for (const a of advantage.subarray(0, 5 * batch.T))
				if (!Number.isNaN(a)) expect(Math.abs(a)).toBeLessThanOrEqual(ALIKE * first!);
		}
	});
});
