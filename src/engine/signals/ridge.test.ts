import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { distance } from "../credit/testing";
import { dualRidge, primalRidge, ridge, type SparseRow } from "./ridge";

/** Rows that hold some of the columns once or twice, and what they add up to. */
function problem(count: number, columns: number) {
	const rng = Rng.of(11);
	const rows = Array.from({ length: count }, (): SparseRow => {
		const some = Array.from({ length: columns }, (_, column) => column).filter(() => rng.uniform() < 0.4);
		return some.map((column) => [column, 1 + rng.integer(2)] as const);
	});
	return { rows, y: rows.map(() => rng.uniform() - 0.5) };
}

describe("ridge regression by rows", () => {
	it("finds what is found by hand", () => {
		// One row: w = x·y / (|x|² + λ).
		const one: SparseRow = [
			[0, 1],
			[1, 2],
			[2, 2],
		];
		expect(distance([[...dualRidge([one], [3], 4, 1)]], [[0.3, 0.6, 0.6, 0]])).toBeLessThanOrEqual(1e-15);
		// XXᵀ + ½I = (6.5 3; 3 11.5), determinant 65.75, α = (37.5, −15.5)/65.75.
		const two: readonly SparseRow[] = [
			[
				[0, 1],
				[1, 2],
				[3, 1],
			],
			[
				[1, 1],
				[2, 3],
				[3, 1],
			],
		];
		const want = [37.5, 59.5, -46.5, 22].map((x) => x / 65.75);
		for (const of of [dualRidge, primalRidge, ridge])
			expect(distance([[...of(two, [3, -1], 4, 0.5)]], [want])).toBeLessThanOrEqual(1e-15);
	});

	it.each([
		[20, 60, 1],
		[20, 60, 1e-2],
		[40, 41, 1],
		[30, 12, 1],
	])("is the regression by columns: %i rows, %i columns, λ %d", (count, columns, lambda) => {
		const { rows, y } = problem(count, columns);
		const [a, b] = [dualRidge(rows, y, columns, lambda), primalRidge(rows, y, columns, lambda)];
		expect(Math.max(...b.map(Math.abs))).toBeGreaterThan(0.01);
		expect(distance([[...a]], [[...b]])).toBeLessThanOrEqual(1e-12);
		expect(distance([[...ridge(rows, y, columns, lambda)]], [[...b]])).toBeLessThanOrEqual(1e-12);
	});

	it("holds for rows that say different things of the same choices, and leaves alone what no row has", () => {
		const same: SparseRow = [
			[0, 1],
			[2, 1],
		];
		// Mean ½ of two: (2·½·2)/(2·2 + λ) shared by two columns.
		const w = ridge([same, same], [1, 0], 5, 1e-2);
		const each = 1 / (4 + 1e-2);
		expect(distance([[...w]], [[each, 0, each, 0, 0]])).toBeLessThanOrEqual(1e-13);
	});
});
