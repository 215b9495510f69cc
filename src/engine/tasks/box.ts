import { InvalidInput } from "../core/errors";
import type { ParamTable, ParamValues } from "../spec/params";
import { labelled } from "./judge";
import { exactReturns, RETURN_PROMPTS } from "./returns";
import { promptOrder } from "./splits";
import type { Environment, Task, TaskDefinition, TaskItem, Turn } from "./task";
import { accepts, forks, pick, play, respond, surely } from "./walk";
import { fateJudge } from "./walkJudge";

const PARAMS = {
	side: {
		type: "integer",
		default: 5,
		min: 3,
		max: 5,
		unit: "cells",
		label: "Side of the room",
		help: "The room is a square of side × side cells with walls around it.",
	},
	goal: {
		type: "integer",
		default: 12,
		min: 0,
		max: 24,
		unit: "cell",
		label: "Goal",
		help: "Where the box has to go, counted row by row from 0; 12 is the middle of a room of side 5.",
	},
	actions: {
		type: "integer",
		default: 6,
		min: 1,
		max: 12,
		unit: "moves",
		label: "Moves",
		help: "Moves before the episode ends.",
	},
	away: {
		type: "integer",
		default: 2,
		min: 1,
		max: 12,
		unit: "moves",
		label: "Shortest solution",
		help: "Only starts whose shortest solution takes at least so many moves.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

/** Token ids after the cells c0 … c24. */
const ID = { left: 25, solved: 29, begin: 30, me: 31, box: 32 } as const;
const TOKENS = Array.from({ length: 25 }, (_, c) => `c${c}`).concat(
	["left", "down", "right", "up", "solved"],
	["⟨begin⟩", "me", "box"],
);
const KINDS = TOKENS.map((_, id) => {
	if (id >= ID.left && id < ID.solved) return "action" as const;
	return id >= ID.begin ? ("structure" as const) : ("environment" as const);
});
const ACTIONS = [0, 1, 2, 3].map((a) => ID.left + a);

interface Place {
	readonly me: number;
	readonly box: number;
}
interface State extends Place {
	/** Moves left. */
	readonly left: number;
	/** Whose word comes next: a move, or the environment's account of where the walker and the box are now. */
	readonly next: "move" | "me" | "box";
}

/** The neighbour of a cell in a direction (0 left, 1 down, 2 right, 3 up); null behind a wall. */
function neighbour(side: number, cell: number, direction: number): number | null {
	const row = Math.floor(cell / side) + [0, 1, 0, -1][direction]!;
	const column = (cell % side) + [-1, 0, 1, 0][direction]!;
	return row < 0 || column < 0 || row >= side || column >= side ? null : row * side + column;
}

/** Where a move leads: into a free cell, pushing the box if it is there and can move, else nowhere. */
function moved(side: number, { me, box }: Place, direction: number): Place {
	const to = neighbour(side, me, direction);
	if (to === null) return { me, box };
	if (to !== box) return { me: to, box };
	const beyond = neighbour(side, box, direction);
	return beyond === null ? { me, box } : { me: to, box: beyond };
}

/** Moves to the shortest solution from each place, by `me · side² + box`; Infinity where the box is stuck. */
function distances({ side, goal }: Params): Float64Array {
	const cells = side * side;
	const out = new Float64Array(cells * cells).fill(Number.POSITIVE_INFINITY);
	const at = ({ me, box }: Place) => me * cells + box;
	for (let me = 0; me < cells; me++) out[at({ me, box: goal })] = 0;
	for (let changed = true; changed; ) {
		changed = false;
		for (let i = 0; i < out.length; i++) {
			const place = { me: Math.floor(i / cells), box: i % cells };
			if (place.me === place.box || place.box === goal) continue;
			const best = 1 + Math.min(...[0, 1, 2, 3].map((d) => out[at(moved(side, place, d))]!));
			changed ||= best < out[i]!;
			out[i] = Math.min(out[i]!, best);
		}
	}
	return out;
}

function environmentOf({ side, goal, actions }: Params, distance: Float64Array): Environment<State> {
	const over = ({ box, left, next }: State) => next === "move" && (box === goal || left === 0);
	const turn = (state: State): Turn => {
		if (over(state)) return { actor: "done" };
		if (state.next === "move") return { actor: "policy", legal: ACTIONS };
		if (state.next === "box") return surely(state.box);
		return surely(state.box === goal ? ID.solved : state.me);
	};
	return {
		start: (item) => ({ ...(item.data as Place), left: actions, next: "move" }),
		turn,
		step: (state, token) => {
			if (state.next === "move")
				return { state: { ...moved(side, state, token - ID.left), left: state.left - 1, next: "me" }, reward: 0 };
			if (state.next === "me" && token !== ID.solved) return { state: { ...state, next: "box" }, reward: 0 };
			return { state: { ...state, next: "move" }, reward: token === ID.solved ? 1 : 0 };
		},
		key: (state) =>
			over(state) ? `end ${state.box === goal}` : `${state.me} ${state.box} ${state.left} ${state.next}`,
		anchor: ({ me, box, next }) => (next === "move" ? `c${me} c${box}` : null),
		succeeded: (state) => over(state) && state.box === goal,
		decided: ({ me, box, left, next }) => {
			if (box === goal) return next === "move" ? 0 : 1;
			return distance[me * side * side + box]! > left ? 0 : null;
		},
	};
}

/** Starts whose shortest solution takes from `away` to `actions` moves. */
function startsOf(params: Params, distance: Float64Array): Place[] {
	const cells = params.side ** 2;
	return [...distance.keys()]
		.map((i) => ({ me: Math.floor(i / cells), box: i % cells }))
		.filter(({ me, box }) => {
			const d = distance[me * cells + box]!;
			return me !== box && d >= params.away && d <= params.actions;
		});
}

function checked(params: Params): { distance: Float64Array; starts: Place[] } {
	const { side, goal, actions, away } = params;
	if (goal >= side * side)
		throw new InvalidInput(
			`Task box has its goal at cell ${goal}, but a room of side ${side} has cells 0 to ${side * side - 1}.`,
		);
	const distance = distances(params);
	const starts = startsOf(params, distance);
	const farthest = [...distance].filter(Number.isFinite).reduce((a, b) => Math.max(a, b), 0);
	if (starts.length === 0)
		throw new InvalidInput(
			`Task box has no start that takes at least ${away} and at most ${actions} moves; solutions from this goal take 1 to ${farthest}.`,
		);
	return { distance, starts };
}

function build(params: Params): Task {
	const { side, goal, actions, away } = params;
	const { distance, starts } = checked(params);
	const env = environmentOf(params, distance);
	const order = promptOrder(`box ${side} ${goal} ${actions} ${away}`, starts.length);
	const itemOf = (place: Place): TaskItem => ({
		id: `me c${place.me} box c${place.box}`,
		prompt: [ID.begin, goal, ID.me, place.me, ID.box, place.box],
		data: place,
	});
	const item = (_: unknown, index: number) => itemOf(starts[order[index % starts.length]!]!);
	const pool = () => Array.from({ length: Math.min(RETURN_PROMPTS, starts.length) }, (_, i) => item("train", i));
	const returns = exactReturns(env, pool);
	const after = (state: Place, token: number) => {
		const { me, box } = moved(side, state, token - ID.left);
		return distance[me * side * side + box]!;
	};
	const nearest = (state: State) => Math.min(...ACTIONS.map((a) => after(state, a)));
	const shortest = (state: State, _: unknown, random: () => number) =>
		pick(
			ACTIONS.filter((a) => after(state, a) === nearest(state)),
			random,
		);
	const demonstrate = (of: TaskItem, random: () => number) => respond(env, of, shortest, random);
	/** Whether enough moves are left. */
	const alive = (state: State) => state.box === goal || distance[state.me * side * side + state.box]! <= state.left;
	return {
		id: "box",
		params,
		vocab: { tokens: TOKENS, kinds: KINDS },
		maxPromptLength: 6,
		maxResponseLength: 3 * actions,
		splits: "shared",
		promptCount: starts.length,
		item,
		env: env as Environment<unknown>,
		success: (of, response) => accepts(env, of, response),
		demonstration: demonstrate,
		optimalReturn: 1,
		get randomReturn() {
			return returns().random;
		},
		returnRange: 1,
		...labelled(fateJudge(env, alive)),
		goldTrace: (of) => demonstrate(of, () => 0).flatMap((token) => (ACTIONS.includes(token) ? [[token]] : [])),
		decisiveSteps: (of, response) => forks(env, of, response, alive),
		corruptions: (of, random) => corruptionsOf(env, of, demonstrate(of, random), random),
	};
}

function corruptionsOf(env: Environment<State>, item: TaskItem, good: readonly number[], random: () => number) {
	let lost = good;
	while (play(env, item, lost).success) lost = respond(env, item, (_, legal) => pick(legal, random), random);
	return [
		{ response: good.slice(0, -1), why: "the box has not arrived" },
		{ response: [...lost], why: "the moves are used up" },
		{ response: good.map((token, t) => (t === 1 ? ID.begin : token)), why: "a reply that the room does not give" },
	];
}

/**
 * BOX: push a box to its goal in a small room. It can be pushed but not pulled, so a wrong push loses the game long before its end.
 *
 * Prompt `⟨begin⟩ goal me cell box cell`; response a move, then the walker's cell and the box's, until `solved` or no move is left.
 * Reward 1 for `solved`. Starts are all places with a solution of `away` to `actions` moves. **Optimal return** 1; **random
 * return** by backward induction. **Steps** are moves; one is right if the moves left are still enough for some solution after it, wrong if
 * they no longer are (a box pushed against a wall, a detour too long), irrelevant once they are not.
 */
export const box: TaskDefinition<typeof PARAMS> = {
	id: "box",
	title: "Box in a room",
	summary:
		"A walker pushes a box through a room; it cannot pull, so a wrong push decides long before the moves run out.",
	isolates: "Irreversible moves among states that come again.",
	grammar: {
		prompt: "`⟨begin⟩` goal `me` cell `box` cell",
		response: "(move, then the walker's cell and the box's; or `solved`){≤ moves}",
		reward: "1 when the box reaches the goal, which is success.",
		demonstration: "A shortest solution, any of them.",
	},
	source: {
		cite: "In the manner of Racanière et al. 2017, Imagination-Augmented Agents (Sokoban)",
		url: "https://arxiv.org/abs/1707.06203",
	},
	params: PARAMS,
	levels: {
		xs: { side: 4, goal: 5, actions: 4, away: 1 },
		s: { actions: 8, away: 2 },
		m: { actions: 12, away: 4 },
	},
	expectations: [
		{
			id: "H11.1",
			claim:
				"Anchor groups gain more the more often states come again: with longer episodes and less skilled policies.",
			falsifiedIf: "the credit fidelity of GiGPO minus that of GRPO does not grow from 4 to 12 moves.",
		},
		{
			id: "B1",
			claim: "Once the box is stuck the exact advantage is 0; GRPO keeps charging every later move.",
			falsifiedIf:
				"GRPO puts less than a fifth of its squared credit on moves after the point of no return, at a success rate near 0.3.",
		},
	],
	warmStart: { success: 0.3 },
	build,
};
