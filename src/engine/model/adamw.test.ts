import { describe, expect, it } from "vitest";
import type { OptimizerPlan } from "../training/executor";
import { adamwStep, clipScale, createAdamState, learningRateAt } from "./adamw";
import type { ParameterLayout } from "./config";

const plan: OptimizerPlan = {
	learningRate: 0.1,
	beta1: 0.9,
	beta2: 0.99,
	eps: 0,
	weightDecay: 0.5,
	clipNorm: 0,
	warmupSteps: 0,
	decaySteps: 0,
	finalFraction: 1,
};
/** One decayed matrix of one number and one bias, 64 floats apart. */
const layout: ParameterLayout = {
	tensors: [
		{ name: "w", shape: [1, 1], offset: 0, length: 1, decay: true, init: "normal" },
		{ name: "b", shape: [1], offset: 64, length: 1, decay: false, init: "zeros" },
	],
	size: 128,
	count: 2,
};
const flat = (w: number, b: number) => {
	const out = new Float64Array(128);
	out[0] = w;
	out[64] = b;
	return out;
};

describe("AdamW by hand", () => {
	it("moves by lr·sign(g) at first, after shrinking the matrix by 1 − lr·λ", () => {
		const parameters = flat(2, 2);
		expect(adamwStep(layout, parameters, flat(3, -4), createAdamState(128), plan, 0.1)).toBe(5);
		// m/(1−β₁) = g, √(v/(1−β₂)) = |g|: 2·0.95 − 0.1 and 2 + 0.1.
		expect(Math.abs(parameters[0]! - 1.8)).toBeLessThanOrEqual(1e-14);
		expect(Math.abs(parameters[64]! - 2.1)).toBeLessThanOrEqual(1e-14);
	});

	it("corrects both moments at the second step", () => {
		const parameters = flat(0, 1);
		const state = createAdamState(128);
		adamwStep(layout, parameters, flat(0, 1), state, { ...plan, weightDecay: 0 }, 0);
		adamwStep(layout, parameters, flat(0, 3), state, { ...plan, weightDecay: 0, eps: 0.25 }, 0.1);
		// m = 0.9·0.1 + 0.1·3 = 0.39, v = 0.99·0.01 + 0.01·9 = 0.0999; corrections 0.19 and 0.0199.
		const expected = 1 - (0.1 * (0.39 / 0.19)) / (Math.sqrt(0.0999 / 0.0199) + 0.25);
		expect(Math.abs(parameters[64]! - expected)).toBeLessThanOrEqual(1e-14);
		expect(state.step).toBe(2);
	});

	it("scales a gradient of norm 5 to norm 1 before the moments, and leaves a small one alone", () => {
		const state = createAdamState(128);
		adamwStep(layout, flat(0, 0), flat(3, -4), state, { ...plan, clipNorm: 1 }, 0.1);
		expect(Math.abs(state.firstMoment[0]! - 0.06)).toBeLessThanOrEqual(1e-15);
		expect(Math.abs(state.secondMoment[64]! - 0.0064)).toBeLessThanOrEqual(1e-15);
		expect(clipScale(0.5, 1)).toBe(1);
		expect(clipScale(5, 0)).toBe(1);
	});

	it("changes nothing when the gradient is not finite", () => {
		for (const bad of [Number.NaN, Infinity]) {
			const parameters = flat(1, 1);
			const state = createAdamState(128);
			expect(Number.isFinite(adamwStep(layout, parameters, flat(bad, 0), state, plan, 0.1))).toBe(false);
			expect(parameters).toEqual(flat(1, 1));
			expect(state).toEqual(createAdamState(128));
		}
	});
});

describe("the learning rate", () => {
	const schedule = { learningRate: 0.4, warmupSteps: 4, decaySteps: 10, finalFraction: 0.1 };
	it("warms up linearly, peaks, halves the distance at mid-decay and stays at the end", () => {
		const at = (step: number) => learningRateAt(schedule, step);
		expect(at(0)).toBe(0.1);
		expect(at(3)).toBe(0.4);
		expect(at(4)).toBe(0.4);
		expect(Math.abs(at(9) - 0.22)).toBeLessThanOrEqual(1e-15);
		expect(Math.abs(at(14) - 0.04)).toBeLessThanOrEqual(1e-15);
		expect(at(1000)).toBe(at(14));
	});
	it("is constant without warm-up and decay", () => {
		const constant = { ...schedule, warmupSteps: 0, decaySteps: 0 };
		expect([0, 1, 500].map((step) => learningRateAt(constant, step))).toEqual([0.4, 0.4, 0.4]);
	});
});
