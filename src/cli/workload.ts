import { STREAMS } from "../engine/core/rng";
import { checkModelConfig } from "../engine/model/config";
import type { ExperimentSpec } from "../engine/spec/experiment";
import { findPreset } from "../engine/spec/presets";
import { openSpec } from "../engine/spec/registries";
import type { RolloutRequest, TrainingPlan } from "../engine/training/executor";
import { planOf } from "../engine/training/plan";
import { promptPool } from "../engine/training/prompts";
import { Requests } from "../engine/training/requests";
import { shownName } from "./openExperiment";

/** What is timed: a plan, and the rollout batch of each of its steps. */
export interface Workload {
	readonly name: string;
	readonly plan: TrainingPlan;
	request(step: number): RolloutRequest;
}

/** Sizes of free rollouts, as in the benchmarks: tokens sampled a rollout, and rollouts. */
export const SIZES = {
	small: { layers: 2, width: 64, heads: 4, vocab: 32, length: 32, batch: 64 },
	large: { layers: 4, width: 128, heads: 4, vocab: 64, length: 64, batch: 64 },
} as const;
export type Size = keyof typeof SIZES;

const GROUP = 8;

/** GRPO on free rollouts: one token of prompt, every token legal, no end before the limit. */
export function freeWorkload(name: Size): Workload {
	const { layers, width, heads, vocab, length, batch } = SIZES[name];
	const { spec } = findPreset("keydoor@1");
	const { prompts: _, groupSize: __, ...sampling } = spec.rollout;
	const prompts = batch / GROUP;
	const plan: TrainingPlan = {
		model: checkModelConfig({ ...spec.model, layers, width, heads, vocabSize: vocab, contextLength: length + 1 }),
		prompts,
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
	return {
		name,
		plan,
		request: (step) => ({
			step,
			stream: STREAMS.sample,
			promptTokens: new Int32Array(prompts),
			promptLengths: new Int32Array(prompts).fill(1),
			startStates: new Uint32Array(prompts),
		}),
	};
}

/** The training steps of an experiment, without its warm start. @throws InvalidInput for what is unknown or out of range. */
export function experimentWorkload(name: string, given: ExperimentSpec): Workload {
	const { spec, task } = openSpec(given, shownName(name));
	const pool = promptPool(task, spec);
	const plan = planOf(spec, task, pool);
	const requests = new Requests(plan, pool);
	return { name, plan, request: (step) => requests.training(step) };
}
