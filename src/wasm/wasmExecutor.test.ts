import { describe, expect, it } from "vitest";
import { CpuExecutor } from "../engine/training/cpuExecutor";
import type { SupervisedBatch, TrainingPlan } from "../engine/training/executor";
import { compareExecutors, parameterDistance } from "../testing/agreement";
import { EXACT_FINGERPRINTS, PRESET_FINGERPRINTS } from "./exactFingerprints";
import { randomPlan, randomRequest, randomState } from "./testingPlan";
import { exactFingerprint, exactPlan, plainObjective, presetFingerprint } from "./testingRun";
import { createWasmExecutor } from "./wasmExecutor";

async function pair(plan: TrainingPlan) {
	const wasm = await createWasmExecutor(plan, { objective: plainObjective });
	const cpu = new CpuExecutor(plan, plainObjective);
	for (const executor of [wasm, cpu]) {
		executor.upload(randomState(plan));
		executor.freezeReference();
	}
	return { wasm, cpu };
}

describe("the WebAssembly executor", () => {
	const plan: TrainingPlan = {
		...randomPlan({
			model: { vocabSize: 12, layers: 2, width: 16, heads: 2, headBias: false, tiedHead: false, valueHead: false },
			prompts: 6,
			groupSize: 4,
			maxPromptLength: 4,
			maxResponseLength: 10,
			reference: true,
		}),
		minibatches: 2,
	};

	it("samples and trains as the float64 executor does", async () => {
		const { wasm, cpu } = await pair(plan);
		const requests = [1, 2, 3].map((step) => randomRequest(plan, step));
		const agreement = await compareExecutors(wasm, cpu, plan.model, requests);
		expect(agreement.differentTokens).toBe(0);
		expect(agreement.logProbs).toBeLessThanOrEqual(1e-5);
		expect(agreement.entropy).toBeLessThanOrEqual(1e-5);
		expect(agreement.advantages).toBeLessThanOrEqual(1e-12);
		expect(agreement.loss).toBeLessThanOrEqual(1e-5);
		expect(agreement.gradientNorm).toBeLessThanOrEqual(1e-5);
		// Six AdamW steps of 0.01; where a gradient is tiny beside eps, its direction is that of rounding.
		expect(agreement.parameters).toBeLessThanOrEqual(1e-3);
	});

	it("takes supervised steps", async () => {
		const { wasm, cpu } = await pair(plan);
		const B = plan.prompts * plan.groupSize;
		const { maxPromptLength: P, maxResponseLength: T } = plan;
		const batch: SupervisedBatch = {
			step: 1,
			promptTokens: Int32Array.from({ length: B * P }, (_, i) => i % 12),
			promptLengths: Int32Array.from({ length: B }, (_, b) => 1 + (b % P)),
			tokens: Int32Array.from({ length: B * T }, (_, i) => (5 * i) % 12),
			lengths: Int32Array.from({ length: B }, (_, b) => 1 + (b % T)),
			states: new Uint32Array(B * T),
			weights: Float32Array.from({ length: B * T }, (_, i) =>
				Math.floor(i % T) < 1 + (Math.floor(i / T) % T) ? 1 : 0,
			),
			learningRate: 0.01,
		};
		for (const executor of [wasm, cpu]) executor.supervise(batch);
		const [a] = await wasm.metrics(0);
		const [b] = await cpu.metrics(0);
		expect(Math.abs(a!.loss - b!.loss)).toBeLessThanOrEqual(1e-5);
		expect(Math.abs(a!.gradientNorm / b!.gradientNorm - 1)).toBeLessThanOrEqual(1e-5);
		const distance = parameterDistance(
			plan.model,
			(await wasm.download()).parameters,
			(await cpu.download()).parameters,
		);
		expect(distance).toBeLessThanOrEqual(1e-3);
	});

	it("gives way between pieces of work, and computes the same bits", async () => {
		let times = 0;
		const runs = [() => undefined, () => void times++].map(async (giveWay) => {
			const executor = await createWasmExecutor(plan, { objective: plainObjective, giveWay });
			executor.upload(randomState(plan));
			executor.freezeReference();
			executor.rollout(randomRequest(plan, 1));
			executor.train(1);
			await executor.metrics(0);
			const { parameters } = await executor.download();
			executor.dispose();
			return parameters;
		});
		const [undisturbed, disturbed] = await Promise.all(runs);
		expect(disturbed).toEqual(undisturbed);
		// One piece of rollouts; forward and backward of policy and reference by several.
		expect(times).toBeGreaterThanOrEqual(4);
	});

	it("says what to do when a plan is too large", async () => {
		const large = { ...plan, model: { ...plan.model, width: 1024, layers: 8 }, prompts: 1024, maxResponseLength: 256 };
		await expect(createWasmExecutor(large, { objective: plainObjective })).rejects.toThrow(
			/WebAssembly addresses 4096/,
		);
		const justTooLarge = { ...large, model: { ...large.model, width: 256 }, prompts: 24 };
		await expect(createWasmExecutor(justTooLarge, { objective: plainObjective })).rejects.toThrow(
			/needs 4[1-9]\d\d MB, and WebAssembly addresses 4096/,
		);
	});

	it("names itself and what its bits depend on", async () => {
		const { label } = await createWasmExecutor(plan, { objective: plainObjective });
		expect(label.kind).toBe("wasm");
		expect(label.adapter).toBe("WebAssembly SIMD, one thread");
		const two = await createWasmExecutor(plan, { objective: plainObjective, threads: 2 });
		expect(two.label).toEqual({ ...label, adapter: "WebAssembly SIMD, 2 threads" });
		two.dispose();
		expect(label.plan).toMatch(/^[0-9a-f]{16}$/);
	});
});

describe("exact mode", () => {
	// Fingerprints of our own output: not a proof that the numbers are right (other tests compare them with float64) but that not one
	// bit of them has changed, by another order of summation, another compiler or another machine. Who changes them on purpose
	// changes what shared links reproduce.
	it.each(Object.entries(EXACT_FINGERPRINTS))(
		"has the same bits everywhere after %s steps",
		async (steps, expected) => {
			expect(await exactFingerprint(Number(steps))).toBe(expected);
		},
	);

	it("has them with two and three threads", async () => {
		for (const threads of [2, 3]) expect(await exactFingerprint(20, threads)).toBe(EXACT_FINGERPRINTS["20"]);
	});

	it.each(PRESET_FINGERPRINTS)(
		"reproduces preset $preset for $steps steps, with one thread and with two",
		async (run) => {
			for (const threads of [1, 2]) expect(await presetFingerprint(run.preset, run.steps, threads)).toBe(run.print);
		},
	);

	it("trains something", async () => {
		expect(new Set(Object.values(EXACT_FINGERPRINTS)).size).toBe(Object.keys(EXACT_FINGERPRINTS).length);
		const { wasm } = await pair(exactPlan);
		wasm.rollout(randomRequest(exactPlan, 1));
		wasm.train(1);
		const [metrics] = await wasm.metrics(0);
		expect(metrics!.gradientNorm).toBeGreaterThan(0.01);
		expect(metrics!.tokens).toBeGreaterThan(200);
	});
});
