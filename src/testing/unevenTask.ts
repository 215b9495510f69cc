import type { Policy } from "../engine/oracle/policy";
import type { Task } from "../engine/tasks/task";

interface State {
	readonly chosen: readonly number[];
}
const [LEFT, RIGHT, USUAL, RARE] = [0, 1, 2, 3] as const;
const PAID: Readonly<Record<string, number>> = { "0 2": 2, "0 3": 0, "1 2": 0, "1 3": 10 };

/**
 * A task for tests, two choices long: left or right, then the usual or the rare token. Left usually pays 2, right rarely pays 10. By the
 * policy of `unevenPolicy` left is worth 1.8 and right 1; the plain mean of what can follow is 1 and 5.
 */
export const unevenTask: Task = {
	id: "uneven",
	params: {},
	vocab: { tokens: ["left", "right", "usual", "rare", "prompt"] },
	maxPromptLength: 1,
	maxResponseLength: 2,
	splits: "shared",
	promptCount: 1,
	item: () => ({ id: "p", prompt: [4], data: null }),
	env: {
		start: (): State => ({ chosen: [] }),
		turn: (state) => {
			const { chosen } = state as State;
			if (chosen.length === 2) return { actor: "done" };
			return { actor: "policy", legal: chosen.length === 0 ? [LEFT, RIGHT] : [USUAL, RARE] };
		},
		step: (state, token) => {
			const chosen = [...(state as State).chosen, token];
			return { state: { chosen }, reward: PAID[chosen.join(" ")] ?? 0 };
		},
		key: (state) => JSON.stringify(state),
	},
	success: (_, __, reward) => reward > 0,
	demonstration: () => [LEFT, USUAL],
	optimalReturn: 1.8,
	randomReturn: 3,
	returnRange: 10,
	steps: () => [
		{ start: 0, end: 1 },
		{ start: 1, end: 2 },
	],
	decisiveSteps: () => [0],
};

/** Left or right with ½ each, then the usual token with .9. */
export const unevenPolicy: Policy = {
	vocabSize: 5,
	observes: "prefix",
	logProbs: (prefixes) =>
		prefixes.map(({ response }) =>
			Float64Array.from({ length: 5 }, (_, token) => {
				if (response.length === 0) return token === LEFT || token === RIGHT ? Math.log(0.5) : Number.NEGATIVE_INFINITY;
				if (token === USUAL) return Math.log(0.9);
				return token === RARE ? Math.log(0.1) : Number.NEGATIVE_INFINITY;
			}),
		),
};
