import fc from "fast-check";
import { expect, it } from "vitest";
import { spacedSteps } from "./spacedSteps";

it("has first and last step, rises, and never exceeds its limit", () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 2, max: 64 }), (last, limit) => {
			const steps = spacedSteps(last, limit);
			expect(steps.length).toBeLessThanOrEqual(limit);
			expect([steps[0], steps.at(-1)]).toEqual([1, last]);
			for (let i = 1; i < steps.length; i++) expect(steps[i]! - steps[i - 1]!).toBeGreaterThan(0);
		}),
	);
	expect(spacedSteps(100, 3)).toEqual([1, 10, 100]);
	expect(spacedSteps(1)).toEqual([1]);
});
