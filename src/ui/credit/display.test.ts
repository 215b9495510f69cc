import { expect, it } from "vitest";
import { PRESETS } from "../../engine/spec/presets";
import { makeBatch } from "../../testing/fakeTrainer";
import { comparisonOf } from "../comparison";
import type { Latest, Run } from "../stores/run";
import { displayOf } from "./display";

const spec = PRESETS[0]!.spec;
const latest: Latest = { step: 1, spec, ...makeBatch({ groups: 2, size: 2, T: 5, seed: 7 }) };
const { T, lengths } = latest.batch;
/** The exact advantage of group 0 is half of GRPO's credit for its first token and nothing elsewhere. */
const truths = [0, 1].map((b) => {
	const advantage = new Float64Array(lengths[b] as number);
	advantage[0] = (latest.credit.advantage[b * T] as number) / 2;
	return { advantage };
});
const exact = { of: latest, groups: new Map([[0, { ok: true, truths, mode: "enumerate", uncertainty: 0 }]]) };
const comparison = comparisonOf(latest, 0, null, [], exact as unknown as Run["exact"]);
const view = {
	granularity: "token",
	method: null,
	alignment: "raw",
	errors: true,
	exact: true,
	scale: "asinh",
	lock: null,
	head: 0,
} as const;

it("puts the signed error under the selected method, named by its alignment", () => {
	const { rows, error } = displayOf(comparison, view);
	expect(rows.map((row) => row.id)).toEqual(["exact", "grpo", "error"]);
	expect(error?.label).toBe("error raw");
	const A = latest.credit.advantage;
	expect(Math.abs((error?.values[0] ?? Number.NaN) - (A[0] as number) / 2)).toBeLessThanOrEqual(1e-12);
	expect(Math.abs((error?.values[1] ?? Number.NaN) - (A[1] as number))).toBeLessThanOrEqual(1e-12);
	// The other group's truth is not known, and token 2 is the environment's.
	expect(error?.values[2 * T]).toBeNaN();
	expect(error?.values[2]).toBeNaN();
	expect(displayOf(comparison, { ...view, alignment: "factor" }).error?.label).toMatch(/^error ×0\.\d+$/);
});

it("sums credit and error over a rollout, and is the same object for the same question", () => {
	const display = displayOf(comparison, { ...view, granularity: "rollout" });
	const A = latest.credit.advantage;
	const tokens = [0, 1, 3, 4].filter((t) => t < (lengths[0] as number));
	const sum = tokens.reduce((s, t) => s + (A[t] as number), 0);
	expect(Math.abs((display.trained.values[0] ?? Number.NaN) - sum)).toBeLessThanOrEqual(1e-12);
	expect(Math.abs((display.error?.values[1] ?? Number.NaN) - (sum - (A[0] as number) / 2))).toBeLessThanOrEqual(1e-12);
	expect(displayOf(comparison, { ...view, granularity: "rollout" })).toBe(display);
});

it("hides the exact row, and still knows the error", () => {
	const { rows, error, exact: known } = displayOf(comparison, { ...view, exact: false });
	expect(rows.map((row) => row.id)).toEqual(["grpo", "error"]);
	expect(error?.values[0]).toBe(displayOf(comparison, view).error?.values[0]);
	expect(known).not.toBeNull();
});

it("has no error row where nobody wants it or exact is not known", () => {
	expect(displayOf(comparison, { ...view, errors: false }).error).toBeNull();
	expect(displayOf(comparisonOf(latest, 1), view).rows.map((row) => row.id)).toEqual(["grpo"]);
});

it("colours every row in its own range, in proportion where that is asked for, and all in one once locked", () => {
	const steps = (change: Partial<typeof view> | { scale: "linear" } | { lock: number }, x: number) =>
		displayOf(comparison, { ...view, ...change }).rows.map((row) => row.scale.step(x));
	const { rows, commonLimit } = displayOf(comparison, view);
	const limits = rows.map((row) => row.scale.limit);
	expect(limits[1]).toBeGreaterThan(limits[0] as number);
	expect(commonLimit / Math.max(...limits)).toBeGreaterThanOrEqual(1);
	expect(commonLimit / Math.max(...limits)).toBeLessThanOrEqual(1.1);
	const limit = limits[1] as number;
	// Half the limit is half way to the end: 8 of 16 steps; by asinh it is further.
	expect(steps({ scale: "linear" }, limit / 2)[1]).toBe(24);
	expect(steps({}, limit / 2)[1]).toBeGreaterThan(24);
	expect(steps({ lock: 8 }, 8)).toEqual([32, 32, 32]);
	// asinh(1) / asinh(4) = 0.8814 / 2.0947 = 0.4208, of 16 steps 6.73.
	expect(steps({ lock: 8 }, -2)).toEqual([9, 9, 9]);
	expect(steps({ lock: 8, scale: "linear" }, -2)).toEqual([12, 12, 12]);
});
