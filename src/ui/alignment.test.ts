import { describe, expect, it } from "vitest";
import type { RolloutBatch } from "../engine/rollouts/batch";
import { alignByFactor } from "./alignment";

const batchOf = (mask: number[]) => ({ actionMask: Uint8Array.from(mask) }) as unknown as RolloutBatch;
const near = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12);

describe("alignByFactor", () => {
	it("finds the factor by least squares and leaves its error", () => {
		// By hand: Σ m·e = 2·1 + 2·0 = 2, Σ m² = 8, factor 0.25; errors 0.5 − 1 and 0.5 − 0.
		const { factor, error, rmse } = alignByFactor(batchOf([1, 1]), Float64Array.of(2, 2), Float64Array.of(1, 0));
		near(factor, 0.25);
		near(error[0] as number, -0.5);
		near(error[1] as number, 0.5);
		near(rmse, 0.5);
	});

	it("makes no error of a constant factor, whatever its size", () => {
		const exact = Float64Array.of(1, -2, 0.5);
		const { rmse, signAgreement } = alignByFactor(
			batchOf([1, 1, 1]),
			exact.map((e) => 7 * e),
			exact,
		);
		near(rmse, 0);
		expect(signAgreement).toBe(1);
	});

	it("counts neither masked nor absent tokens, and signs only where credit decides", () => {
		const method = Float64Array.of(1, -1, 5, Number.NaN);
		const exact = Float64Array.of(1, 0.01, 9, 1);
		const { error, signAgreement } = alignByFactor(batchOf([1, 1, 0, 1]), method, exact);
		expect([error[2], error[3]]).toEqual([Number.NaN, Number.NaN]);
		expect(signAgreement).toBe(1);
	});

	it("leaves the whole exact advantage as the error of a method that pays nothing", () => {
		const { factor, error } = alignByFactor(batchOf([1, 1]), Float64Array.of(0, 0), Float64Array.of(1, -1));
		expect(factor).toBeNaN();
		expect([...error]).toEqual([-1, 1]);
	});
});
