import { describe, expect, it } from "vitest";
import type { RolloutBatch } from "../../engine/rollouts/batch";
import { granularitiesOf, sumByRollout, sumByUnit, unitsOf } from "./granularity";

const names = ["a", "1", "2", " b", "c", "?"];
/** a 1 2 | env | 1 ?  and one shorter rollout. */
const batch = {
	B: 2,
	T: 6,
	tokens: Int32Array.from([0, 1, 2, 5, 1, 5, 3, 4, 0, 0, 0, 0]),
	actionMask: Uint8Array.from([1, 1, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0]),
	lengths: Int32Array.from([6, 2]),
} as unknown as RolloutBatch;

describe("unitsOf", () => {
	it("reads tokens, turns and rollouts", () => {
		expect([...unitsOf(batch, names, "token")]).toEqual([0, 1, 2, -1, 4, 5, 6, 7, -1, -1, -1, -1]);
		expect([...unitsOf(batch, names, "turn")]).toEqual([0, 0, 0, -1, 1, 1, 2, 2, -1, -1, -1, -1]);
		expect([...unitsOf(batch, names, "rollout")]).toEqual([0, 0, 0, -1, 0, 0, 1, 1, -1, -1, -1, -1]);
	});

	it("joins digits, and pieces of words only where the vocabulary marks word starts", () => {
		const plain = names.map((n) => n.trim());
		expect([...unitsOf(batch, plain, "word")].slice(0, 6)).toEqual([0, 1, 1, -1, 3, 4]);
		expect([...unitsOf(batch, plain, "word")].slice(6, 8)).toEqual([5, 6]);
		expect([...unitsOf(batch, names, "word")].slice(0, 8)).toEqual([0, 0, 0, -1, 2, 2, 3, 3]);
	});

	it("reads steps from their table, and offers them only where there is one", () => {
		expect(granularitiesOf(batch)).not.toContain("step");
		const steps = {
			offsets: Int32Array.from([0, 2, 2]),
			start: Int32Array.from([1, 4]),
			end: Int32Array.from([3, 5]),
			actor: Uint8Array.from([1, 1]),
		};
		const stepped = { ...batch, steps };
		expect(granularitiesOf(stepped)).toContain("step");
		expect([...unitsOf(stepped, names, "step")]).toEqual([-1, 0, 0, -1, 1, -1, -1, -1, -1, -1, -1, -1]);
	});
});

it("sums a unit's credit over its scored tokens and leaves the rest alone", () => {
	const units = Int32Array.from([0, 0, -1, 1, 2, 2]);
	const values = Float64Array.from([1, Number.NaN, 0, Number.NaN, 2, -3]);
	expect([...sumByUnit(values, units)]).toEqual([1, 1, 0, Number.NaN, -1, -1]);
});

it("sums rollouts whole, whoever begins them, in the order that is asked for", () => {
	// Of the policy: 2 and 3 after a word of the environment; nothing; 5 and what is not scored; what is not scored alone.
	const four = {
		B: 4,
		T: 3,
		actionMask: Uint8Array.from([0, 1, 1, 0, 0, 0, 1, 1, 0, 1, 0, 0]),
		lengths: Int32Array.from([3, 2, 2, 1]),
	} as unknown as RolloutBatch;
	const none = Number.NaN;
	const values = Float64Array.from([100, 2, 3, 100, 100, 100, 5, none, 100, none, 100, 100]);
	expect([...sumByRollout(four, [3, 2, 1, 0], values)]).toEqual([none, 5, none, 5]);
	expect([
		...sumByRollout(
			four,
			[0],
			values.map((v) => -2 * v),
		),
	]).toEqual([-10]);
});
