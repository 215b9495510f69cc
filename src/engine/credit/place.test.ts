import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import type { RolloutBatch } from "../rollouts/batch";
import { PROVIDERS } from "../signals/registry";
import { defaultsOf } from "../spec/params";
import type { AnyMethod, Need } from "./method";
import { needKey } from "./needs";
import { batchOfRandom, type RandomRow, randomRow } from "./randomBatch";
import { METHODS } from "./registry";
import { creditBy } from "./run";

/** Two groups of four without holes, paid on the way, each of two steps of three or four tokens. */
function paidOnTheWay(seed: number): RandomRow[] {
	const rng = Rng.of(seed);
	return [0, 0, 0, 0, 1, 1, 1, 1].map((group) => {
		const row = randomRow(rng, group, { length: 7 });
		return { ...row, mask: Array<number>(7).fill(1), rewards: Array.from({ length: 7 }, () => rng.uniform()) };
	});
}
const SEEDS = [1, 2, 3];
const STEPS = [
	[0, 4],
	[4, 7],
] as const;

/** Credit of each rollout, token by token; NaN where it is not scored. */
function creditOf(method: AnyMethod, rows: readonly RandomRow[]): number[][] {
	const batch: RolloutBatch = batchOfRandom(rows);
	const { advantage } = creditBy(method, {}, batch);
	return rows.map((_, b) => [...advantage.subarray(b * batch.T, b * batch.T + 7)]);
}

/** Whether all that are scored share one number. */
function isOne(row: readonly number[]): boolean {
	const known = row.filter((a) => !Number.isNaN(a));
	return known.every((a) => Math.abs(a - known[0]!) <= 1e-9 * Math.max(1, Math.abs(a)));
}
const needsOf = (method: AnyMethod): readonly Need[] => method.needs(defaultsOf(method.params));
/** Whether every provider of it asks a model. */
function isDear(need: Need): boolean {
	const able = PROVIDERS.filter(({ provides }) => provides.some((given) => needKey(given) === needKey(need)));
	return able.length > 0 && able.every(({ cost }) => cost !== "arithmetic");
}
const readsSteps = (need: Need) =>
	"stepField" in need || ("field" in need && (need.field === "steps" || need.field === "turns"));

describe.each(METHODS.map((method) => [method.id, method] as const))("the place of %s", (_, method) => {
	const { unit, source, extra, offPolicy } = method.place;
	const needs = needsOf(method);
	const rollouts = () => SEEDS.flatMap((seed) => creditOf(method, paidOnTheWay(seed)));
	it("has the unit of its numbers", () => {
		if (unit === "rollout") return expect(rollouts().every(isOne)).toBe(true);
		expect(rollouts().every(isOne)).toBe(false);
		const inSteps = rollouts().flatMap((row) => STEPS.map(([start, end]) => row.slice(start, end)));
		if (unit === "token") expect(inSteps.every(isOne)).toBe(false);
		else if (needs.some(readsSteps)) expect(inSteps.every(isOne)).toBe(true);
		// Segments of other cuts: neighbours within one are alike.
		else expect(rollouts().some((row) => row.some((a, t) => a !== 0 && a === row[t + 1]))).toBe(true);
	});
	if (unit === "branch")
		it("gives rollouts that walk the same branches the same numbers, whatever they earned", () => {
			const [first, ...others] = paidOnTheWay(4);
			const twin = { ...first!, rewards: first!.rewards!.map((r) => r + 1) };
			const [a, b] = creditOf(method, [first!, twin, ...others]);
			expect(b).toEqual(a);
		});
	it("is made from what it reads", () => {
		expect(source === "rollouts alone").toBe(needs.length === 0);
		const values = needs.some((need) => "field" in need && need.field === "values");
		if (values) expect(source).toBe("values of prefixes");
		const said = needs.some(
			(need) => "stepField" in need && (need.stepField === "label" || need.stepField === "votes"),
		);
		if (said) expect(source).toBe("a judge of steps");
		if (source === "a judge of steps") expect(needs.some((need) => "stepField" in need)).toBe(true);
		if (source === "steps, states or marks")
			expect(needs.some((need) => readsSteps(need) || "signal" in need)).toBe(true);
		if (needs.some(isDear)) expect(extra).not.toBe("none");
		expect(extra === "a judge").toBe(source === "a judge of steps");
		expect(offPolicy).toBe(needs.some((need) => "signal" in need && need.signal === "currentLogProbs"));
	});
});
