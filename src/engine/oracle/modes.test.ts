import { describe, expect, it } from "vitest";
import { agreementOn, smallestOf } from "../../testing/oracleProof";
import { TASKS } from "../tasks/registry";

/** A sample of what `npm run prove -- oracle` measures with 200 repeats. */
const SIZE = { prompts: 1, responses: 2, repeats: 4, samples: 16 };
let inside = 0;
let intervals = 0;

describe("modes of the oracle", () => {
	it.each(TASKS.map((definition) => [definition.id, definition] as const))("agree on %s", async (_, definition) => {
		const a = await agreementOn(smallestOf(definition), SIZE);
		expect(a.modes.length).toBeGreaterThanOrEqual(3);
		for (const worst of [a.difference, a.weighed, a.telescoped, a.outside]) expect(worst).toBeLessThanOrEqual(1e-9);
		inside += a.inside;
		intervals += a.intervals;
	});

	it("hold the exact value in about 95 of 100 Monte Carlo intervals, over all tasks", () => {
		expect(intervals).toBeGreaterThan(100);
		// Intervals of one rollout go together, so the sample is worth less than its number.
		expect(inside / intervals).toBeGreaterThanOrEqual(0.85);
	});
});
