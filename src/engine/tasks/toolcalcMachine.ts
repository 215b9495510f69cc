import type { ParamTable, ParamValues } from "../spec/params";
import type { Environment, Transition, Turn } from "./task";
import { type Formula, OPS, valuesOf } from "./toolcalcFormula";

export const PARAMS = {
	leaves: {
		type: "integer",
		default: 3,
		min: 2,
		max: 5,
		unit: "numbers",
		label: "Numbers",
		help: "Numbers in the formula; it takes one call less to work out.",
	},
	spare: {
		type: "integer",
		default: 0,
		min: 0,
		max: 2,
		unit: "numbers",
		label: "Spare numbers",
		help: "Numbers that are shown and not needed.",
	},
	calls: {
		type: "integer",
		default: 2,
		min: 1,
		max: 6,
		unit: "calls",
		label: "Most calls",
		help: "Calls before the answer has to be given.",
	},
	M: {
		type: "integer",
		default: 10,
		min: 2,
		max: 10,
		unit: "",
		label: "Modulus",
		help: "Digits run from 0 to M − 1; results are taken modulo M.",
	},
	shape: {
		type: "choice",
		default: "left",
		options: ["left", "any"],
		label: "Formula",
		help: "left: each operation takes the result before it. any: brackets anywhere.",
	},
	price: {
		type: "number",
		default: 0.02,
		min: 0,
		max: 0.1,
		step: 0.01,
		unit: "per call",
		label: "Price",
		help: "What a call costs.",
	},
	slow: {
		type: "integer",
		default: 1,
		min: 1,
		max: 5,
		unit: "times",
		label: "Slow product",
		help: "A product takes, and costs, this many times as much as a sum.",
	},
	errors: {
		type: "number",
		default: 0,
		min: 0,
		max: 0.5,
		step: 0.05,
		unit: "",
		label: "Tool errors",
		help: "How often a call returns a wrong digit.",
	},
	gold: {
		type: "choice",
		default: "all",
		options: ["all", "one"],
		label: "Gold calls",
		help: "all: a + b and b + a both count as the gold call. one: only as the formula writes it.",
	},
	prompts: {
		type: "integer",
		default: 128,
		min: 0,
		max: 4096,
		unit: "prompts",
		label: "Prompts",
		help: "Different formulas in all: few keep the table of states small. 0 draws them without end.",
	},
} as const satisfies ParamTable;
export type Params = ParamValues<typeof PARAMS>;

/** Names of values: the numbers shown, then the results of calls. */
export const POINTERS = 8;

export interface State {
	readonly at: "act" | "op" | "left" | "right" | "reply" | "answer" | "end";
	/** Value of each pointer so far. */
	readonly values: readonly number[];
	readonly target: number;
	/** Calls left. */
	readonly calls: number;
	readonly op: number;
	readonly a: number;
	readonly b: number;
	readonly won: boolean;
}

/** Token ids after the digits. */
export function idsOf({ M }: Params) {
	const op = M;
	const pointer = op + OPS.length;
	const word = pointer + POINTERS;
	return { op, pointer, call: word, answer: word + 1, equals: word + 2, spare: word + 3 };
}
export type Ids = ReturnType<typeof idsOf>;

function turnOf(state: State, { M, errors }: Params, ids: Ids): Turn {
	switch (state.at) {
		case "act":
			return { actor: "policy", legal: state.calls > 0 ? [ids.call, ids.answer] : [ids.answer] };
		case "op":
			return { actor: "policy", legal: OPS.map((_, o) => ids.op + o) };
		case "left":
		case "right":
		case "answer":
			return { actor: "policy", legal: state.values.map((_, v) => ids.pointer + v) };
		case "reply": {
			const right = resultOf(state, M);
			const digits = Array.from({ length: M }, (_, d) => d);
			const chance = (d: number) => (d === right ? 1 - errors : errors / (M - 1));
			const outcomes = digits.map((token) => ({ token, probability: chance(token) }));
			return { actor: "environment", outcomes: outcomes.filter((o) => o.probability > 0) };
		}
		case "end":
			return { actor: "done" };
	}
}

const resultOf = ({ op, values, a, b }: State, M: number) =>
	(OPS[op] as (typeof OPS)[number]).apply(values[a] as number, values[b] as number, M);

function stepFrom(state: State, token: number, params: Params, ids: Ids): Transition<State> {
	const unpaid = (change: Partial<State>) => ({ state: { ...state, ...change }, reward: 0 });
	switch (state.at) {
		case "act":
			return unpaid({ at: token === ids.call ? "op" : "answer" });
		case "op":
			return unpaid({ at: "left", op: token - ids.op });
		case "left":
			return unpaid({ at: "right", a: token - ids.pointer });
		case "right":
			return unpaid({ at: "reply", b: token - ids.pointer });
		case "reply": {
			const next: State = { ...state, at: "act", values: [...state.values, token], calls: state.calls - 1 };
			return { state: next, reward: -priceOf(state.op, params) };
		}
		case "answer": {
			const won = state.values[token - ids.pointer] === state.target;
			return { state: { ...state, at: "end", won }, reward: won ? 1 : 0 };
		}
		case "end":
			return unpaid({});
	}
}

export const priceOf = (op: number, { price, slow }: Params) => price * (OPS[op]?.sign === "*" ? slow : 1);

/**
 * Once no call is left only the pointers to the target count. Before, every value does, but of a pending call only what it
 * will come to: values and results, not which pointers they have.
 */
function keyOf(state: State, params: Params): string {
	const { at, values, target, calls, op, a, won } = state;
	if (at === "end") return `end ${won}`;
	const last = at === "answer" || (at === "act" && calls === 0);
	if (last) return `${at} ${calls > 0} ${values.map((v) => (v === target ? "y" : "n")).join("")}`;
	const known = `${at} ${values.join("")} ${target} ${calls}`;
	if (at === "left") return `${known} ${op}`;
	if (at === "right") return `${known} ${op} ${values[a]}`;
	return at === "reply" ? `${known} ${resultOf(state, params.M)} ${priceOf(op, params)}` : known;
}

/** The environment of TOOLCALC: calls of its calculator and their results, then the pointer to the answer. */
export function environmentOf(params: Params): Environment<State> {
	const ids = idsOf(params);
	const { M, calls } = params;
	return {
		start: (item) => {
			const formula = item.data as Formula;
			const target = valuesOf(formula, M).at(-1) as number;
			return { at: "act", values: formula.numbers, target, calls, op: -1, a: -1, b: -1, won: false };
		},
		turn: (state) => turnOf(state, params, ids),
		step: (state, token) => stepFrom(state, token, params, ids),
		key: (state) => keyOf(state, params),
		// The values at hand, whatever the order in which calls brought them.
		anchor: ({ at, values, calls }) => (at === "act" ? `${calls} left, ${[...values].sort().join(" ")}` : null),
		succeeded: ({ won }) => won,
		decided: ({ at, values, target, calls }) => {
			if (at === "end") return 0;
			return (at === "answer" || (at === "act" && calls === 0)) && !values.includes(target) ? 0 : null;
		},
	};
}
