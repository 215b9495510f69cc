import { InvalidInput } from "../core/errors";
import type { Preset } from "./experiment";
import { METHOD_PRESETS } from "./methodPresets";
import { BASE } from "./presetBase";

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
	{
		id: "keychain@1",
		title: "Key chain",
		summary:
			"One action decides and noise follows; a group baseline pays for the noise and finds the key all the same.",
		goal: 0.95,
		spec: {
			...BASE,
			task: { id: "keychain", params: {} },
			warmStart: null,
			steps: 60,
			evaluation: { every: 20, prompts: 32 },
		},
	},
	{
		id: "lake@1",
		title: "Frozen lake",
		summary: "From scratch to the goal across the ice; cells come again in every rollout.",
		goal: 0.95,
		spec: {
			...BASE,
			task: { id: "lake", params: {} },
			warmStart: null,
			steps: 120,
			evaluation: { every: 20, prompts: 32 },
		},
	},
	{
		id: "kbhop@1",
		title: "Search a knowledge base",
		summary: "From demonstrations that succeed half of the time to answers that searches support, by reward alone.",
		goal: 0.85,
		spec: {
			...BASE,
			task: { id: "kbhop", params: {} },
			warmStart: { success: 0.5, learningRate: 1e-3, maxSteps: 1000 },
			optimizer: { ...BASE.optimizer, learningRate: 3e-4 },
			steps: 150,
			evaluation: { every: 25, prompts: 32 },
		},
	},
	{
		id: "toolcalc@1",
		title: "Calls to a calculator",
		summary: "From a few demonstrations to formulas worked out call by call, every call at a price.",
		goal: 0.85,
		spec: {
			...BASE,
			task: { id: "toolcalc", params: {} },
			warmStart: { success: 0.3, learningRate: 1e-3, maxSteps: 1000 },
			optimizer: { ...BASE.optimizer, learningRate: 3e-4 },
			steps: 150,
			evaluation: { every: 25, prompts: 32 },
		},
	},
	{
		id: "anytime@1",
		title: "Think, then answer",
		summary:
			"Partial sums at a price. Dr. GRPO, because a division by the group's deviation makes the small price loud: GRPO unlearns to think.",
		goal: 0.9,
		spec: {
			...BASE,
			task: { id: "anytime", params: {} },
			method: { id: "drGrpo", params: {} },
			warmStart: { success: 0.8, learningRate: 1e-3, maxSteps: 1000 },
			optimizer: { ...BASE.optimizer, learningRate: 3e-4 },
			steps: 150,
			evaluation: { every: 30, prompts: 64 },
		},
	},
	{
		id: "rank@1",
		title: "Ranked list, from scratch",
		summary:
			"From scratch: most of the return in 200 steps, seldom the best list. What a rank gains is paid at the end of the list.",
		goal: 0.15,
		spec: {
			...BASE,
			task: { id: "rank", params: {} },
			warmStart: null,
			optimizer: { ...BASE.optimizer, learningRate: 2e-3 },
			steps: 200,
			evaluation: { every: 40, prompts: 64 },
		},
	},
	{
		id: "rank@2",
		title: "Ranked list",
		summary: "From demonstrations to lists that could not be better; what a rank gains is paid at the end of the list.",
		goal: 0.85,
		spec: {
			...BASE,
			task: { id: "rank", params: {} },
			warmStart: { success: 0.3, learningRate: 1e-3, maxSteps: 1000 },
			optimizer: { ...BASE.optimizer, learningRate: 1e-3 },
			steps: 200,
			evaluation: { every: 40, prompts: 64 },
		},
	},
	{
		id: "strategy@1",
		title: "Choose a plan",
		summary:
			"From demonstrations of any plan that works; the one token that chooses is what uniform credit is slow to find.",
		goal: 0.65,
		spec: {
			...BASE,
			task: { id: "strategy", params: {} },
			warmStart: { success: 0.5, learningRate: 1e-3, maxSteps: 1000 },
			optimizer: { ...BASE.optimizer, learningRate: 3e-4 },
			steps: 200,
			evaluation: { every: 50, prompts: 32 },
		},
	},
	{
		id: "addcarry@1",
		title: "Addition with carries",
		summary: "From demonstrations to 0.6; the carries in between are never checked and yet get right.",
		goal: 0.7,
		spec: {
			...BASE,
			task: { id: "addcarry", params: {} },
			warmStart: { success: 0.6, learningRate: 1e-3, maxSteps: 1000 },
			optimizer: { ...BASE.optimizer, learningRate: 3e-4 },
			steps: 300,
			evaluation: { every: 50, prompts: 64 },
		},
	},
	{
		id: "countdown@1",
		title: "Countdown",
		summary: "From scratch, a first stretch of a long way: a few right expressions among many that are merely valid.",
		goal: 0.15,
		spec: {
			...BASE,
			task: { id: "countdown", params: {} },
			warmStart: null,
			steps: 200,
			evaluation: { every: 40, prompts: 64 },
		},
	},
	{
		id: "star@1",
		title: "Star graph",
		summary:
			"A control: from demonstrations to 0.3, reward alone gets no further, because looking ahead, not credit, is what is missing.",
		goal: 0.25,
		spec: {
			...BASE,
			task: { id: "star", params: {} },
			warmStart: { success: 0.3, learningRate: 1e-3, maxSteps: 1000 },
			optimizer: { ...BASE.optimizer, learningRate: 3e-4 },
			steps: 150,
			evaluation: { every: 50, prompts: 64 },
		},
	},
	{
		id: "box@1",
		title: "Box in a room",
		summary: "A box that can be pushed but not pulled, from demonstrations to 0.3 and from there by reward alone.",
		goal: 0.8,
		spec: {
			...BASE,
			task: { id: "box", params: {} },
			warmStart: { success: 0.3, learningRate: 1e-3, maxSteps: 1000 },
			steps: 120,
			evaluation: { every: 20, prompts: 64 },
		},
	},
	{
		id: "duet@1",
		title: "Duet",
		summary:
			"A reader and a sender find a code for two secrets from scratch, beside an agent whose word changes nothing.",
		goal: 0.9,
		spec: {
			...BASE,
			task: { id: "duet", params: { secrets: 2, symbols: 2 } },
			warmStart: null,
			steps: 80,
			evaluation: { every: 20, prompts: 64 },
		},
	},
	{
		id: "preflog@1",
		title: "Preferences from a log",
		summary:
			"Sums modulo M with a log of another policy beside them, from demonstrations to 0.5 and by reward from there.",
		goal: 0.9,
		spec: {
			...BASE,
			task: { id: "preflog", params: {} },
			warmStart: { success: 0.5, learningRate: 1e-3, maxSteps: 1000 },
			optimizer: { ...BASE.optimizer, learningRate: 3e-4 },
			steps: 120,
			evaluation: { every: 20, prompts: 64 },
		},
	},
	{
		id: "flow2d@1",
		title: "Flow in the plane",
		summary:
			"From scratch, noise is carried to the mode that the prompt names; where it starts is luck, the moves are the policy's.",
		goal: 0.9,
		spec: {
			...BASE,
			task: { id: "flow2d", params: {} },
			warmStart: null,
			steps: 300,
			evaluation: { every: 50, prompts: 64 },
		},
	},
	...METHOD_PRESETS,
];

/** The preset with this id, or the newest of this name when the number is left out. @throws InvalidInput if unknown. */
export function findPreset(id: string): Preset {
	const preset = PRESETS.findLast((p) => p.id === id || p.id.slice(0, p.id.indexOf("@")) === id);
	if (!preset) throw new InvalidInput(`There is no preset "${id}"; there are ${PRESETS.map((p) => p.id).join(", ")}.`);
	return preset;
}
