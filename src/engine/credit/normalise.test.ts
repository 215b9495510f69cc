import { describe, expect, it } from "vitest";
import { CpuOps } from "./cpuOps";
import { type Normaliser, normalise, rolloutInput, spanInput } from "./ops";
import { STEPS } from "./partition";
import { batchOf, spansOfRows } from "./testing";

const OPTIONS: Normaliser = {
	within: "group",
	center: "mean",
	scale: "none",
	eps: 0.5,
	epsOn: "sd",
	singleton: "zero",
};
/** Returns 1, 2, 4 in one group: mean 7/3, of the others 3, 5/2, 3/2; variances 7/3 and 14/9. Return 3 alone in another. */
const BATCH = batchOf([{ reward: 1 }, { reward: 2 }, { reward: 4 }, { reward: 3, group: 1 }]);
const of = (options: Partial<Normaliser>) => [
	...new CpuOps(BATCH).value(normalise(rolloutInput("returns"), { ...OPTIONS, ...options })),
];
const [SD1, SD0] = [1.5275252316519468, 1.247219128924647];

/** Options, then what the group of three and the group of one get, by hand. */
const CASES: readonly (readonly [Partial<Normaliser>, readonly number[], number])[] = [
	[{ center: "none" }, [1, 2, 4], 3],
	[{ center: "mean" }, [-4 / 3, -1 / 3, 5 / 3], 0],
	[{ center: "mean", singleton: "raw" }, [-4 / 3, -1 / 3, 5 / 3], 3],
	[{ center: "loo" }, [-2, -0.5, 2.5], 0],
	[{ center: "none", scale: "sd1" }, [1, 2, 4].map((x) => x / (SD1 + 0.5)), 0],
	[{ center: "none", scale: "sd0", singleton: "raw" }, [1, 2, 4].map((x) => x / (SD0 + 0.5)), 3 / 1.5],
	[{ scale: "sd1" }, [-4 / 3, -1 / 3, 5 / 3].map((x) => x / (SD1 + 0.5)), 0],
	[{ scale: "sd0", singleton: "raw" }, [-4 / 3, -1 / 3, 5 / 3].map((x) => x / (SD0 + 0.5)), 2],
	[{ center: "loo", scale: "sd1", eps: 0 }, [-2, -0.5, 2.5].map((x) => x / SD1), 0],
	[{ scale: "sd1", epsOn: "variance" }, [-4 / 3, -1 / 3, 5 / 3].map((x) => x / Math.sqrt(7 / 3 + 0.5)), 0],
	[{ within: "batch" }, [-1.5, -0.5, 1.5], 0.5],
];

describe("the normaliser", () => {
	it.each(CASES)("%j", (options, three, alone) => {
		of(options).forEach((got, i) => {
			expect(Math.abs(got - [...three, alone][i]!)).toBeLessThanOrEqual(1e-14);
		});
	});
	it("compares by state, by place and by key", () => {
		const steps = {
			...spansOfRows([
				[
					[0, 1],
					[1, 2],
				],
				[
					[0, 1],
					[1, 2],
				],
			]),
			reward: Float64Array.of(1, 2, 5, 8),
			stateKeys: ["a", "b", "b", null],
		};
		const batch = batchOf([{ length: 2 }, { length: 2 }], { steps });
		const x = spanInput("reward", STEPS);
		const by = (options: Partial<Normaliser>, over = {}) => [
			...new CpuOps(batch).value(normalise(x, { ...OPTIONS, singleton: "raw", ...options }, over)),
		];
		expect(by({ by: "state" })).toEqual([1, -1.5, 1.5, 8]);
		expect(by({ by: "rank" })).toEqual([-2, -3, 2, 3]);
		expect(by({ by: "key" }, { key: spanInput("index", STEPS) })).toEqual([-2, -3, 2, 3]);
		expect(by({ within: "rollout" })).toEqual([-0.5, 0.5, -1.5, 1.5]);
	});
});
