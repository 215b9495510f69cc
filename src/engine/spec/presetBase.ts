import type { ExperimentSpec } from "./experiment";

/** What the presets share: 2 layers, d 64, 4 heads, 32 prompts × 8 rollouts, one on-policy step a batch. */
export const BASE = {
	schema: "ascribe.spec/1",
	model: { layers: 2, width: 64, heads: 4, headBias: false, tiedHead: false, valueHead: false },
	rollout: { prompts: 32, groupSize: 8, temperature: 1, topK: 0, topP: 1 },
	method: { id: "grpo", params: {} },
	loss: { id: "ppo", params: {} },
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
	probes: [],
	oracle: "auto",
	seed: 1,
} as const satisfies Partial<ExperimentSpec>;
