import { describe, expect, it } from "vitest";
import { residualAfterScaling } from "./residual";

describe("residualAfterScaling", () => {
	it("forgives a factor, and nothing else", () => {
		expect(residualAfterScaling([2, 0, -4], [1, 0, -2])).toBeLessThanOrEqual(1e-7);
		// A = (3, 4), e = (1, 0): k = 3 leaves (0, 4), and 4 / 5.
		expect(Math.abs(residualAfterScaling([1, 0], [3, 4]) - 0.8)).toBeLessThanOrEqual(1e-12);
		// A uniform credit of eight tokens of which one mattered: cos = 1/√8.
		const decisive = [0, 0, 1, 0, 0, 0, 0, 0];
		expect(
			Math.abs(residualAfterScaling(new Array<number>(8).fill(0.71), decisive) - Math.sqrt(7 / 8)),
		).toBeLessThanOrEqual(1e-12);
	});

	it("is 1 for credit that points the wrong way or says nothing, and NaN without a truth", () => {
		expect(residualAfterScaling([-1, -2], [1, 2])).toBe(1);
		expect(residualAfterScaling([0, 0], [1, 2])).toBe(1);
		expect(residualAfterScaling([Number.NaN, 1], [0, 1])).toBe(0);
		expect(residualAfterScaling([1, 2], [0, 0])).toBeNaN();
	});
});
