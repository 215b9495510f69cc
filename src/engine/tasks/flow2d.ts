import { InvalidInput } from "../core/errors";
import type { ParamTable, ParamValues } from "../spec/params";
import { labelled } from "./judge";
import { exactReturns } from "./returns";
import type { Environment, Task, TaskDefinition, TaskItem, Transition, Turn } from "./task";
import { accepts, forks, pick, play, respond, respondWell } from "./walk";
import { fateJudge } from "./walkJudge";

const PARAMS = {
	half: {
		type: "integer",
		default: 2,
		min: 1,
		max: 4,
		unit: "cells",
		label: "Half width",
		help: "The plane is a lattice from −half to half in both directions.",
	},
	steps: {
		type: "integer",
		default: 3,
		min: 1,
		max: 12,
		unit: "steps",
		label: "Denoising steps",
		help: "Moves from the noise to the sample; each changes either coordinate by at most 1.",
	},
	reward: {
		type: "choice",
		default: "bump",
		options: ["bump", "checker"],
		label: "Reward",
		help: "bump: the closer to the mode, the more. checker: 1 on the dark cells of the mode's quadrant.",
	},
	radius: {
		type: "number",
		default: 1,
		min: 0.25,
		max: 4,
		step: 0.25,
		unit: "cells",
		label: "Radius of the bump",
		help: "Standard deviation r of the reward exp(−d²/2r²) at distance d from the mode.",
	},
	noise: {
		type: "number",
		default: 0,
		min: 0,
		max: 0.8,
		step: 0.1,
		unit: "",
		label: "Noise",
		help: "Largest probability with which the environment shakes the point by one cell after a move; 0 is a deterministic sampler.",
	},
	schedule: {
		type: "choice",
		default: "constant",
		options: ["constant", "early", "late"],
		label: "Noise schedule",
		help: "constant: the same after every move. early: falls to 0 with the last move. late: rises from 0.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

/** The 3 × 3 moves, row by row from the upper left; the middle one stays. */
const MOVES = ["↖", "↑", "↗", "←", "·", "→", "↙", "↓", "↘"];
const SHAKES = [1, 3, 5, 7];
const MODES = ["mode-ne", "mode-nw", "mode-sw", "mode-se"];
const ID = { stay: 4, mode: 9, begin: 13, x: 14, y: 23 } as const;
/** Coordinates from −4 to 4, whatever the lattice. */
const WIDEST = 4;
const coordinate = (axis: string) => Array.from({ length: 2 * WIDEST + 1 }, (_, i) => `${axis}${i - WIDEST}`);
const TOKENS = [...MOVES, ...MODES, "⟨begin⟩", ...coordinate("x"), ...coordinate("y")];
const KINDS = TOKENS.map((_, id) => {
	if (id < ID.mode) return "action" as const;
	return id < ID.x ? ("structure" as const) : ("environment" as const);
});

interface Point {
	readonly x: number;
	readonly y: number;
}
interface State extends Point {
	readonly mode: number;
	/** Moves made. */
	readonly moved: number;
	readonly next: "x" | "y" | "move" | "shake" | "end";
}

/** Where a mode is: one cell inside the corner, so that it can be missed on all sides. */
function modeOf(mode: number, half: number): Point {
	const far = Math.max(1, half - 1);
	return { x: mode === 0 || mode === 3 ? far : -far, y: mode < 2 ? far : -far };
}

const clamp = (v: number, half: number) => Math.max(-half, Math.min(half, v));
const shifted = ({ x, y }: Point, move: number, half: number): Point => ({
	x: clamp(x + (move % 3) - 1, half),
	y: clamp(y + 1 - Math.floor(move / 3), half),
});
const movesBetween = (a: Point, b: Point) => Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y));

/** Probability of each start coordinate: a binomial law, the lattice's normal. */
function startLaw(half: number): { value: number; probability: number }[] {
	let ways = 1;
	return Array.from({ length: 2 * half + 1 }, (_, k) => {
		const probability = ways / 4 ** half;
		ways = (ways * (2 * half - k)) / (k + 1);
		return { value: k - half, probability };
	});
}

/** Probability that the point is shaken after move k of N. */
function noiseAfter(k: number, { noise, schedule, steps }: Params): number {
	if (schedule === "constant" || steps === 1) return noise;
	const share = (k - 1) / (steps - 1);
	return noise * (schedule === "late" ? share : 1 - share);
}

/** What a sample is worth. */
function worth({ x, y, mode }: Pick<State, "x" | "y" | "mode">, { reward, radius, half }: Params): number {
	const target = modeOf(mode, half);
	if (reward === "checker") {
		const inside = x * target.x > 0 && y * target.y > 0;
		return inside && Math.abs(x + y) % 2 === 0 ? 1 : 0;
	}
	return Math.exp(-((x - target.x) ** 2 + (y - target.y) ** 2) / (2 * radius ** 2));
}

function turnOf(state: State, params: Params): Turn {
	const { half } = params;
	if (state.next === "end") return { actor: "done" };
	if (state.next === "move") return { actor: "policy", legal: MOVES.map((_, move) => move) };
	if (state.next === "shake") {
		const p = noiseAfter(state.moved, params);
		const aside = SHAKES.map((token) => ({ token, probability: p / SHAKES.length }));
		return { actor: "environment", outcomes: [{ token: ID.stay, probability: 1 - p }, ...aside] };
	}
	const first = ID[state.next] + WIDEST;
	const outcomes = startLaw(half).map(({ value, probability }) => ({ token: first + value, probability }));
	return { actor: "environment", outcomes };
}

function stepFrom(state: State, token: number, params: Params): Transition<State> {
	const { half, steps } = params;
	if (state.next === "x") return { state: { ...state, x: token - ID.x - WIDEST, next: "y" }, reward: 0 };
	if (state.next === "y") return { state: { ...state, y: token - ID.y - WIDEST, next: "move" }, reward: 0 };
	const point = { ...state, ...shifted(state, token, half) };
	const moved = state.next === "move" ? state.moved + 1 : state.moved;
	const shaken = state.next === "move" && noiseAfter(moved, params) > 0;
	const next = shaken ? "shake" : moved === steps ? "end" : "move";
	return { state: { ...point, moved, next }, reward: next === "end" ? worth(point, params) : 0 };
}

function environmentOf(params: Params): Environment<State> {
	const succeeded = (state: State) => state.next === "end" && worth(state, params) === 1;
	return {
		start: (item) => ({ x: 0, y: 0, mode: item.data as number, moved: 0, next: "x" }),
		turn: (state) => turnOf(state, params),
		step: (state, token) => stepFrom(state, token, params),
		key: (state) =>
			state.next === "end"
				? `end ${succeeded(state)}`
				: `${state.mode} ${state.x} ${state.y} ${state.moved} ${state.next}`,
		anchor: ({ x, y, next }) => (next === "move" ? `${x} ${y}` : null),
		succeeded,
		decided: ({ next }) => (next === "end" ? 0 : null),
	};
}

/** Samples worth 1. */
function targetsOf(mode: number, params: Params): Point[] {
	const cells = Array.from({ length: 2 * params.half + 1 }, (_, i) => i - params.half);
	const points = cells.flatMap((x) => cells.map((y) => ({ x, y })));
	return points.filter((point) => worth({ ...point, mode }, params) === 1);
}

/** Moves to the nearest sample worth 1. */
const toGo = (point: Point, targets: readonly Point[]) =>
	targets.reduce((best, target) => Math.min(best, movesBetween(point, target)), Number.POSITIVE_INFINITY);

/** Whether the moves left, and shakes where there are any, can carry the point to a sample worth 1: a shake helps in one direction only. */
function reachable(state: State, targets: readonly Point[], params: Params): boolean {
	const { moved, next } = state;
	if (next === "x" || next === "y") return true;
	const moves = params.steps - moved;
	const later = Array.from({ length: moves }, (_, k) => noiseAfter(moved + 1 + k, params)).filter((p) => p > 0);
	const shakes = later.length + (next === "shake" ? 1 : 0);
	const beyond = (d: number) => Math.max(0, Math.abs(d) - moves);
	return targets.some(({ x, y }) => beyond(state.x - x) + beyond(state.y - y) <= shakes);
}

function checked(params: Params): Params {
	const { half, steps } = params;
	const corners = [-half, half].flatMap((x) => [-half, half].map((y) => ({ x, y })));
	const targets = targetsOf(0, params);
	const farthest = Math.max(...corners.map((corner) => toGo(corner, targets)));
	if (!(farthest <= steps))
		throw new InvalidInput(
			`Task flow2d takes ${steps} steps, but from the far corner the reward is ${farthest} away; allow at least ${farthest}.`,
		);
	return params;
}

function build(given: Params): Task {
	const params = checked(given);
	const { steps, half } = params;
	const env = environmentOf(params);
	const itemOf = (mode: number): TaskItem => ({
		id: MODES[mode] as string,
		prompt: [ID.begin, ID.mode + mode],
		data: mode,
	});
	const returns = exactReturns(env, () => MODES.map((_, mode) => itemOf(mode)));
	const targets = MODES.map((_, mode) => targetsOf(mode, params));
	const alive = (state: State) => reachable(state, targets[state.mode]!, params);
	/** Any move after which the target can still be reached by moves alone; where none is left, the nearest. */
	const good = (state: State, legal: readonly number[], random: () => number) => {
		const after = legal.map((move) => toGo(shifted(state, move, half), targets[state.mode]!));
		const reach = Math.max(Math.min(...after), steps - state.moved - 1);
		return pick(
			legal.filter((_, i) => after[i]! <= reach),
			random,
		);
	};
	const demonstrate = (of: TaskItem, random: () => number) => respondWell(env, of, good, random);
	return {
		id: "flow2d",
		params,
		vocab: { tokens: TOKENS, kinds: KINDS },
		maxPromptLength: 2,
		maxResponseLength: 2 + steps + [...Array(steps).keys()].filter((k) => noiseAfter(k + 1, params) > 0).length,
		splits: "shared",
		promptCount: MODES.length,
		item: (_, index) => itemOf(index % MODES.length),
		env: env as Environment<unknown>,
		success: (of, response) => accepts(env, of, response),
		demonstration: demonstrate,
		get optimalReturn() {
			return returns().optimal;
		},
		get randomReturn() {
			return returns().random;
		},
		returnRange: 1,
		...labelled(fateJudge(env, alive)),
		decisiveSteps: (of, response) => forks(env, of, response, alive),
		corruptions: (of, random) => {
			let astray = demonstrate(of, random);
			const cut = astray.slice(0, -1);
			while (play(env, of, astray).success) astray = respond(env, of, (_, legal) => pick(legal, random), random);
			return [
				{ response: cut, why: "the last step is missing" },
				{ response: astray, why: "the sample misses the target" },
			];
		},
	};
}

/**
 * FLOW2D: a sampler that carries noise to data in a few steps, as a policy over tokens: one move on a lattice is one denoising step.
 *
 * Prompt `⟨begin⟩ mode`; the environment draws the noise x, y from a binomial law; then `steps` moves to one of the nine
 * neighbours, each followed by a shake of the environment where there is noise. The last token pays exp(−d²/2r²) (`bump`) or 1 on the
 * dark cells of the quadrant (`checker`). **Optimal and random return** by backward induction. **Steps** are moves; one is right if a reward of
 * 1 can still be reached after it, wrong if it no longer can, irrelevant once it cannot: a point that a shake carried away is not the
 * policy's fault. The continuous sampler of flow matching, with
 * Gaussian steps, has its truth on a grid: `oracle/flowGrid.ts`.
 */
export const flow2d: TaskDefinition<typeof PARAMS> = {
	id: "flow2d",
	title: "Flow in the plane",
	summary:
		"A point of noise is moved to the mode that the prompt names, a step at a time, and only where it ends is paid.",
	isolates: "A sampler's steps as tokens: where chance enters decides where credit belongs.",
	grammar: {
		prompt: "`⟨begin⟩` mode",
		response: "x y of the noise, move{steps}, each followed by a shake where there is noise",
		reward:
			"At the end exp(−d²/2r²) at distance d from the mode, or 1 on dark cells of its quadrant. Success is a reward of 1.",
		demonstration: "Moves that reach a reward of 1, any of them.",
	},
	source: { cite: "Liu et al. 2025, Flow-GRPO (denoising steps as actions)", url: "https://arxiv.org/abs/2505.05470" },
	params: PARAMS,
	levels: {
		xs: {},
		s: { half: 3, steps: 6 },
		m: { half: 4, steps: 10, noise: 0.3, schedule: "early" },
	},
	expectations: [
		{
			id: "H14.2",
			claim: "Influence sits where chance is: at a random policy the last step holds more of Σ A² than the first.",
			falsifiedIf: "the first of three steps holds more of Σ A² than the last under the uniform policy.",
		},
	],
	warmStart: null,
	build,
};
