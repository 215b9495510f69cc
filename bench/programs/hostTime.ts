// Host time of the executor that the page trains with, credit included, on Dawn's null device, where commands cost and do nothing.
import { create } from "webgpu";
import { STREAMS } from "../../src/engine/core/rng";
import { checkModelConfig } from "../../src/engine/model/config";
import { findPreset } from "../../src/engine/spec/presets";
import type { RolloutRequest, TrainingPlan } from "../../src/engine/training/executor";
import { openDevice } from "../../src/gpu/device/adapter";
import { createGpuExecutor, type GpuExecutor } from "../../src/gpu/gpuExecutor";

const STEPS = 300;
/** As in the README of this folder. */
const SIZES = {
	small: { layers: 2, width: 64, heads: 4, vocab: 32, length: 32, batch: 64 },
	large: { layers: 4, width: 128, heads: 4, vocab: 64, length: 64, batch: 64 },
};
const GROUP = 8;

/** GRPO on free rollouts: one token of prompt, every token legal, no end before the limit. */
function planOf({ layers, width, heads, vocab, length, batch }: (typeof SIZES)["small"]): TrainingPlan {
	const { spec } = findPreset("keydoor@1");
	const { prompts: _, groupSize: __, ...sampling } = spec.rollout;
	return {
		model: checkModelConfig({ ...spec.model, layers, width, heads, vocabSize: vocab, contextLength: length + 1 }),
		prompts: batch / GROUP,
		groupSize: GROUP,
		maxPromptLength: 1,
		maxResponseLength: length,
		sampling,
		machine: {
			states: 1,
			vocabSize: vocab,
			actor: new Uint8Array(1),
			next: new Uint32Array(vocab),
			reward: new Float32Array(vocab),
			weight: new Float32Array(vocab).fill(1),
			success: new Uint8Array(1),
			start: Uint32Array.of(0),
		},
		method: spec.method,
		loss: spec.loss,
		optimizer: spec.optimizer,
		epochs: 1,
		minibatches: 1,
		reference: false,
		seed: 1,
	};
}

async function timesOf(task: (step: number) => Promise<unknown>): Promise<string> {
	const times: number[] = [];
	for (let step = 0; step < STEPS; step++) {
		const start = performance.now();
		await task(step);
		times.push(performance.now() - start);
	}
	times.sort((a, b) => a - b);
	const at = (share: number) => times[Math.floor(share * (STEPS - 1))]!.toFixed(3);
	return `median ${at(0.5)}, fastest tenth ${at(0.1)}`;
}

/** A rollout is over when its outcomes are there, a step when its metrics are: what a run waits for. */
async function measure(executor: GpuExecutor, plan: TrainingPlan): Promise<Record<"rollout" | "step", string>> {
	const request = (step: number): RolloutRequest => ({
		step,
		stream: STREAMS.sample,
		promptTokens: new Int32Array(plan.prompts),
		promptLengths: new Int32Array(plan.prompts).fill(1),
		startStates: new Uint32Array(plan.prompts),
	});
	const rollout = await timesOf((step) => {
		executor.rollout(request(step));
		return executor.readOutcomes();
	});
	const step = await timesOf((step) => {
		executor.train(step);
		return executor.metrics(0);
	});
	return { rollout, step };
}

const gpu = create(["backend=null"]);
for (const [name, size] of Object.entries(SIZES)) {
	const plan = planOf(size);
	const opened = await openDevice(gpu);
	const executor = await createGpuExecutor(opened, plan, { split: false });
	const { trainDispatches, creditDispatches, trainSubmits, rolloutDispatches, rolloutSubmits } = executor.counts;
	const { rollout, step } = await measure(executor, plan);
	console.log(
		`${name}: step of ${trainDispatches} dispatches and ${creditDispatches} of credit in ${trainSubmits} submit, host ms ${step}; ` +
			`rollouts of ${rolloutDispatches} dispatches in ${rolloutSubmits} submit, host ms ${rollout}`,
	);
	executor.dispose();
}
process.exit(0);
