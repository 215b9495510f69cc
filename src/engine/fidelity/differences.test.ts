import { expect, it } from "vitest";
import { creditDifference } from "./differences";

/** Two groups of one rollout each, three tokens wide; the second token of the first is a reply, the second rollout has two tokens. */
const batch = {
	B: 2,
	T: 3,
	lengths: Int32Array.of(3, 2),
	actionMask: Uint8Array.of(1, 0, 1, 1, 1, 0),
	groupIds: Int32Array.of(7, 3),
};
const { NaN: none } = Number;

it("averages the size of differences within groups, then over groups", () => {
	// Group 7: |1 − 0| and |2 − 5|, mean 2. Group 3: |0 − 1| alone, since b did not score the other; mean 1.
	const a = [1, 9, 2, 0, 4, 9];
	const b = [0, -9, 5, 1, none, -9];
	const { groups, mean, error, correlation } = creditDifference(batch, a, b);
	expect([...groups]).toEqual([
		[7, 2],
		[3, 1],
	]);
	// Means 2 and 1: mean 1.5, deviation √½, error √½/√2 = ½.
	expect(mean).toBe(1.5);
	expect(error).toBeCloseTo(0.5, 12);
	// a = 1, 2, 0 and b = 0, 5, 1: means 1 and 2; Σ = 0·−2 + 1·3 + −1·−1 = 4; √(2·14).
	expect(correlation).toBeCloseTo(4 / Math.sqrt(28), 12);
});

it("is zero for the same credit, and says nothing where no token was scored by both", () => {
	const a = [1, 0, 2, 3, 4, 0];
	expect(creditDifference(batch, a, a)).toMatchObject({ mean: 0, error: 0 });
	const nothing = creditDifference(
		batch,
		a,
		a.map(() => none),
	);
	expect(nothing.groups.size).toBe(0);
	expect(nothing.mean).toBeNaN();
	const one = creditDifference(batch, a, [1, 0, 2, none, none, 0]);
	expect([one.mean, one.error]).toEqual([0, none]);
});
