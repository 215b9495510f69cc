import { expect } from "vitest";
import type { Gradient } from "../engine/credit/method";
import type { Relation } from "./exactRelation";

/** Holds a measured mean gradient against what is stated of it, within what sampling explains. @param sizes rollouts of a group and of a batch. */
export function expectGradient(
	stated: Gradient,
	{ factor, factorError, rest, noise }: Relation,
	sizes: { readonly group: number; readonly batch: number },
): void {
	if (typeof stated === "number") {
		expect(rest).toBeGreaterThanOrEqual(2.5 * noise);
		const cosine = Math.sign(factor) / Math.sqrt(1 + rest ** 2 - noise ** 2);
		// The rounding of what is stated, and three standard errors of the rest.
		expect(Math.abs(cosine - stated)).toBeLessThanOrEqual(0.0005 + 3 * noise * rest * Math.abs(cosine) ** 3);
		return;
	}
	// What is left of 20 free numbers is mostly that of the first few: 2.5 are that many standard deviations of one.
	expect(rest).toBeLessThanOrEqual(2.5 * noise);
	expect(factor).toBeGreaterThan(0);
	if (stated === "scaled") return;
	const n = stated === "groupMean" ? sizes.group : stated === "batchMean" ? sizes.batch : Infinity;
	expect(Math.abs(factor - (1 - 1 / n))).toBeLessThanOrEqual(4 * factorError);
	expect(factorError).toBeLessThanOrEqual(0.02);
}
