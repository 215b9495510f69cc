import { describe, expect, it } from "vitest";
import { creditCosine, creditFidelity, gradientFidelity, marginRanking, signAccuracy } from "./scores";

const truth = [0.4, -0.2, 0, 0, -0.6, 0.1];
const estimate = [0.3, 0.1, -0.05, 0, -0.5, 0];
const scored = { estimate, truth, group: [0, 0, 0, 0, 0, 0], threshold: 0.1 };

describe("credit fidelity", () => {
	it("scores six tokens as worked by hand", () => {
		expect(Math.abs(creditCosine(estimate, truth) - 0.892366)).toBeLessThanOrEqual(5e-7);
		// 14 pairs differ by the margin: 10 in order, one tied, three not: 2·10.5/14 − 1.
		expect(Math.abs(marginRanking(scored) - 0.5)).toBeLessThanOrEqual(1e-12);
		// Pivotal: 0.4 right, −0.2 wrong, −0.6 right, 0.1 without credit: 2·2.5/4 − 1.
		expect(Math.abs(signAccuracy(scored) - 0.25)).toBeLessThanOrEqual(1e-12);
		expect(Math.abs(creditFidelity(scored, 1.2) - (0.892366 + 0.5 + 0.25 + 1) / 4)).toBeLessThanOrEqual(5e-7);
	});

	it("gives exact credit 1, its negation −1 and zero credit 0 where it should", () => {
		const score = (e: readonly number[]) => {
			const s = { ...scored, estimate: e };
			return [creditCosine(e, truth), marginRanking(s), signAccuracy(s)];
		};
		for (const [factor, wanted] of [
			[10, 1],
			[-1, -1],
			[0, 0],
		] as const)
			for (const value of score(truth.map((a) => factor * a)))
				expect(Math.abs(value - wanted)).toBeLessThanOrEqual(1e-12);
	});

	it("compares tokens within a group only", () => {
		const apart = { estimate: [1, 0], truth: [0, 1], group: [0, 1], threshold: 0.1 };
		expect(marginRanking(apart)).toBeNaN();
		expect(marginRanking({ ...apart, group: [0, 0] })).toBe(-1);
	});

	it("measures gradients against exact credit on the same blocks", () => {
		const root = Math.SQRT1_2;
		expect(Math.abs(gradientFidelity([[1, 1]], [[1, 0]], [1, 0]) - root)).toBeLessThanOrEqual(1e-12);
		expect(Math.abs(gradientFidelity([[1, 0]], [[1, 1]], [1, 0]) - 1 / root)).toBeLessThanOrEqual(1e-12);
	});
});
