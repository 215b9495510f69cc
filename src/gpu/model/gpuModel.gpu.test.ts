import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WeightedSequence } from "../../engine/formats/weightedSequences";
import { adamwStep, createAdamState } from "../../engine/model/adamw";
import { type ModelConfig, parameterLayout } from "../../engine/model/config";
import { weightedLogProbLoss } from "../../engine/model/weightedLoss";
import type { OptimizerPlan } from "../../engine/training/executor";
import { parameterDistance } from "../../testing/agreement";
import { testDevice } from "../../testing/softwareDevice";
import { GpuModel } from "./gpuModel";
import { gradientDistances, referencePass, testParameters } from "./testing";

let device: GPUDevice;
beforeAll(async () => {
	device = await testDevice();
});
afterAll(() => device.destroy());

const CONFIG: ModelConfig = {
	vocabSize: 7,
	contextLength: 48,
	layers: 2,
	width: 20,
	heads: 5,
	headBias: false,
	tiedHead: false,
	valueHead: true,
};

function sequence(length: number, seed: number): WeightedSequence {
	return {
		tokens: Int32Array.from({ length }, (_, t) => (seed * 5 + t * t * 3 + t) % 7),
		mask: Float64Array.from({ length }, (_, t) => (t === 0 ? 0 : ((t + seed) % 3) / 2)),
		advantages: Float64Array.from({ length }, (_, t) => Math.sin(seed + t)),
	};
}

describe("a model on the GPU", () => {
	it("has the logits and attention of float64, for one token as for many", async () => {
		const parameters = testParameters(CONFIG);
		const model = await GpuModel.open(device, CONFIG, parameters, "registers");
		for (const T of [1, 33]) {
			const { tokens } = sequence(T, 2);
			const { logits, attention } = await model.run(tokens, true);
			const batch = { B: 1, N: T, tokens, lengths: Int32Array.of(T) };
			const zeros = { dlogits: new Float64Array(T * 7), dvalues: new Float64Array(T) };
			const reference = referencePass(CONFIG, parameters, { ...batch, ...zeros } as never);
			expect(distance(logits, reference.logits)).toBeLessThanOrEqual(1e-4);
			expect(attention.length).toBe(2);
			attention.forEach((weights, l) => {
				expect(distance(weights, reference.blocks[l]!.attention)).toBeLessThanOrEqual(1e-5);
			});
		}
		await model.dispose();
	});

	it("has the loss and gradient of float64 over more sequences than one pass holds", async () => {
		const model = await GpuModel.open(device, CONFIG, testParameters(CONFIG), "registers");
		const gradients = new Float64Array(parameterLayout(CONFIG).size);
		const loss = weightedLogProbLoss(CONFIG, Float64Array.from(testParameters(CONFIG)), DATA, gradients);
		const gpu = await model.gradient(DATA);
		expect(Math.abs(gpu.loss - loss)).toBeLessThanOrEqual(1e-5);
		for (const { name, distance: d } of gradientDistances(CONFIG, gpu.gradients, gradients))
			if (!name.startsWith("value_head")) expect([name, d <= 1e-4, d]).toEqual([name, true, d]);
		await model.dispose();
	});

	it("fits them as float64 does", async () => {
		const parameters = Float64Array.from(testParameters(CONFIG));
		const model = await GpuModel.open(device, CONFIG, parameters, "registers");
		const gradients = new Float64Array(parameters.length);
		const state = createAdamState(parameters.length);
		for (let step = 0; step < 3; step++) {
			const loss = weightedLogProbLoss(CONFIG, parameters, DATA, gradients);
			expect(Math.abs((await model.step(DATA, ADAMW)) - loss)).toBeLessThanOrEqual(1e-5);
			adamwStep(parameterLayout(CONFIG), parameters, gradients, state, ADAMW, ADAMW.learningRate);
		}
		expect(parameterDistance(CONFIG, await model.parameters(), parameters)).toBeLessThanOrEqual(2e-5);
		await model.dispose();
	});
});

const DATA = Array.from({ length: 60 }, (_, i) => sequence(1 + ((i * 11) % 48), i));

const ADAMW: OptimizerPlan = {
	learningRate: 1e-3,
	beta1: 0.9,
	beta2: 0.95,
	eps: 1e-8,
	weightDecay: 0.1,
	clipNorm: 0,
	warmupSteps: 0,
	decaySteps: 0,
	finalFraction: 1,
};

/** Largest |a − b|; NaN is infinite. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
	let worst = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
	for (let i = 0; i < b.length; i++) {
		const d = Math.abs(a[i]! - b[i]!);
		worst = d <= worst ? worst : Number.isNaN(d) ? Number.POSITIVE_INFINITY : d;
	}
	return worst;
}
