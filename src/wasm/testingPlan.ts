import { Rng } from "../engine/core/rng";
import { type ModelConfig, parameterLayout } from "../engine/model/config";
import type { Machine } from "../engine/tasks/machine";
import { ACTOR, NO_STATE } from "../engine/tasks/machine";
import type { RolloutRequest, SamplingPlan, TrainingPlan, TrainState } from "../engine/training/executor";

export interface Shape {
	readonly model: Omit<ModelConfig, "contextLength">;
	readonly prompts: number;
	readonly groupSize: number;
	readonly maxPromptLength: number;
	readonly maxResponseLength: number;
	readonly sampling?: Partial<SamplingPlan>;
	readonly reference?: boolean;
}

/** A plan on a machine drawn at random: states of the policy, of the environment with one or several replies, and ends. */
export function randomPlan(shape: Shape): TrainingPlan {
	const { model, sampling, reference = false, ...rest } = shape;
	return {
		...rest,
		model: { ...model, contextLength: shape.maxPromptLength + shape.maxResponseLength },
		sampling: { temperature: 0.8, topK: 0, topP: 1, ...sampling },
		machine: randomMachine(model.vocabSize),
		method: { id: "none", params: {} },
		loss: { id: "none", params: {} },
		optimizer: {
			learningRate: 0.01,
			beta1: 0.9,
			beta2: 0.95,
			eps: 1e-8,
			weightDecay: 0.1,
			clipNorm: 1,
			warmupSteps: 0,
			decaySteps: 0,
			finalFraction: 1,
		},
		epochs: 1,
		minibatches: 1,
		reference,
		seed: 11,
	};
}

function randomMachine(V: number): Machine {
	const rng = Rng.of(1).fork(V);
	const S = 12;
	const actor = Uint8Array.from({ length: S }, (_, s) =>
		s >= S - 2 ? ACTOR.done : s % 4 === 3 ? ACTOR.environment : ACTOR.policy,
	);
	const next = new Uint32Array(S * V).fill(NO_STATE);
	const weight = new Float32Array(S * V);
	const reward = new Float32Array(S * V);
	for (let s = 0; s < S - 2; s++) {
		const legal = rng.shuffle(Array.from({ length: V }, (_, v) => v)).slice(0, s % 3 === 0 ? V : s === 7 ? 1 : 2);
		for (const v of legal) {
			weight[s * V + v] = actor[s] === ACTOR.environment ? 1 / legal.length : 1;
			next[s * V + v] = rng.uniform() < 0.1 ? S - 1 - rng.integer(2) : rng.integer(S - 2);
			reward[s * V + v] = rng.integer(3);
		}
	}
	return {
		states: S,
		vocabSize: V,
		actor,
		next,
		weight,
		reward,
		success: Uint8Array.from({ length: S }, (_, s) => (s === S - 1 ? 1 : 0)),
		start: Uint32Array.of(0),
	};
}

/** Prompts of every length from 1 up, start states among those of the policy. */
export function randomRequest(plan: TrainingPlan, step = 1): RolloutRequest {
	const rng = Rng.of(step);
	const { prompts, maxPromptLength: P } = plan;
	return {
		step,
		stream: 0,
		promptTokens: Int32Array.from({ length: prompts * P }, () => rng.integer(plan.model.vocabSize)),
		promptLengths: Int32Array.from({ length: prompts }, (_, i) => 1 + (i % P)),
		startStates: Uint32Array.from({ length: prompts }, (_, i) => i % 3),
	};
}

/** Parameters large enough for distributions that are far from uniform; moments zero. */
export function randomState(plan: TrainingPlan): TrainState {
	const layout = parameterLayout(plan.model);
	const rng = Rng.of(5);
	const parameters = new Float32Array(layout.size);
	for (const { offset, length, init } of layout.tensors)
		for (let i = 0; i < length; i++)
			parameters[offset + i] = (init === "ones" ? 1 : 0) + rng.normal() * (init === "zeros" ? 0.1 : 0.2);
	return {
		parameters,
		firstMoment: new Float32Array(layout.size),
		secondMoment: new Float32Array(layout.size),
		step: 0,
	};
}
