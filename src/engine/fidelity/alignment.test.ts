import { describe, expect, it } from "vitest";
import { same } from "../../testing/near";
import { alignedError } from "./alignment";

describe("alignedError", () => {
	// e = (2, 4, 0), A = (1, 1, 1): Σ eA = 6, Σ e² = 20, c = 0.3.
	it("subtracts as is, or after the best single factor", () => {
		const [e, A] = [
			[2, 4, 0],
			[1, 1, 1],
		];
		same(alignedError(e, A, "raw").error, [1, 3, -1]);
		const { factor, error } = alignedError(e, A, "factor");
		expect(Math.abs(factor - 0.3)).toBeLessThanOrEqual(1e-12);
		same(error, [-0.4, 0.2, -1]);
	});

	it("does not turn a method round that is wrong in sign", () => {
		const { factor, error } = alignedError([-1, -2], [1, 2], "factor");
		expect(factor).toBe(0);
		same(error, [-1, -2]);
	});

	it("compares places, ties sharing their mean", () => {
		// Places of e: 5→2, 1→0.5, 1→0.5, of A: 3→2, 2→1, 1→0; over half = 1, minus 1.
		same(alignedError([5, 1, 1], [3, 2, 1], "rank").error, [0, -0.5, 0.5]);
		same(alignedError([7], [3], "rank").error, [0]);
	});

	it("leaves out what either does not know", () => {
		const got = alignedError([2, Number.NaN, 1], [1, 5, Number.NaN], "factor");
		same(got.error, [0, Number.NaN, Number.NaN]);
		expect(got).toMatchObject({ factor: 0.5, count: 1 });
	});

	it("refuses unequal lengths", () => {
		expect(() => alignedError([1], [1, 2], "raw")).toThrow("Credit has 1 tokens and the truth 2");
	});
});
