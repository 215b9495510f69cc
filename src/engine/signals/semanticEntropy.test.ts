import { expect, it } from "vitest";
import { meanSemanticEntropy, semanticEntropy } from "./semanticEntropy";

it("is the entropy of strategy counts in nats", () => {
	expect(Math.abs(semanticEntropy([3, 2, 1]) - 1.011404)).toBeLessThanOrEqual(6e-7);
	expect(Math.abs(semanticEntropy([3, 2, 1]) / Math.LN2 - 1.459148)).toBeLessThanOrEqual(6e-7);
	expect(semanticEntropy([0, 5])).toBe(0);
	expect(semanticEntropy([])).toBe(0);
});

it("averages over groups, by planning tokens where there are some and by whole responses where there are none", () => {
	// Two groups of two: plans 1 and 2 | 1 and 1; the second group's other token differs; token 3 is the environment's.
	const batch = {
		T: 2,
		tokens: Int32Array.of(1, 3, 2, 3, 1, 0, 1, 4),
		actionMask: Uint8Array.of(1, 0, 1, 0, 1, 1, 1, 1),
		lengths: Int32Array.of(2, 2, 2, 2),
		groupIds: Int32Array.of(0, 0, 1, 1),
	};
	const kinds = ["other", "plan", "plan", "reply", "other"];
	expect(Math.abs(meanSemanticEntropy(batch, kinds) - Math.LN2 / 2)).toBeLessThanOrEqual(1e-12);
	expect(Math.abs(meanSemanticEntropy(batch) - Math.LN2)).toBeLessThanOrEqual(1e-12);
});
