import { describe, expect, it } from "vitest";
import { resolveParams } from "../spec/params";
import { preflog } from "./preflog";
import type { OfflineLog } from "./task";

function logOf(given: Record<string, unknown>): OfflineLog {
	const { offline } = preflog.build(resolveParams(preflog.params, given, "task preflog"));
	if (!offline) throw new Error("There is no log.");
	return offline;
}
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const share = (hits: readonly boolean[]) => hits.filter(Boolean).length / hits.length;

describe("preflog", () => {
	it("logs a policy of the stated skill, the same every time", () => {
		const log = logOf({});
		const rollouts = upTo(2000).map((i) => log.rollout(i));
		expect(logOf({}).rollout(17)).toEqual(rollouts[17]);
		const right = rollouts.flatMap(({ item, response }) =>
			response.map((sum, t) => sum === ((response[t - 1] ?? 0) + item.prompt[t]!) % 5),
		);
		// Four standard errors of 10,000 draws at 0.65.
		expect(Math.abs(share(right) - 0.65)).toBeLessThanOrEqual(0.02);
		// λ = .65 − .35/4 = .5625, success 1/5 + 4/5·λ⁵ = .24505.
		expect(Math.abs(share(rollouts.map((r) => r.reward === 1)) - 0.24505)).toBeLessThanOrEqual(0.04);
	});

	it("prefers the better return as often as Bradley and Terry say", () => {
		const temperature = 0.5;
		const pairs = upTo(2000).map((i) => logOf({ temperature }).pair(i));
		const unequal = pairs.filter(({ chosen, rejected }) => chosen.reward !== rejected.reward);
		const better = share(unequal.map(({ chosen, rejected }) => chosen.reward > rejected.reward));
		expect(unequal.length).toBeGreaterThan(500);
		// 1 / (1 + e⁻²) = .8808; four standard errors of 700 draws.
		expect(Math.abs(better - 0.8808)).toBeLessThanOrEqual(0.05);
		const turned = upTo(2000).map((i) => logOf({ temperature, flips: 0.5 }).pair(i));
		const chance = turned.filter(({ chosen, rejected }) => chosen.reward !== rejected.reward);
		const even = share(chance.map(({ chosen, rejected }) => chosen.reward > rejected.reward));
		expect(Math.abs(even - 0.5)).toBeLessThanOrEqual(0.08);
	});

	it("lets the two of a tree pair part where it says, of one prompt", () => {
		const log = logOf({ pairs: "tree" });
		for (const { chosen, rejected, shared } of upTo(300).map((i) => log.pair(i))) {
			expect(chosen.item).toEqual(rejected.item);
			expect(shared >= 1 && shared < 5).toBe(true);
			expect(chosen.response.slice(0, shared)).toEqual(rejected.response.slice(0, shared));
		}
		expect(logOf({}).pair(3).shared).toBe(0);
	});
});
