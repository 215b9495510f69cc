import { describe, expect, it } from "vitest";
import { faultsOf } from "../../testing/traceCheck";
import type { RolloutBatch } from "../rollouts/batch";
import type { Creditor } from "./method";
import {
	log,
	type Node,
	reduceToRollouts,
	rolloutSignal as signalOfRollout,
	spanInput,
	spread,
	spreadToSpans,
	sub,
	tokenInput,
} from "./ops";
import { STEPS } from "./partition";
import { METHODS } from "./registry";
import { batchOf, rolloutSignal, spansOfRows, tokenSignal } from "./testing";
import { traceOf } from "./traceOps";

function equations(id: string, batch: RolloutBatch, rollout: number, token: number, params = {}) {
	const { steps, equation } = traceOf(METHODS.find((method) => method.id === id)!, params, batch, rollout, token);
	return [...steps.map((step) => step.equation), equation];
}

/** The sum of a rollout's rewards, less 1, at every token. */
const paysOnce: Creditor = {
	id: "paysOnce",
	params: {},
	needs: () => [],
	estimate: () => ({ terms: { outcome: spread(sub(reduceToRollouts(tokenInput("rewards"), "sum"), 1)) } }),
};

describe("a trace writes the arithmetic of one token with its numbers", () => {
	const group = batchOf([
		{ tokens: [5, 7], reward: 1 },
		{ tokens: [5, 8], reward: 0 },
	]);
	it("statistics of the group, and who shares a prefix", () =>
		expect(equations("tempo", group, 0, 1, { eps: 0 })).toEqual([
			"returns = 1",
			"outcome = (x − mean) / (sd (n − 1) + 0) = (1 − 0.5) / 0.707107 = 0.707107",
			"x3 = mean (1) = 1",
			"x4 = mean (1, 0) = 0.5",
			"x5 = x3 − x4 = 1 − 0.5 = 0.5",
			"x6 = standard deviation, n − 1, (1, 0) = 0.707107",
			"x7 = x6 + 0 = 0.707107 + 0 = 0.707107",
			"x8 = x7 as x6 is not 0 = 0.707107",
			"td = x5 / x8 = 0.5 / 0.707107 = 0.707107",
			"A = outcome + td = 0.707107 + 0.707107 = 1.41421",
		]));
	it("recursions with what comes next, and values beyond the edge", () => {
		const valued = batchOf([{ rewards: [0, 1], values: [0.25, 0.5] }]);
		expect(equations("gae", valued, 0, 0, { lambda: 0.5, bootstrap: false })).toEqual([
			"rewards = 0",
			"x2 = values of the next one = 0.5",
			"x3 = rewards + x2 = 0 + 0.5 = 0.5",
			"values = 0.25",
			"td = x3 − values = 0.5 − 0.25 = 0.25",
			"x6 = td + 0.5 · next = 0.25 + 0.5 · 0.5 = 0.5",
			"later = x6 − td = 0.5 − 0.25 = 0.25",
			"A = td + later = 0.25 + 0.25 = 0.5",
		]);
		expect(equations("gae", valued, 0, 1, { bootstrap: false })[1]).toBe("x2 = 0 beyond the edge = 0");
	});
	it("sums over spans, the smallest to come, and choices", () => {
		const steps = {
			...spansOfRows([
				[
					[0, 1],
					[1, 2],
				],
			]),
			reward: Float64Array.of(0.5, -0.25),
		};
		const lines = equations("pure", batchOf([{ length: 2 }], { steps }), 0, 0, { form: "min" });
		expect(lines).toContain("x6 = min(x5, next) = min(0.5, −0.25) = −0.25");
		expect(lines).toContain("x7 = smallest (0.5, −0.25) = −0.25");
		expect(lines).toContain("process = x6 as x9 is not 0 = −0.25");
	});
	it("nothing of a product that is 0 but why", () => {
		const signals = {
			planning: tokenSignal(group, [
				[0, 1],
				[0, 0],
			]),
		};
		expect(equations("hicra", { ...group, signals }, 0, 0)).toEqual([
			"returns = 1",
			"outcome = x − mean = 1 − 0.5 = 0.5",
			"planning = 0",
			"x4 = planning · … = 0 · … = 0",
			"A = outcome + planning (x4) = 0.5 + 0 = 0.5",
		]);
	});
	it("what a group of one gets is its own number, not one that was compared", () => {
		const alone = batchOf([{ length: 1, reward: 3 }]);
		const outcome = (id: string, params = {}) => equations(id, alone, 0, 0, { singleton: "raw", ...params })[1];
		expect(outcome("drGrpo")).toBe("outcome = one alone: x = 3");
		expect(outcome("grpo", { eps: 0.5 })).toBe("outcome = one alone: x / (1 + 0.5) = 3 / (1 + 0.5) = 2");
		const drGrpo = METHODS.find(({ id }) => id === "drGrpo")!;
		expect(faultsOf(traceOf(drGrpo, { singleton: "raw" }, alone, 0, 0))).toEqual([]);
		expect(outcome("grpo", { singleton: "zero" })).toMatch(/ = one alone = 0$/);
	});
	it("a long list with the number that is paid last, and digits that a difference needs", () => {
		const long = batchOf([{ rewards: [0, 0, 0, 0, 0, 0, 0, 0, 1] }, { rewards: [0] }]);
		const { steps } = traceOf(paysOnce, {}, long, 0, 0);
		expect(steps.at(-2)).toMatchObject({
			equation: "x1 = sum of rewards = sum (0 × 8, 1) = 1",
			members: [0, 0, 0, 0, 0, 0, 0, 0, 1],
		});
		const uneven = batchOf([{ rewards: [1, 2, 3, 4, 5, 6, 6, 8, 9, 10, 11] }]);
		expect(traceOf(paysOnce, {}, uneven, 0, 0).steps[0]!.equation).toBe(
			"x1 = sum of rewards = sum (1, 2, 3, 4, … 3 more …, 8, 9, 10, 11) = 65",
		);
		const near = batchOf([{ rewards: [1.00000075] }]);
		expect(traceOf(paysOnce, {}, near, 0, 0).equation).toBe("A = outcome = 7.5e−7");
		expect(traceOf(paysOnce, {}, near, 0, 0).steps.at(-1)!.equation).toBe("outcome = x1 − 1 = 1.00000075 − 1 = 7.5e−7");
	});
	it("and says why there is no number", () => {
		const masked = batchOf([{ length: 2, mask: [1, 0], reward: 1 }]);
		expect(equations("grpo", masked, 0, 1).at(-1)).toBe("A = 0: the policy did not write this token.");
		expect(equations("grpo", masked, 0, 0, { singleton: "skip" }).at(-1)).toBe("The method does not score this token.");
		const valued = batchOf([{ rewards: [0, 0, 1], values: [0.1, Number.NaN, 0.3] }]);
		const why = (token: number) => equations("gae", valued, 0, token, { bootstrap: false }).at(-1);
		expect(why(0)).toBe("A is not known, because values has no number for token 1.");
		expect(why(2)).toBe("A = td + later = 0.7 + 0 = 0.7");
		const unpaid = { ...group, ids: ["a", "b"], returns: Float64Array.of(1, Number.NaN) };
		expect(equations("grpo", unpaid, 0, 0).at(-1)).toBe("A is not known, because returns has no number for rollout b.");
		expect(equations("grpo", unpaid, 1, 0).at(-1)).toBe(
			"A is not known, because returns has no number for this rollout.",
		);
		const steps = spansOfRows([
			[
				[0, 1],
				[1, 2],
			],
		]);
		const stepped = batchOf([{ length: 2 }], { steps: { ...steps, reward: Float64Array.of(0.5, Number.NaN) } });
		const ofSteps = (of: Node<"span">): Creditor => ({
			...paysOnce,
			estimate: () => ({ terms: { process: spread(of) } }),
		});
		const paid = spanInput("reward", STEPS);
		expect(traceOf(ofSteps(paid), {}, stepped, 0, 0).equation).toBe("A = process (reward) = 0.5");
		expect(traceOf(ofSteps(paid), {}, stepped, 0, 1).equation).toBe(
			"A is not known, because reward has no number for step 1.",
		);
		expect(traceOf(ofSteps(log(sub(0, spanInput("index", STEPS)))), {}, stepped, 0, 1).equation).toBe(
			"A is not known: log gives no number here.",
		);
		const second = { ...batchOf([{ length: 2 }, { length: 2 }, { length: 2 }]), ids: ["a", "b", "c"] };
		const early = {
			...second,
			steps: spansOfRows([[[0, 2]], [[0, 2]], [[0, 2]]]),
			signals: { start: rolloutSignal([0, 0, Number.NaN]) },
		};
		const spreadTwice = ofSteps(spreadToSpans(signalOfRollout("start"), STEPS));
		expect(traceOf(spreadTwice, {}, early, 2, 0).equation).toBe(
			"A is not known, because start has no number for this rollout.",
		);
		expect(() => equations("grpo", masked, 0, 2)).toThrow("There is no token 2: the rollout has 2 tokens.");
	});
});
