import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STREAMS } from "../../engine/core/rng";
import { parameterLayout } from "../../engine/model/config";
import { initParameters } from "../../engine/model/parameters";
import { BranchBatches, branchPlanOf } from "../../engine/training/branchSampler";
import { CpuLearner } from "../../engine/training/cpuLearner";
import { CpuRollout, type RolloutRecord } from "../../engine/training/cpuRollout";
import type { RolloutRequest, TrainingPlan } from "../../engine/training/executor";
import { sequenceBlock } from "../../engine/training/sequences";
import { randomMachine } from "../../testing/randomMachine";
import { testDevice } from "../../testing/softwareDevice";
import { DispatchCompiler } from "../device/dispatch";
import { Readback } from "../device/readback";
import { decodeRecord } from "./readRollout";
import { createRolloutPlan, type DecodeVariant, type RolloutPlan } from "./rolloutPlan";

let device: GPUDevice;
beforeAll(async () => {
	device = await testDevice();
});
afterAll(() => device.destroy());

const V = 13;
const machine = randomMachine(24, V, 3);

function planFor(change: Partial<TrainingPlan> = {}, model: Partial<TrainingPlan["model"]> = {}): TrainingPlan {
	return {
		model: {
			vocabSize: V,
			contextLength: 16,
			layers: 2,
			width: 24,
			heads: 3,
			headBias: false,
			tiedHead: false,
			valueHead: false,
			...model,
		},
		prompts: 5,
		groupSize: 3,
		maxPromptLength: 4,
		maxResponseLength: 11,
		sampling: { temperature: 0.8, topK: 0, topP: 1 },
		machine,
		method: { id: "grpo", params: {} },
		loss: { id: "ppoClip", params: {} },
		optimizer: {
			learningRate: 1e-3,
			beta1: 0.9,
			beta2: 0.95,
			eps: 1e-8,
			weightDecay: 0,
			clipNorm: 1,
			warmupSteps: 0,
			decaySteps: 0,
			finalFraction: 1,
		},
		epochs: 1,
		minibatches: 1,
		reference: false,
		seed: 7,
		...change,
	};
}

function requestFor(plan: TrainingPlan, step = 3, stream: number = STREAMS.sample): RolloutRequest {
	const { prompts, maxPromptLength: P } = plan;
	const promptTokens = new Int32Array(prompts * P);
	const promptLengths = new Int32Array(prompts);
	for (let p = 0; p < prompts; p++) {
		promptLengths[p] = 1 + (p % P);
		for (let t = 0; t < promptLengths[p]!; t++) promptTokens[p * P + t] = (3 * p + 5 * t + 1) % V;
	}
	return {
		step,
		stream,
		promptTokens,
		promptLengths,
		startStates: Uint32Array.from({ length: prompts }, (_, p) => p % 2),
	};
}

/** Parameters large enough that logits differ clearly between tokens. */
function parametersFor({ model }: TrainingPlan): Float32Array<ArrayBuffer> {
	const flat = initParameters(model, 5);
	return Float32Array.from(flat, (v, i) => (v === 1 ? 1 + 0.1 * Math.sin(i) : v === 0 ? 0.05 * Math.cos(i) : 8 * v));
}

async function rolloutPlan(plan: TrainingPlan, variant: DecodeVariant, submits = 1, continues = false) {
	const parameters = device.createBuffer({ size: parameterLayout(plan.model).size * 4, usage: 128 | 8 });
	device.queue.writeBuffer(parameters, 0, parametersFor(plan));
	return createRolloutPlan(new DispatchCompiler(device), plan, parameters, { variant, submits, continues });
}

async function readRecord({ shape, buffers }: RolloutPlan, hasValues = false): Promise<RolloutRecord> {
	const readback = new Readback(device);
	const [rows, record] = await readback.read([buffers.rows, buffers.record]);
	readback.dispose();
	return decodeRecord(shape, rows!, record!, hasValues);
}

async function sampleOnGpu(plan: TrainingPlan, request: RolloutRequest, variant: DecodeVariant, submits = 1) {
	const rollouts = await rolloutPlan(plan, variant, submits);
	rollouts.run(request);
	const record = await readRecord(rollouts, plan.model.valueHead);
	rollouts.dispose();
	return record;
}

const sampleOnCpu = (plan: TrainingPlan, request: RolloutRequest) =>
	new CpuRollout(plan, Float64Array.from(parametersFor(plan))).sample(request);

/** Largest difference; NaN where only one side is NaN. */
function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
	const differences = Array.from(a, (v, i) => (Number.isNaN(v) && Number.isNaN(b[i]!) ? 0 : Math.abs(v - b[i]!)));
	return Math.max(...differences);
}

function expectSame(gpu: RolloutRecord, cpu: RolloutRecord) {
	for (const key of ["tokens", "lengths", "states", "mask", "success", "truncated"] as const)
		expect([key, ...gpu[key]]).toEqual([key, ...cpu[key]]);
	expect(distance(gpu.logProbs, cpu.logProbs)).toBeLessThanOrEqual(1e-4);
	expect(distance(gpu.entropy, cpu.entropy)).toBeLessThanOrEqual(1e-4);
	expect(distance(gpu.rewards, cpu.rewards)).toBeLessThanOrEqual(0);
	expect(distance(gpu.values, cpu.values)).toBeLessThanOrEqual(1e-4);
	expect(distance(gpu.bootstrap, cpu.bootstrap)).toBeLessThanOrEqual(1e-4);
}

describe.each(["registers", "lanes"] as const)("rollouts on the GPU with %s", (variant) => {
	it.each([
		["three heads of 8", {}, {}],
		["heads of 3 channels, width 6", {}, { width: 6, heads: 2 }],
		["a value head", {}, { valueHead: true }],
		["a tied head with bias", {}, { tiedHead: true, headBias: true }],
		["no spare position, value head", {}, { contextLength: 15, valueHead: true }],
		["top-k", { sampling: { temperature: 1.3, topK: 4, topP: 1 } }, {}],
		["top-p", { sampling: { temperature: 1, topK: 0, topP: 0.7 } }, {}],
		["top-p within top-k", { sampling: { temperature: 0.7, topK: 5, topP: 0.9 } }, {}],
		["one rollout", { prompts: 1, groupSize: 1 }, {}],
		["one head of 40 channels", {}, { width: 40, heads: 1, layers: 1 }],
		["33 rollouts", { prompts: 11, groupSize: 3 }, { layers: 1 }],
	] as const)("are those of the float64 sampler: %s", async (_, change, model) => {
		const plan = planFor(change, model);
		const request = requestFor(plan);
		expectSame(await sampleOnGpu(plan, request, variant), sampleOnCpu(plan, request));
	});

	it.each([false, true])("go on from prefixes as the float64 sampler does, greedily: %s", async (greedy) => {
		const plan = planFor();
		const width = 3;
		const branchPlan = branchPlanOf(plan, width, { rows: 12 });
		const request = requestFor(plan);
		const record = sampleOnCpu(plan, request);
		const points = Array.from({ length: 9 }, (_, i) => ({ rollout: i, at: i % Math.max(1, record.lengths[i]!) }));
		const batches = new BranchBatches(plan, width, branchPlan).of(request, record, { points, children: 4, greedy });
		// Nine points of two groups each; the last of five batches has places left over.
		expect(batches.map(({ groups }) => groups.length)).toEqual([4, 4, 4, 4, 2]);
		const rollouts = await rolloutPlan(branchPlan, variant, 2, true);
		const cpu = new CpuRollout(branchPlan, Float64Array.from(parametersFor(plan)));
		for (const batch of batches) {
			rollouts.run(batch.request, batch.continuation);
			expectSame(await readRecord(rollouts), cpu.sample(batch.request, batch.continuation));
		}
		rollouts.dispose();
	});

	it("have the log-probabilities of a teacher-forced pass in float64", async () => {
		const plan = planFor({ prompts: 8, groupSize: 4 });
		const request = requestFor(plan);
		const record = await sampleOnGpu(plan, request, variant);
		const learner = new CpuLearner(plan);
		learner.parameters.set(parametersFor(plan));
		const block = sequenceBlock(plan, { ...request, rowsPerPrompt: 4 }, record, 0, 32);
		const { logProbs, entropy } = learner.score(block);
		const picked = (of: Float64Array) => Array.from(block.entries, (at) => of[at]!);
		expect(logProbs.length).toBeGreaterThanOrEqual(60);
		expect(distance(picked(record.logProbs), logProbs)).toBeLessThanOrEqual(1e-4);
		expect(distance(picked(record.entropy), entropy)).toBeLessThanOrEqual(1e-4);
	});

	it("do not depend on the batch, nor on the number of submits", async () => {
		const plan = planFor();
		const request = requestFor(plan);
		const whole = await sampleOnGpu(plan, request, variant);
		const alone = await sampleOnGpu({ ...plan, prompts: 1 }, requestFor({ ...plan, prompts: 1 }), variant);
		const split = await sampleOnGpu(plan, request, variant, 4);
		const rows = 3 * plan.maxResponseLength;
		expect(alone.tokens).toEqual(whole.tokens.subarray(0, rows));
		expect(alone.logProbs).toEqual(whole.logProbs.subarray(0, rows));
		expect(split).toEqual(whole);
	});

	it("leave nothing of the batch before, and differ by step and stream", async () => {
		const plan = planFor();
		const rollouts = await rolloutPlan(plan, variant);
		const sample = (request: RolloutRequest) => {
			rollouts.run(request);
			return readRecord(rollouts);
		};
		const first = await sample(requestFor(plan));
		const other = await sample(requestFor(plan, 4));
		const evaluation = await sample(requestFor(plan, 3, STREAMS.evaluation));
		expect(await sample(requestFor(plan))).toEqual(first);
		expect(other.tokens).not.toEqual(first.tokens);
		expect(evaluation.tokens).not.toEqual(first.tokens);
	});

	it("sample tokens as often as the reported log-probabilities say", async () => {
		const plan = planFor({
			prompts: 1,
			groupSize: 64,
			maxResponseLength: 1,
			sampling: { temperature: 1, topK: 6, topP: 0.95 },
		});
		const rollouts = await rolloutPlan(plan, variant);
		// Barriers are slow on software adapters.
		const steps = variant === "lanes" ? 8 : 40;
		const counts = new Float64Array(V);
		const shares = new Float64Array(V);
		for (let step = 0; step < steps; step++) {
			rollouts.run(requestFor(plan, step));
			const { tokens, logProbs } = await readRecord(rollouts);
			tokens.forEach((token, i) => {
				counts[token]! += 1;
				shares[token] = Math.exp(logProbs[i]!);
			});
		}
		const total = steps * 64;
		const kept = [...shares.keys()].filter((v) => shares[v]! > 0);
		expect(Math.abs(kept.reduce((sum, v) => sum + shares[v]!, 0) - 1)).toBeLessThanOrEqual(1e-5);
		const chiSquare = kept.reduce((sum, v) => sum + (counts[v]! - total * shares[v]!) ** 2 / (total * shares[v]!), 0);
		// 0.999 quantiles of chi-square with 1 to 5 degrees of freedom.
		expect(chiSquare).toBeLessThanOrEqual([0, 10.83, 13.82, 16.27, 18.47, 20.52][kept.length - 1]!);
		expect(kept.length).toBeGreaterThanOrEqual(3);
	});
});

describe("a compiled rollout plan", () => {
	it("takes 5 dispatches a layer and 2 more per position, one submit, one write, and makes nothing while it runs", async () => {
		const plan = planFor();
		const rollouts = await rolloutPlan(plan, "registers");
		const calls: string[] = [];
		const watch = <T extends object>(name: string, target: T, allowed: readonly (keyof T)[] = []) => {
			for (const key of Object.keys(Object.getPrototypeOf(target)) as (keyof T)[]) {
				const method = target[key];
				if (typeof method !== "function" || allowed.includes(key)) continue;
				Object.defineProperty(target, key, {
					configurable: true,
					value: (...args: unknown[]) => {
						calls.push(`${name}.${String(key)}`);
						return method.apply(target, args);
					},
				});
			}
		};
		watch("device", device);
		watch("queue", device.queue);
		rollouts.run(requestFor(plan));
		expect(calls).toEqual(["queue.writeBuffer", "device.createCommandEncoder", "queue.submit"]);
		expect(rollouts.dispatches).toBe(2 + 14 * (5 * 2 + 2));
		expect(rollouts.submits).toBe(1);
	});

	it("refuses more workgroups than the adapter runs", async () => {
		const plan = planFor(
			{ prompts: 1, groupSize: 22_000, maxResponseLength: 1, maxPromptLength: 1 },
			{ width: 6, layers: 1 },
		);
		await expect(rolloutPlan(plan, "lanes")).rejects.toThrow("needs 66000 workgroups");
	});

	it("refuses what does not fit, in one sentence", async () => {
		await expect(rolloutPlan(planFor({ maxResponseLength: 13 }), "registers")).rejects.toThrow(
			"Prompt and response take 17 positions and the model has 16; raise contextLength.",
		);
		await expect(rolloutPlan(planFor({}, { vocabSize: 300 }), "registers")).rejects.toThrow("at most 256 tokens");
		await expect(rolloutPlan(planFor({}, { width: 260, heads: 2 }), "registers")).rejects.toThrow(
			"at most 128 channels",
		);
	});
});
