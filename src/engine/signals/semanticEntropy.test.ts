import { expect, it } from "vitest";
import { semanticEntropy } from "./semanticEntropy";

it("is the entropy of strategy counts in nats", () => {
	expect(Math.abs(semanticEntropy([3, 2, 1]) - 1.011404)).toBeLessThanOrEqual(6e-7);
	expect(semanticEntropy([0, 5])).toBe(0);
	expect(semanticEntropy([])).toBe(0);
});
