import { describe, expect, it } from "vitest";
import { Rng } from "../engine/core/rng";
import { parameterLayout } from "../engine/model/config";
import { CpuLearner } from "../engine/training/cpuLearner";
import { CpuRollout, type RolloutRecord } from "../engine/training/cpuRollout";
import type { TrainingPlan } from "../engine/training/executor";
import { sequenceBlock } from "../engine/training/sequences";
import { WasmCore } from "./core";
import { randomPlan, randomRequest, randomState, type Shape } from "./testingPlan";
import { WasmLearner } from "./wasmLearner";
import { WasmSampler } from "./wasmSampler";

const plain = { headBias: false, tiedHead: false, valueHead: false };
const SHAPES: [string, Shape][] = [
	[
		"width 16, two layers",
		{
			model: { vocabSize: 11, layers: 2, width: 16, heads: 2, ...plain },
			prompts: 3,
			groupSize: 4,
			maxPromptLength: 5,
			maxResponseLength: 9,
		},
	],
	[
		"odd widths, head bias, value head",
		{
			model: { vocabSize: 13, layers: 1, width: 15, heads: 3, headBias: true, tiedHead: false, valueHead: true },
			prompts: 2,
			groupSize: 3,
			maxPromptLength: 2,
			maxResponseLength: 7,
		},
	],
	[
		"tied head, one head, several chunks",
		{
			model: { vocabSize: 16, layers: 2, width: 24, heads: 1, headBias: false, tiedHead: true, valueHead: false },
			prompts: 10,
			groupSize: 2,
			maxPromptLength: 1,
			maxResponseLength: 30,
			reference: true,
		},
	],
	[
		"top-k, top-p, sequences longer than a chunk",
		{
			model: { vocabSize: 7, layers: 1, width: 8, heads: 2, ...plain },
			prompts: 2,
			groupSize: 2,
			maxPromptLength: 3,
			maxResponseLength: 140,
			sampling: { topK: 4, topP: 0.9, temperature: 1.3 },
		},
	],
];

async function scene(plan: TrainingPlan) {
	const core = await WasmCore.open(plan);
	const wasm = new WasmLearner(core);
	const cpu = new CpuLearner(plan);
	for (const learner of [wasm, cpu]) learner.upload(randomState(plan));
	const request = randomRequest(plan);
	const record = new WasmSampler(core).sample(request);
	const B = plan.prompts * plan.groupSize;
	const block = sequenceBlock(plan, { ...request, rowsPerPrompt: plan.groupSize }, record, 0, B);
	return { core, wasm, cpu, request, record, block };
}

const worst = (a: ArrayLike<number>, b: ArrayLike<number>) => {
	let most = a.length === b.length ? 0 : Number.NaN;
	for (let i = 0; i < b.length; i++)
		if (!(Number.isNaN(a[i]!) && Number.isNaN(b[i]!))) most = Math.max(most, Math.abs(a[i]! - b[i]!));
	return most;
};

const justLogProbs = (dlogProbs: Float64Array) => ({ dlogProbs, dentropy: null, dvalues: null });

describe.each(SHAPES)("transformer in WebAssembly: %s", (_, shape) => {
	const plan = randomPlan(shape);

	it("samples what the float64 sampler samples", async () => {
		const { request, record } = await scene(plan);
		const cpu = new CpuLearner(plan);
		cpu.upload(randomState(plan));
		const expected = new CpuRollout(plan, cpu.parameters).sample(request);
		for (const field of ["tokens", "lengths", "states", "mask", "success", "truncated"] as const)
			expect(record[field], field).toEqual(expected[field]);
		for (const field of ["logProbs", "entropy", "rewards", "values", "bootstrap"] as const)
			expect(worst(record[field], expected[field]), field).toBeLessThanOrEqual(1e-5);
		expect(new Set(record.tokens).size).toBeGreaterThanOrEqual(4);
	});

	it("scores and differentiates like the float64 reference", async () => {
		const { core, wasm, cpu, block } = await scene(plan);
		const scores = wasm.score(block);
		const expected = cpu.score(block);
		expect(worst(scores.logProbs, expected.logProbs)).toBeLessThanOrEqual(1e-5);
		expect(worst(scores.entropy, expected.entropy)).toBeLessThanOrEqual(1e-5);
		const rng = Rng.of(8);
		const dlogp = expected.logProbs.map(() => rng.normal());
		const dentropy = expected.logProbs.map(() => rng.normal());
		const { valueHead } = plan.model;
		if (valueHead) expect(worst(scores.values!, expected.values!)).toBeLessThanOrEqual(1e-5);
		const dvalues = valueHead ? expected.logProbs.map(() => rng.normal()) : null;
		const given = { dlogProbs: dlogp, dentropy, dvalues };
		const norm = wasm.gradient(given);
		const gradients = cpu.gradient(block, given);
		const got = core.numbersOf("gradients", gradients.length);
		for (const { name, offset, length } of parameterLayout(plan.model).tensors) {
			const exact = gradients.subarray(offset, offset + length);
			const scale = exact.reduce((most, g) => Math.max(most, Math.abs(g)), 1e-3);
			expect(worst(got.subarray(offset, offset + length), exact) / scale, name).toBeLessThanOrEqual(1e-5);
		}
		expect(norm / Math.hypot(...gradients)).toBeCloseTo(1, 6);
	});

	it("takes the same AdamW steps, clipped and decayed", async () => {
		const { wasm, cpu, block } = await scene(plan);
		for (let k = 0; k < 3; k++) {
			const dlogp = wasm.score(block).logProbs.map((_, i) => (i % 3) - 1.5);
			cpu.score(block);
			wasm.learn(block, justLogProbs(dlogp), 0.01);
			cpu.learn(block, justLogProbs(dlogp), 0.01);
		}
		expect(wasm.step).toBe(3);
		expect(worst(wasm.download().firstMoment, cpu.download().firstMoment)).toBeLessThanOrEqual(1e-6);
		expect(worst(wasm.download().secondMoment, cpu.download().secondMoment)).toBeLessThanOrEqual(1e-6);
	});
});

describe.each(SHAPES.slice(0, 3))("sampled and scored: %s", (_, shape) => {
	it("a rollout has the same bits when it is scored as when it was sampled", async () => {
		const { wasm, record, block } = await scene(randomPlan(shape));
		const { logProbs, entropy } = wasm.score(block);
		expect(logProbs).toEqual(Float64Array.from(block.entries, (at) => record.logProbs[at]!));
		expect(entropy).toEqual(Float64Array.from(block.entries, (at) => record.entropy[at]!));
	});
});

describe("independence", () => {
	const plan = randomPlan(SHAPES[2]![1]);

	it("bits of a sequence do not depend on the others in the batch", async () => {
		const { wasm, request, record, block } = await scene(plan);
		const all = wasm.score(block).logProbs;
		const alone = sequenceBlock(plan, { ...request, rowsPerPrompt: 2 }, record as RolloutRecord, 7, 3);
		const some = wasm.score(alone).logProbs;
		const first = block.entries.indexOf(alone.entries[0]!);
		expect(some).toEqual(all.slice(first, first + some.length));
	});

	it("the frozen reference stays while the policy moves", async () => {
		const { wasm, block } = await scene(plan);
		wasm.freezeReference();
		const before = wasm.score(block);
		wasm.learn(block, justLogProbs(before.logProbs.map(() => -1)), 0.05);
		expect(wasm.score(block, "reference")).toEqual(before);
		expect(worst(wasm.score(block).logProbs, before.logProbs)).toBeGreaterThan(0.01);
	});

	it("a gradient that is not finite changes nothing", async () => {
		const { wasm, block } = await scene(plan);
		const before = wasm.download();
		const { logProbs } = wasm.score(block);
		const learned = wasm.learn(block, justLogProbs(logProbs.map(() => Number.NaN)), 0.1);
		expect(learned.finite).toBe(false);
		expect(wasm.download()).toEqual(before);
	});
});
