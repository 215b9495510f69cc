import { InvalidInput } from "../core/errors";
import type { ExperimentSpec, Preset } from "./experiment";

/** What the presets share: 2 layers, d 64, 4 heads, 32 prompts × 8 rollouts, one on-policy step a batch. */
const BASE = {
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

/** Published presets. A number never changes its meaning: a correction is appended with the next number. */
export const PRESETS: readonly Preset[] = [
	{
		id: "keydoor@1",
		title: "Key and door",
		summary: "A policy learns from scratch to take the right key long before the door pays.",
		goal: 0.95,
		spec: {
			...BASE,
			task: { id: "keydoor", params: {} },
			warmStart: null,
			steps: 120,
			evaluation: { every: 20, prompts: 32 },
		},
	},
	{
		id: "modchain@1",
		title: "Sums modulo M",
		summary:
			"A chain of partial sums in which every token matters, from demonstrations to 0.6 and from there by reward alone.",
		goal: 0.9,
		spec: {
			...BASE,
			task: { id: "modchain", params: {} },
			warmStart: { success: 0.6, learningRate: 1e-3, maxSteps: 1000 },
			optimizer: { ...BASE.optimizer, learningRate: 3e-4 },
			steps: 120,
			evaluation: { every: 20, prompts: 64 },
		},
	},
];

/** The preset with this id, or the newest of this name when the number is left out. @throws InvalidInput if unknown. */
export function findPreset(id: string): Preset {
	const preset = PRESETS.findLast((p) => p.id === id || p.id.slice(0, p.id.indexOf("@")) === id);
	if (!preset) throw new InvalidInput(`There is no preset "${id}"; there are ${PRESETS.map((p) => p.id).join(", ")}.`);
	return preset;
}
