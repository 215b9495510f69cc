import type { Judge, TaskItem, Verdict } from "./task";
import { type Call, callsOf, type Formula, nodeOf, OPS, valuesOf } from "./toolcalcFormula";
import { idsOf, type Params, priceOf } from "./toolcalcMachine";

/** What the judge has read of a response. */
interface Reading {
	readonly at: "act" | "op" | "left" | "right" | "reply" | "answer" | "over";
	readonly formula: Formula;
	readonly target: number;
	/** The node of the formula that each value holds, null for none; after a call also that which its reply should hold. */
	readonly nodes: readonly (number | null)[];
	/** Whether each value is the target. */
	readonly hits: readonly boolean[];
	readonly op: number;
	readonly a: number;
}

/**
 * Steps are calls and the answer. A call is right if it is a gold call whose result is not at hand yet, whatever the tool then replies; its
 * reward is the gold calls' equal share, 0 if it is none, less the price. The answer is right, and paid 1, if it points to the target. A token
 * out of place makes its step wrong; what comes after belongs to none.
 */
export function judgeOf(params: Params): Judge<Reading> {
	return {
		start: (item: TaskItem) => {
			const formula = item.data as Formula;
			const target = valuesOf(formula, params.M).at(-1) as number;
			const { numbers } = formula;
			const hits = numbers.map((v) => v === target);
			return { at: "act", formula, target, nodes: [...numbers.keys()], hits, op: -1, a: -1 };
		},
		read: (state, token) => readToken(state, token, params),
		key: (state) => keyOf(state, params),
	};
}

function readToken(state: Reading, token: number, params: Params): Verdict<Reading> {
	const ids = idsOf(params);
	const [op, pointer] = [token - ids.op, token - ids.pointer];
	const goesOn = (change: Partial<Reading>) => ({ state: { ...state, ...change }, step: "goes on" as const });
	const known = pointer >= 0 && pointer < state.nodes.length;
	switch (state.at) {
		case "act": {
			const at = token === ids.call ? "op" : token === ids.answer ? "answer" : null;
			return at ? { state: { ...state, at }, step: "begins" } : misplaced(state, "begins");
		}
		case "op":
			return op in OPS ? goesOn({ at: "left", op }) : misplaced(state, "goes on");
		case "left":
			return known ? goesOn({ at: "right", a: pointer }) : misplaced(state, "goes on");
		case "right":
			return known ? called(state, pointer, params) : misplaced(state, "goes on");
		case "reply":
			return { state: replied(state, token, params), step: "none" };
		case "answer": {
			const right = state.hits[pointer] === true;
			return { ...goesOn({ at: "over" }), label: right ? 1 : -1, reward: right ? 1 : 0 };
		}
		case "over":
			return { state, step: "none" };
	}
}

const misplaced = (state: Reading, step: "begins" | "goes on"): Verdict<Reading> => ({
	state: { ...state, at: "over" },
	step,
	label: -1,
});

/** A call that is complete. */
function called(state: Reading, b: number, params: Params): Verdict<Reading> {
	const { formula, nodes, op, a } = state;
	const node = nodeOf(formula, nodes, { op, a, b }, params.gold);
	const share = node === null ? 0 : 1 / callsOf(formula).length;
	return {
		state: { ...state, at: "reply", nodes: [...nodes, node] },
		step: "goes on",
		label: node === null ? -1 : 1,
		reward: share - priceOf(op, params),
	};
}

/** A wrong reply brings no node: its call may be made again. */
function replied(state: Reading, digit: number, { M }: Params): Reading {
	const { formula, nodes, hits, target } = state;
	const node = nodes.at(-1) ?? null;
	const holds = node !== null && valuesOf(formula, M)[node] === digit;
	return {
		...state,
		at: "act",
		nodes: holds ? nodes : [...nodes.slice(0, -1), null],
		hits: [...hits, digit === target],
	};
}

/** Of the formula its calls matter, and their results; of a pending call only what it will be worth with each value. */
function keyOf({ at, formula, nodes, hits, op, a }: Reading, params: Params): string {
	if (at === "over") return at;
	const flags = hits.map(Number).join("");
	if (at === "answer") return `${at} ${flags}`;
	const results = valuesOf(formula, params.M).slice(formula.numbers.length);
	const known = `${at} ${results} ${flags} ${nodes} ${callsOf(formula).map(callName)}`;
	if (at === "left") return `${known} ${op}`;
	if (at !== "right") return known;
	const worth = nodes.map((_, b) => nodeOf(formula, nodes, { op, a, b }, params.gold));
	return `${known} ${priceOf(op, params)} ${worth}`;
}

const callName = ({ op, a, b }: Call) => `${op}.${a}.${b}`;
