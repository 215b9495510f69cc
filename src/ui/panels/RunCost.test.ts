// @vitest-environment jsdom
import { expect, it } from "vitest";
import { PRESETS } from "../../engine/spec/presets";
import { costText, shortCost } from "./RunCost";

const spec = { ...PRESETS[0]!.spec, steps: 120 };
const cost = { parameters: 1, bytes: 12e6, flops: 1e9, tokens: 1 };

it("tells time and memory of a run before it is made, or that the time is not known", () => {
	expect(costText({ ...spec, warmStart: null }, cost, 3e9)).toBe(
		"About 40 s for 120 steps, and about 12 MB of memory.",
	);
	const warm = { success: 0.5, maxSteps: 10, learningRate: 0.1 };
	expect(costText({ ...spec, warmStart: warm } as typeof spec, cost, null)).toBe(
		"Takes about 12 MB of memory for 120 steps after a warm start; for how long is known here after a first run.",
	);
	expect([shortCost(spec, cost, 3e9), shortCost(spec, cost, null)]).toEqual([
		"about 40 s, 12 MB",
		"about 12 MB, time unknown",
	]);
	expect(costText(spec, null, 3e9)).toBe("The sizes of the policy do not fit together.");
});
