import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AdamState, adamwStep, createAdamState } from "../../engine/model/adamw";
import { type ModelConfig, parameterLayout } from "../../engine/model/config";
import type { OptimizerPlan } from "../../engine/training/executor";
import { parameterDistance } from "../../testing/agreement";
import { testDevice } from "../../testing/softwareDevice";
import { DispatchCompiler } from "../device/dispatch";
import { createGpuTransformer } from "./createTransformer";
import {
	gradientDistances,
	loadBatch,
	logitsDistance,
	readFloats,
	referencePass,
	submit,
	testBatch,
	testParameters,
} from "./testing";
import { type GpuTransformer, STATUS, type TransformerOptions } from "./transformer";

let device: GPUDevice;
let compiler: DispatchCompiler;
beforeAll(async () => {
	device = await testDevice();
	compiler = new DispatchCompiler(device);
});
afterAll(() => device.destroy());

const SMALL: ModelConfig = {
	vocabSize: 11,
	contextLength: 9,
	layers: 2,
	width: 24,
	heads: 3,
	headBias: false,
	tiedHead: false,
	valueHead: false,
};

const ADAMW: OptimizerPlan = {
	learningRate: 1e-3,
	beta1: 0.9,
	beta2: 0.95,
	eps: 1e-8,
	weightDecay: 0.1,
	clipNorm: 1,
	warmupSteps: 0,
	decaySteps: 0,
	finalFraction: 1,
};

const VARIANTS = ["registers", "tiles"] as const;

async function open(config: ModelConfig, options: TransformerOptions): Promise<GpuTransformer> {
	const model = await createGpuTransformer(device, config, { compiler, ...options });
	device.queue.writeBuffer(model.buffers.parameters, 0, testParameters(config));
	return model;
}

/** Logits and gradients of one pass over a batch against float64. */
async function expectAgreement(config: ModelConfig, options: TransformerOptions): Promise<void> {
	const model = await open(config, options);
	const batch = testBatch(config, options.B, options.N);
	loadBatch(device, model, batch);
	submit(device, (pass) => {
		model.encodeForward(pass);
		model.encodeBackward(pass);
	});
	const reference = referencePass(config, testParameters(config), batch);
	const logits = await readFloats(device, model.buffers.logits);
	const gradients = await readFloats(device, model.buffers.gradients);
	expect(logitsDistance(model, batch, logits, reference)).toBeLessThanOrEqual(1e-4);
	for (const { name, distance } of gradientDistances(config, gradients, reference.gradients))
		expect([name, distance <= 1e-4, distance]).toEqual([name, true, distance]);
	model.dispose();
}

describe.each(VARIANTS)("a transformer on the GPU with %s", (variant) => {
	it.each([
		["two blocks, three heads of 8", {}, 5, 9],
		["width 20, five heads of 4, one block, odd everything", { width: 20, heads: 5, vocabSize: 7, layers: 1 }, 3, 5],
		["width 6, heads of 3", { width: 6, heads: 2, layers: 1 }, 4, 9],
		["one head of 34 channels", { width: 34, heads: 1, layers: 1, vocabSize: 40 }, 2, 7],
		["value head", { valueHead: true, layers: 1 }, 3, 6],
		["tied head, value head, head bias", { tiedHead: true, headBias: true, valueHead: true, layers: 1 }, 3, 6],
		["one sequence of one token", { layers: 1 }, 1, 1],
		[
			"more rows, columns and positions than a tile",
			{ width: 40, heads: 2, vocabSize: 70, layers: 1, contextLength: 70 },
			2,
			70,
		],
	] as const)("has the logits and gradients of float64: %s", async (_, change, B, N) => {
		await expectAgreement({ ...SMALL, ...change }, { B, N, variant });
	});

	// Ten large kernels are compiled for it, which takes software adapters on busy machines a while.
	it("has them where kernels know their sizes", { timeout: 240_000 }, async () => {
		const config = { ...SMALL, layers: 1, width: 20, heads: 5, valueHead: true, tiedHead: true };
		await expectAgreement(config, { B: 4, N: 9, variant, baked: true });
	});

	it("takes ten AdamW steps as float64 does", async () => {
		const model = await open(SMALL, { B: 4, N: 9, variant, optimizer: ADAMW });
		const parameters = Float64Array.from(testParameters(SMALL));
		const state = createAdamState(parameters.length);
		writeControl(model, ADAMW.learningRate);
		for (let step = 0; step < 10; step++) {
			const batch = testBatch(SMALL, 4, 9, step);
			loadBatch(device, model, batch);
			trainStep(model);
			const { gradients } = referencePass(SMALL, parameters, batch);
			adamwStep(parameterLayout(SMALL), parameters, gradients, state, ADAMW, ADAMW.learningRate);
		}
		await expectState(model, parameters, state);
		model.dispose();
	});

	it("skips a step whose gradient is not finite, says so, and goes on after it", async () => {
		const model = await open(SMALL, { B: 4, N: 9, variant, optimizer: ADAMW });
		const batch = testBatch(SMALL, 4, 9);
		loadBatch(device, model, batch);
		writeControl(model, ADAMW.learningRate);
		const broken = testParameters(SMALL);
		const at = parameterLayout(SMALL).tensors.find((t) => t.name.endsWith("h.1.mlp.c_fc.weight"))!.offset + 3;
		for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
			broken[at] = bad;
			device.queue.writeBuffer(model.buffers.parameters, 0, broken);
			trainStep(model);
			expect(await readStatus(model)).toMatchObject({ finite: 0, scale: 0, step: 0, correction1: 0 });
			expect(await readFloats(device, model.buffers.parameters)).toEqual(broken);
			expect((await readFloats(device, model.buffers.firstMoment)).every((m) => m === 0)).toBe(true);
		}
		device.queue.writeBuffer(model.buffers.parameters, 0, testParameters(SMALL));
		trainStep(model);
		const { gradients } = referencePass(SMALL, testParameters(SMALL), batch);
		const norm = Math.hypot(...gradients);
		const status = await readStatus(model);
		expect(status).toMatchObject({ finite: 1, step: 1 });
		expect(Math.abs(status.gradientNorm / norm - 1)).toBeLessThanOrEqual(1e-5);
		expect(Math.abs(status.scale * norm - 1)).toBeLessThanOrEqual(1e-5);
		expect(Math.abs(status.correction2 - 0.05)).toBeLessThanOrEqual(1e-7);
		model.dispose();
	});

	it("gives the same bits again, whatever lay in its buffers, and touches nothing between the tensors", async () => {
		const model = await open({ ...SMALL, valueHead: true }, { B: 4, N: 9, variant, optimizer: ADAMW });
		const run = async () => {
			device.queue.writeBuffer(model.buffers.parameters, 0, testParameters(model.config));
			for (const buffer of [model.buffers.firstMoment, model.buffers.secondMoment, model.buffers.status]) clear(buffer);
			loadBatch(device, model, testBatch(model.config, 4, 9));
			writeControl(model, 1e-3);
			trainStep(model);
			const { parameters, gradients, logits } = model.buffers;
			return Promise.all([parameters, gradients, logits].map((buffer) => readFloats(device, buffer)));
		};
		const first = await run();
		poison(model);
		const again = await run();
		expect(again).toEqual(first);
		const padding = paddingOf(model.config);
		expect(padding.length).toBeGreaterThanOrEqual(100);
		expect(padding.every((i) => first[0]![i] === 0 && first[1]![i] === 0)).toBe(true);
		model.dispose();
	});

	it("adds gradients, runs a frozen policy, and shares its state with a plan of another shape", async () => {
		const model = await open(SMALL, { B: 4, N: 9, variant, reference: true });
		const other = await open(SMALL, { B: 2, N: 5, variant, share: model.buffers });
		const [big, small] = [testBatch(SMALL, 4, 9), testBatch(SMALL, 2, 5, 7)];
		loadBatch(device, model, big);
		loadBatch(device, other, small);
		submit(device, (pass) => {
			model.encodeForward(pass);
			model.encodeBackward(pass);
			other.encodeForward(pass);
			other.encodeBackward(pass, true);
		});
		const parameters = testParameters(SMALL);
		const sum = referencePass(SMALL, parameters, big).gradients;
		referencePass(SMALL, parameters, small).gradients.forEach((g, i) => {
			sum[i]! += g;
		});
		const gradients = await readFloats(device, model.buffers.gradients);
		for (const { name, distance } of gradientDistances(SMALL, gradients, sum))
			expect([name, distance <= 1e-4, distance]).toEqual([name, true, distance]);
		const frozen = testParameters(SMALL, 6);
		device.queue.writeBuffer(model.buffers.reference!, 0, frozen);
		submit(device, (pass) => model.encodeForward(pass, "reference"));
		const logits = await readFloats(device, model.buffers.logits);
		expect(logitsDistance(model, big, logits, referencePass(SMALL, frozen, big))).toBeLessThanOrEqual(1e-4);
		other.dispose();
		model.dispose();
	});
});

describe("a compiled transformer", () => {
	it("agrees with float64 where lanes cannot share what they load", async () => {
		await expectAgreement({ ...SMALL, valueHead: true }, { B: 5, N: 9, variant: "registers", subgroups: false });
	});

	it.each([1, 3])(
		"takes 14 dispatches a layer and 8 more, and makes nothing while it runs: %i layers",
		async (layers) => {
			const model = await open({ ...SMALL, layers }, { B: 2, N: 4, variant: "registers", optimizer: ADAMW });
			const { forward, backward, update } = model.dispatches;
			expect(forward + backward + update).toBe(8 + 14 * layers);
			const calls: string[] = [];
			const restore = [watch(device, "device", calls), watch(device.queue, "queue", calls)];
			const encoder = device.createCommandEncoder();
			const pass = encoder.beginComputePass();
			const passCalls: string[] = [];
			watch(pass, "pass", passCalls);
			model.encodeForward(pass);
			model.encodeBackward(pass);
			model.encodeUpdate(pass);
			pass.end();
			device.queue.submit([encoder.finish()]);
			for (const undo of restore) undo();
			expect(calls).toEqual(["device.createCommandEncoder", "queue.submit"]);
			expect(passCalls.filter((c) => c === "pass.dispatchWorkgroups").length).toBe(8 + 14 * layers);
			model.dispose();
		},
	);

	it("refuses what does not fit, in one sentence", async () => {
		const options = { B: 2, N: 4, variant: "registers" } as const;
		await expect(open(SMALL, { ...options, N: 10 })).rejects.toThrow(
			"Sequences take 10 positions and the model has 9; raise contextLength.",
		);
		await expect(open({ ...SMALL, heads: 5 }, options)).rejects.toThrow("not divisible by heads");
		await expect(open({ ...SMALL, width: 260, heads: 2 }, options)).rejects.toThrow("at most 128 channels");
		await expect(open(SMALL, { ...options, B: 1e6 })).rejects.toThrow("use a smaller batch or model");
	});
});

function trainStep(model: GpuTransformer): void {
	submit(device, (pass) => {
		model.encodeForward(pass);
		model.encodeBackward(pass);
		model.encodeUpdate(pass);
	});
}

function writeControl(model: GpuTransformer, learningRate: number): void {
	device.queue.writeBuffer(model.buffers.control, 0, Float32Array.of(learningRate, 0, 0, 0));
}

async function readStatus(model: GpuTransformer) {
	const floats = await readFloats(device, model.buffers.status);
	const words = new Uint32Array(floats.buffer);
	return {
		gradientNorm: floats[STATUS.gradientNorm]!,
		finite: words[STATUS.finite]!,
		scale: floats[STATUS.scale]!,
		step: words[STATUS.step]!,
		correction1: floats[STATUS.correction1]!,
		correction2: floats[STATUS.correction2]!,
	};
}

async function expectState(model: GpuTransformer, parameters: Float64Array, state: AdamState): Promise<void> {
	const gpu = await readFloats(device, model.buffers.parameters);
	expect(parameterDistance(model.config, gpu, parameters)).toBeLessThanOrEqual(2e-5);
	const status = await readStatus(model);
	expect(status.step).toBe(10);
	expect(Math.abs(status.correction1 - (1 - 0.9 ** state.step))).toBeLessThanOrEqual(1e-6);
}

function clear(buffer: GPUBuffer): void {
	device.queue.writeBuffer(buffer, 0, new Uint32Array(buffer.size / 4));
}

/** Fills everything that a step must overwrite with NaN. */
function poison(model: GpuTransformer): void {
	const { gradients, logits } = model.buffers;
	for (const { offset, length } of parameterLayout(model.config).tensors)
		device.queue.writeBuffer(gradients, offset * 4, new Float32Array(length).fill(Number.NaN));
	device.queue.writeBuffer(logits, 0, new Float32Array(logits.size / 4).fill(Number.NaN));
	for (const { buffer, words } of model.scratch)
		device.queue.writeBuffer(buffer, 0, new Float32Array(words).fill(Number.NaN));
}

/** Floats between the tensors of a flat buffer. */
function paddingOf(config: ModelConfig): number[] {
	const { tensors, size } = parameterLayout(config);
	const used = new Uint8Array(size);
	for (const { offset, length } of tensors) used.fill(1, offset, offset + length);
	return Array.from(used.keys()).filter((i) => used[i] === 0);
}

/** Records every call on an object until it is undone. */
function watch<T extends object>(target: T, name: string, calls: string[]): () => void {
	const keys = Object.keys(Object.getPrototypeOf(target)) as (keyof T & string)[];
	const watched = keys.filter((key) => typeof target[key] === "function");
	for (const key of watched) {
		const method = target[key] as (...args: unknown[]) => unknown;
		const value = (...args: unknown[]) => {
			calls.push(`${name}.${key}`);
			return method.apply(target, args);
		};
		Object.defineProperty(target, key, { configurable: true, value });
	}
	return () => {
		for (const key of watched) delete target[key];
	};
}
