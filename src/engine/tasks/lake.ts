import { InvalidInput } from "../core/errors";
import type { ParamTable, ParamValues } from "../spec/params";
import { judged } from "./judge";
import { exactReturns } from "./returns";
import type { Environment, Task, TaskDefinition, TaskItem, Turn } from "./task";
import { accepts, play, respond } from "./walk";
import { runJudge } from "./walkJudge";

const PARAMS = {
	actions: {
		type: "integer",
		default: 8,
		min: 1,
		max: 32,
		unit: "moves",
		label: "Moves",
		help: "Moves before the episode ends. The way from the first corner takes 6.",
	},
	starts: {
		type: "integer",
		default: 1,
		min: 1,
		max: 3,
		unit: "cells",
		label: "Start cells",
		help: "Different prompts: how many cells a walk can start from.",
	},
	slip: {
		type: "flag",
		default: false,
		label: "Slippery",
		help: "A move goes astray to either side with probability 1/3 each.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

/** The 4×4 map of FrozenLake. */
const MAP = "SFFFFHFHFFFHHFFG";
const START_CELLS = [0, 2, 8];
const ID = { left: 16, hole: 20, goal: 21, begin: 22 } as const;
const TOKENS = [...MAP].map((_, c) => `c${c}`).concat(["left", "down", "right", "up", "hole", "goal", "⟨begin⟩"]);
const KINDS = TOKENS.map((_, id) => {
	if (id >= ID.left && id < ID.hole) return "action" as const;
	return id === ID.begin ? ("structure" as const) : ("environment" as const);
});
const ACTIONS = [0, 1, 2, 3].map((a) => ID.left + a);

/** The cell that a move (0 left, 1 down, 2 right, 3 up) leads to; walls stop it. */
function moved(cell: number, action: number): number {
	const row = Math.min(3, Math.max(0, Math.floor(cell / 4) + [0, 1, 0, -1][action]!));
	const column = Math.min(3, Math.max(0, (cell % 4) + [-1, 0, 1, 0][action]!));
	return 4 * row + column;
}

/** Moves from each cell to the goal; Infinity from holes. */
const DISTANCE = (() => {
	const out = [...MAP].map((field) => (field === "G" ? 0 : Number.POSITIVE_INFINITY));
	for (let round = 0; round < MAP.length; round++)
		for (const cell of out.keys())
			if (MAP[cell] !== "H" && MAP[cell] !== "G")
				out[cell] = 1 + Math.min(...[0, 1, 2, 3].map((action) => out[moved(cell, action)]!));
	return out;
})();

interface State {
	readonly cell: number;
	/** Moves left. */
	readonly left: number;
	/** The move that the environment is about to carry out, or null. */
	readonly action: number | null;
}

const replyOf = (cell: number) => (MAP[cell] === "H" ? ID.hole : MAP[cell] === "G" ? ID.goal : cell);

function replies({ cell, action }: State, slip: boolean): Turn {
	const directions = slip ? [0, 1, 3].map((turn) => ((action as number) + turn) % 4) : [action as number];
	const outcomes = new Map<number, number>();
	for (const direction of directions) {
		const token = replyOf(moved(cell, direction));
		outcomes.set(token, (outcomes.get(token) ?? 0) + 1 / directions.length);
	}
	return { actor: "environment", outcomes: [...outcomes].map(([token, probability]) => ({ token, probability })) };
}

const over = ({ cell, left }: State) => left === 0 || MAP[cell] === "H" || MAP[cell] === "G";

function environmentOf({ actions, slip }: Params): Environment<State> {
	return {
		start: (item) => ({ cell: item.data as number, left: actions, action: null }),
		turn: (state) => {
			if (state.action !== null) return replies(state, slip);
			return over(state) ? { actor: "done" } : { actor: "policy", legal: ACTIONS };
		},
		step: (state, token) => {
			if (state.action === null) return { state: { ...state, action: token - ID.left }, reward: 0 };
			const cell = token === ID.goal ? MAP.indexOf("G") : token === ID.hole ? MAP.indexOf("H") : token;
			return { state: { cell, left: state.left - 1, action: null }, reward: token === ID.goal ? 1 : 0 };
		},
		key: (state) => {
			const ended = state.action === null && over(state);
			return ended ? `end ${MAP[state.cell] === "G"}` : `${state.cell} ${state.left} ${state.action ?? ""}`;
		},
		anchor: ({ cell, action }) => (action === null ? `c${cell}` : null),
		succeeded: ({ cell, action }) => action === null && MAP[cell] === "G",
		decided: ({ cell, left, action }) => {
			if (action === null && MAP[cell] === "G") return 0;
			return (DISTANCE[cell] as number) > left ? 0 : null;
		},
	};
}

/** The moves of a response, one by one. */
const movesOf = (response: readonly number[]) =>
	response.filter((token) => ACTIONS.includes(token)).map((move) => [move]);

function build(params: Params): Task {
	const { actions, starts, slip } = params;
	const cells = START_CELLS.slice(0, starts);
	const far = Math.max(...cells.map((cell) => DISTANCE[cell] as number));
	if (far > actions)
		throw new InvalidInput(`Task lake allows ${actions} moves, but the goal is ${far} away; allow at least ${far}.`);
	const env = environmentOf(params);
	const itemOf = (cell: number): TaskItem => ({ id: `c${cell}`, prompt: [ID.begin, cell], data: cell });
	const returns = exactReturns(env, () => cells.map(itemOf));
	const nearest = ({ cell }: State) =>
		ACTIONS.reduce((best, action) =>
			DISTANCE[moved(cell, action - ID.left)]! < DISTANCE[moved(cell, best - ID.left)]! ? action : best,
		);
	const demonstrate = (item: TaskItem, random: () => number) => {
		for (;;) {
			const response = respond(env, item, nearest, random);
			if (play(env, item, response).success) return response;
		}
	};
	return {
		id: "lake",
		params,
		vocab: { tokens: TOKENS, kinds: KINDS },
		maxPromptLength: 2,
		maxResponseLength: 2 * actions,
		splits: "shared",
		promptCount: starts,
		item: (_, index) => itemOf(cells[index % starts] as number),
		env: env as Environment<unknown>,
		success: (item, response) => accepts(env, item, response),
		demonstration: demonstrate,
		get optimalReturn() {
			return returns().optimal;
		},
		get randomReturn() {
			return returns().random;
		},
		returnRange: 1,
		...judged(runJudge(env)),
		...(slip ? {} : { goldTrace: (item: TaskItem) => movesOf(respond(env, item, nearest, () => 0)) }),
		decisiveSteps: (_, response) => response.flatMap((_, t) => (t % 2 === 0 ? [t] : [])),
		corruptions: (item, random) => {
			const cut = { response: demonstrate(item, random).slice(0, -1), why: "the goal is not reached" };
			if (slip) return [cut];
			return [cut, { response: respond(env, item, () => ID.left + 3, random), why: "up leads nowhere" }];
		},
	};
}

/**
 * LAKE: cross a frozen lake to the goal; cells come again, within a rollout and between them.
 *
 * Prompt `⟨begin⟩ cell`; response a move, then the environment's cell, `hole` or `goal`, until one of these or no move is left.
 * Reward 1 at the goal. **Optimal and random return** by backward induction over cells and moves left; 1 and .0029 for 8 moves. **Steps** are
 * moves, without labels: methods that are paid by the step get what the environment pays after it.
 */
export const lake: TaskDefinition<typeof PARAMS> = {
	id: "lake",
	title: "Frozen lake",
	summary: "The cell is shown, a move is made, the next cell is shown; holes end the walk, the goal pays.",
	isolates: "States that come again: what anchors, critics and bootstrapping live on.",
	grammar: {
		prompt: "`⟨begin⟩` cell",
		response: "(move, then the environment's cell, `hole` or `goal`){≤ moves}",
		reward: "1 on reaching the goal, which is success.",
		demonstration: "The shortest way; on slippery ice, walks that arrive.",
	},
	source: { cite: "Brockman et al. 2016, OpenAI Gym (FrozenLake 4x4)", url: "https://arxiv.org/abs/1606.01540" },
	params: PARAMS,
	levels: { xs: { actions: 6 }, s: { actions: 12, starts: 3 }, m: { actions: 16, starts: 3, slip: true } },
	expectations: [
		{
			id: "H11.2",
			claim: "Critics of states beat group methods per token here, because states come again.",
			falsifiedIf: "a fitted TD(0) has lower credit fidelity than GRPO.",
		},
	],
	warmStart: null,
	build,
};
