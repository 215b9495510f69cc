import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { methodError, methodFidelity } from "./ranking";

const close = (a: number | undefined, b: number, by = 1e-12) =>
	expect(Math.abs((a ?? Number.NaN) - b)).toBeLessThanOrEqual(by);

const batchOf = (groups: readonly number[], T: number) => ({
	B: groups.length,
	T,
	lengths: new Int32Array(groups.length).fill(T),
	actionMask: new Uint8Array(groups.length * T).fill(1),
	groupIds: Int32Array.from(groups),
});

describe("methodFidelity", () => {
	it("gives the worked numbers of two groups", () => {
		// e = 2,4 | 0,0 and A = 1,1 | 1,−1. c = 6/20 = 0.3; errors −0.4, 0.2, −1, 1: Σ² = 0.16+0.04+1+1 = 2.2.
		const got = methodFidelity(batchOf([0, 1], 2), [2, 4, 0, 0], [1, 1, 1, -1], 0.5);
		close(got?.factor, 0.3);
		close(got?.error.value, Math.sqrt(2.2 / 4));
		close(methodError(batchOf([0, 1], 2), [2, 4, 0, 0], [1, 1, 1, -1]), Math.sqrt(2.2 / 4));
		expect(methodError(batchOf([0], 2), [2, 4], [Number.NaN, Number.NaN])).toBeNaN();
		// Means 1.5 and 0.5: Σ eA − n·ē·Ā = 6 − 3 = 3; 20 − 9 = 11; 4 − 1 = 3.
		close(got?.correlation.value, 3 / Math.sqrt(33));
		// Right, right, half, half.
		close(got?.signs.value, 0.75);
		expect(got).toMatchObject({ coverage: 1, unit: "groups", units: 2, decisive: 4 });
	});

	it("looks at signs where the advantage reaches the threshold, and counts zero credit as half right", () => {
		// Decisive from 0.1: 0.4 right, −0.2 wrong, −0.6 right, 0.1 without credit; 0.05 is not decisive.
		const [truth, estimate] = [
			[0.4, -0.2, 0.05, 0, -0.6, 0.1],
			[0.3, 0.1, -0.05, 0, -0.5, 0],
		];
		const got = methodFidelity(batchOf([0, 0], 3), estimate, truth, 0.1);
		close(got?.signs.value, 2.5 / 4);
		expect(got).toMatchObject({ unit: "rollouts", units: 2, decisive: 4 });
	});

	it("counts what was not scored as zero credit and says how much was", () => {
		const got = methodFidelity(batchOf([0], 2), [1, Number.NaN], [1, 1], 0.5);
		close(got?.error.value, Math.sqrt(1 / 2));
		close(got?.signs.value, 0.75);
		close(got?.coverage, 0.5);
	});

	it("has an interval that holds the value and shrinks with more groups", () => {
		const random = Rng.of(7);
		const of = (groups: number) => {
			const truth = Float64Array.from({ length: 4 * groups }, () => random.normal());
			const estimate = truth.map((a) => a + random.normal());
			return methodFidelity(batchOf([...Array(groups).keys()], 4), estimate, truth, 0)!.correlation;
		};
		const [few, many] = [of(8), of(128)];
		for (const r of [few, many]) {
			expect(r.lo).toBeLessThanOrEqual(r.value);
			expect(r.value).toBeLessThanOrEqual(r.hi);
		}
		expect(many.hi - many.lo).toBeLessThanOrEqual((few.hi - few.lo) / 2);
		// corr(a, a + noise) = 1/√2.
		close(many.value, Math.SQRT1_2, 0.1);
	});

	it("says nothing where nothing is known, and no correlation where nothing varies", () => {
		expect(methodFidelity(batchOf([0], 1), [1], [Number.NaN], 0)).toBeNull();
		expect(methodFidelity(batchOf([0], 3), [1, 1, 1], [0.1, 0.2, 0.3], 0)?.correlation.value).toBeNaN();
	});
});
