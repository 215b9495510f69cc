import type { ExperimentSpec } from "../engine/spec/experiment";
import { parseSpec } from "../engine/spec/parseSpec";
import type { Task, TaskItem } from "../engine/tasks/task";

type State = { readonly at: "call" | "flip" | "won" | "lost"; readonly called: number };

/**
 * A task for tests: call heads (0) or tails (1), then the environment flips; three prompts. Tokens 2 to 4 name the prompts.
 */
export const coinTask: Task = {
	id: "coin",
	params: {},
	vocab: { tokens: ["heads", "tails", "a", "b", "c"] },
	maxPromptLength: 1,
	maxResponseLength: 2,
	splits: "shared",
	promptCount: 3,
	item: (_, index): TaskItem => ({ id: `p${index % 3}`, prompt: [2 + (index % 3)], data: null }),
	env: {
		start: (): State => ({ at: "call", called: 0 }),
		turn: (state) => {
			const { at } = state as State;
			if (at === "call") return { actor: "policy", legal: [0, 1] };
			const fair = [0, 1].map((token) => ({ token, probability: 0.5 }));
			return at === "flip" ? { actor: "environment", outcomes: fair } : { actor: "done" };
		},
		step: (state, token) => {
			const { at, called } = state as State;
			if (at === "call") return { state: { at: "flip", called: token }, reward: 0 };
			const won = token === called;
			return { state: { at: won ? "won" : "lost", called: 0 }, reward: won ? 1 : 0 };
		},
		key: (state) => JSON.stringify(state),
	},
	success: (_, __, reward) => reward > 0,
	demonstration: (_, random) => {
		const call = random() < 0.5 ? 0 : 1;
		return [call, call];
	},
	optimalReturn: 0.5,
	randomReturn: 0.5,
	returnRange: 1,
	steps: () => [{ start: 0, end: 1 }],
	decisiveSteps: () => [0],
};

/** A small experiment on the coin. */
export function coinSpec(change: Record<string, unknown> = {}): ExperimentSpec {
	return parseSpec({
		schema: "ascribe.spec/1",
		task: { id: "coin" },
		method: { id: "grpo" },
		loss: { id: "ppo" },
		model: { layers: 1, width: 8, heads: 1 },
		rollout: { prompts: 4, groupSize: 2 },
		steps: 10,
		evaluation: { every: 5, prompts: 6 },
		...change,
	});
}
