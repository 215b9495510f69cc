import { InvalidInput } from "../core/errors";
import type { ParamTable, ParamValues } from "../spec/params";
import { labelledSteps } from "./judge";
import { exactReturns, RETURN_PROMPTS } from "./returns";
import { drawnItem, MANY_PROMPTS, promptOrder } from "./splits";
import type { Environment, Judge, Split, Task, TaskDefinition, TaskItem, Transition, Turn } from "./task";
import { accepts, play } from "./walk";

const PARAMS = {
	items: {
		type: "integer",
		default: 5,
		min: 3,
		max: 10,
		unit: "items",
		label: "Items",
		help: "Items in the catalogue; the prompt shows how good each is.",
	},
	picks: {
		type: "integer",
		default: 3,
		min: 2,
		max: 8,
		unit: "ranks",
		label: "Ranks",
		help: "Items to list, best first.",
	},
	grades: {
		type: "integer",
		default: 3,
		min: 1,
		max: 4,
		unit: "",
		label: "Best grade",
		help: "Grades run from 0 to this; an item of grade g gains 2^g − 1.",
	},
	pay: {
		type: "choice",
		default: "end",
		options: ["end", "ranks"],
		label: "Paid",
		help: "end: the whole NDCG with the last rank. ranks: each rank's share of it at once.",
	},
	split: {
		type: "flag",
		default: false,
		label: "Names of two tokens",
		help: "An item is named by a letter and a number, so that ranks are not tokens.",
	},
	loose: {
		type: "flag",
		default: false,
		label: "Repeats legal",
		help: "Lets the policy list an item twice, or one that is not in the catalogue; neither gains anything.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

/** Items in a row of names of two tokens: A1 A2 A3 B1 … */
const ROW = 3;
const gainOf = (grade: number) => 2 ** grade - 1;
const discount = (rank: number) => 1 / Math.log2(rank + 2);
/** Discounted gain of grades in this order. */
const dcg = (grades: readonly number[]) => grades.reduce((sum, g, rank) => sum + gainOf(g) * discount(rank), 0);
const best = (grades: readonly number[], picks: number) => [...grades].sort((a, b) => b - a).slice(0, picks);

interface State {
	readonly grades: readonly number[];
	/** Bit i: item i is listed. */
	readonly taken: number;
	readonly rank: number;
	/** Letter written, where names have two tokens. */
	readonly row: number | null;
	/** Gain so far, discounted, and the most that is possible. */
	readonly got: number;
	readonly ideal: number;
	/** Items listed so far are different ones of the catalogue, and none could be better. */
	readonly right: boolean;
}

/** Token ids: grades, then items (or letters and numbers), then these. */
function idsOf({ items, grades, split }: Params) {
	const item = grades + 1;
	const column = item + Math.ceil(items / ROW);
	const out = split ? column + ROW : item + items;
	return { item, column, out, ask: out + 1 };
}
type Ids = ReturnType<typeof idsOf>;

function turnOf({ taken, rank, row }: State, { items, picks, split, loose }: Params, ids: Ids): Turn {
	if (rank === picks) return { actor: "done" };
	const free = Array.from({ length: items }, (_, i) => i).filter((i) => loose || !(taken & (1 << i)));
	const outside = loose ? [ids.out] : [];
	if (!split) return { actor: "policy", legal: [...free.map((i) => ids.item + i), ...outside] };
	if (row !== null)
		return {
			actor: "policy",
			legal: free.filter((i) => Math.floor(i / ROW) === row).map((i) => ids.column + (i % ROW)),
		};
	const rows = [...new Set(free.map((i) => Math.floor(i / ROW)))];
	return { actor: "policy", legal: [...rows.map((r) => ids.item + r), ...outside] };
}

/** The state after an item, null for one outside of the catalogue, is listed. */
function listed(state: State, item: number | null, params: Params): Transition<State> {
	const fresh = item !== null && !(state.taken & (1 << item));
	const grade = fresh ? (state.grades[item] as number) : 0;
	const left = state.grades.filter((_, i) => !(state.taken & (1 << i)));
	const gain = gainOf(grade) * discount(state.rank);
	const got = state.got + gain;
	const next: State = {
		...state,
		taken: fresh ? state.taken | (1 << item) : state.taken,
		rank: state.rank + 1,
		row: null,
		got,
		right: state.right && fresh && grade === Math.max(...left),
	};
	if (params.pay === "ranks") return { state: next, reward: gain / state.ideal };
	return { state: next, reward: next.rank === params.picks ? got / state.ideal : 0 };
}

function environmentOf(params: Params): Environment<State> {
	const { split, picks, pay } = params;
	const ids = idsOf(params);
	return {
		start: (item) => {
			const grades = item.data as readonly number[];
			return { grades, taken: 0, rank: 0, row: null, got: 0, ideal: dcg(best(grades, picks)), right: true };
		},
		turn: (state) => turnOf(state, params, ids),
		step: (state, token) => {
			if (token === ids.out) return listed(state, null, params);
			if (!split) return listed(state, token - ids.item, params);
			if (state.row === null) return { state: { ...state, row: token - ids.item }, reward: 0 };
			return listed(state, ROW * state.row + token - ids.column, params);
		},
		key: ({ grades, taken, rank, row, got, ideal, right }) => {
			if (rank === picks) return `end ${right}`;
			const left = grades.map((g, i) => (taken & (1 << i) ? "." : g)).join("");
			return `${left} ${rank} ${row ?? ""} ${pay === "end" ? got.toFixed(9) : ""} ${ideal.toFixed(9)} ${right}`;
		},
		anchor: ({ taken, row }) => (row === null ? `listed ${taken}` : null),
		succeeded: ({ rank, right }) => rank === picks && right,
		decided: ({ grades, taken, rank, got, ideal }) => {
			if (rank === picks) return 0;
			const left = grades.filter((_, i) => !(taken & (1 << i)));
			if (params.loose || new Set(left).size > 1) return null;
			const rest = dcg([...new Array(rank).fill(0), ...left.slice(0, picks - rank)]);
			return ((pay === "end" ? got : 0) + rest) / ideal;
		},
	};
}

/** Mean return of the uniform policy in closed form: at every rank each item has the same chance. */
function randomReturnOf(prompts: readonly (readonly number[])[], { items, picks, loose }: Params): number {
	const chance = (rank: number) => (loose ? (items / (items + 1)) ** rank / (items + 1) : 1 / items);
	const listing = Array.from({ length: picks }, (_, rank) => chance(rank) * discount(rank)).reduce((a, x) => a + x, 0);
	const each = prompts.map((g) => (listing * g.reduce((sum, x) => sum + gainOf(x), 0)) / dcg(best(g, picks)));
	return each.reduce((sum, x) => sum + x, 0) / each.length;
}

interface Reading {
	/** Grades of the items, null for those that are listed. */
	readonly left: readonly (number | null)[];
	readonly ideal: number;
	/** Row named by the first token of a name, where names take two. */
	readonly row: number | null;
}

/** Each rank with its gain as a share of the ideal, before discounting; right where no better item was left. */
function judgeOf({ picks, split }: Params, ids: Ids): Judge<Reading> {
	return {
		start: (of) => ({ left: gradesOf(of), ideal: dcg(best(gradesOf(of), picks)), row: null }),
		read(state, token) {
			const { left, ideal, row } = state;
			const whole = !split || token === ids.out;
			if (!whole && row === null) return { state: { ...state, row: token - ids.item }, step: "begins" };
			const item = token === ids.out ? -1 : whole ? token - ids.item : ROW * (row as number) + token - ids.column;
			const grade = left[item] ?? null;
			const top = left.reduce<number>((most, g) => Math.max(most, g ?? -1), -1);
			return {
				state: { left: left.map((g, i) => (i === item ? null : g)), ideal, row: null },
				step: whole ? "begins" : "goes on",
				reward: gainOf(grade ?? 0) / ideal,
				label: grade === top ? 1 : -1,
			};
		},
		key: ({ left, ideal, row }) => `${left} ${ideal} ${row}`,
	};
}

const gradesOf = (item: TaskItem) => item.data as readonly number[];

function build(params: Params): Task {
	const { items, picks, grades, split } = params;
	if (picks >= items)
		throw new InvalidInput(
			`Task rank lists ${picks} of ${items} items; list at most ${items - 1}, so that there is a choice.`,
		);
	const ids = idsOf(params);
	const env = environmentOf(params);
	// Every catalogue but the one in which nothing is worth listing.
	const count = (grades + 1) ** items - 1;
	const disjoint = count >= MANY_PROMPTS;
	const name = `rank ${items} ${grades}`;
	const order = disjoint ? [] : promptOrder(name, count);
	const itemAt = (index: number): TaskItem => {
		const shown = Array.from({ length: items }, (_, i) => Math.floor((index + 1) / (grades + 1) ** i) % (grades + 1));
		return { id: shown.join(" "), prompt: [...shown, ids.ask], data: shown };
	};
	const item = (of: Split, index: number) =>
		disjoint ? drawnItem(name, of, index, (rng) => itemAt(rng.integer(count))) : itemAt(order[index % count] as number);
	const pool = () => Array.from({ length: Math.min(RETURN_PROMPTS, count) }, (_, i) => item("train", i));
	const byInduction = exactReturns(environmentOf({ ...params, pay: "ranks" }), pool);
	return {
		id: "rank",
		params,
		vocab: vocabularyOf(params),
		maxPromptLength: items + 1,
		maxResponseLength: picks * (split ? 2 : 1),
		splits: disjoint ? "disjoint" : "shared",
		promptCount: count,
		item,
		env: env as Environment<unknown>,
		success: (of, response) => accepts(env, of, response),
		demonstration: (of, random) => spelt(sorted(gradesOf(of), picks, random), params),
		optimalReturn: 1,
		get randomReturn() {
			return split ? byInduction().random : randomReturnOf(pool().map(gradesOf), params);
		},
		returnRange: 1,
		...labelledSteps(judgeOf(params, ids)),
		goldTrace: (of) => sorted(gradesOf(of), picks, () => 0.5).map((i) => spelt([i], params)),
		decisiveSteps: (of, response) => choicesOf(env, of, response),
		corruptions: (of, random) => corruptionsOf(gradesOf(of), params, random),
	};
}

/** Positions at which items of different grades are left. */
function choicesOf(env: Environment<State>, item: TaskItem, response: readonly number[]): number[] {
	const { states } = play(env, item, response);
	return [...response.keys()].filter((t) => {
		const { grades, taken } = states[t] as State;
		return new Set(grades.filter((_, i) => !(taken & (1 << i)))).size > 1;
	});
}

/** The best items, best first; ties in random order. */
function sorted(grades: readonly number[], picks: number, random: () => number): number[] {
	const ties = grades.map(random);
	const order = [...grades.keys()].sort((a, b) => grades[b]! - grades[a]! || ties[a]! - ties[b]!);
	return order.slice(0, picks);
}

/** The tokens that name items. */
function spelt(items: readonly number[], params: Params): number[] {
	const { item, column } = idsOf(params);
	return items.flatMap((i) => (params.split ? [item + Math.floor(i / ROW), column + (i % ROW)] : [item + i]));
}

function corruptionsOf(grades: readonly number[], params: Params, random: () => number) {
	const good = sorted(grades, params.picks, random);
	const tokens = spelt(good, params);
	const at = good.findIndex((i, rank) => rank > 0 && grades[i] !== grades[good[rank - 1] as number]);
	const swapped = good.map((i, rank) => (rank === at - 1 ? good[at]! : rank === at ? good[at - 1]! : i));
	const twice = [...good.slice(0, -1), good[0] as number];
	return [
		...(at > 0 ? [{ response: spelt(swapped, params), why: "a better item comes after a worse one" }] : []),
		{ response: tokens.slice(0, -1), why: "the last rank is missing" },
		{ response: spelt(twice, params), why: "an item is listed twice" },
	];
}

function vocabularyOf({ items, grades, split }: Params) {
	const range = (n: number) => Array.from({ length: n }, (_, i) => i);
	const rows = range(Math.ceil(items / ROW)).map((r) => String.fromCharCode(65 + r));
	const names = split ? [...rows, ...range(ROW).map((c) => `-${c + 1}`)] : range(items).map((i) => `I${i + 1}`);
	const tokens = [...range(grades + 1).map((g) => `g${g}`), ...names, "OUT", "?"];
	const kinds = tokens.map((_, id) => {
		if (id <= grades) return "text" as const;
		return id === tokens.length - 1 ? ("structure" as const) : ("action" as const);
	});
	return { tokens, kinds };
}

/**
 * RANK: list the best items of a catalogue, best first.
 *
 * Prompt the grade of each item, `?`; response k names. NDCG@k = Σ_r (2^g_r − 1)/log2(r + 1) over that of the ideal list, ranks r from
 * 1; paid at the end, or rank by rank. Repeats and items outside of the catalogue gain 0. Success is a list without repeats that
 * could not be better. **Optimal return** 1; **random return** Σ_r 1/log2(r + 1) · mean gain / ideal, over the prompts.
 * **Source** NDCG: Järvelin & Kekäläinen 2002, https://doi.org/10.1145/582415.582418; lists as the action of a policy: Zhu et al.
 * 2025, Rank-GRPO, https://arxiv.org/abs/2510.20150. Here grades are shown, so that only the order has to be learnt.
 */
export const rank: TaskDefinition<typeof PARAMS> = {
	id: "rank",
	title: "Ranked list",
	summary: "The grades of a few items are shown, the best are listed one by one, and the whole list is paid.",
	isolates: "A unit between token and sequence: what a rank gains does not depend on the ranks before it.",
	grammar: {
		prompt: "grade{items} `?`",
		response: "item{picks}, each a name of one token or of two",
		reward:
			"NDCG of the list, at the end or rank by rank; repeats gain nothing. Success is a list that could not be better.",
		demonstration: "The best items, best first; ties in random order.",
	},
	source: {
		cite: "In the manner of Zhu et al. 2025, Rank-GRPO: Training LLM-based Conversational Recommender Systems with Reinforcement Learning",
		url: "https://arxiv.org/abs/2510.20150",
	},
	params: PARAMS,
	levels: {
		xs: { items: 6, picks: 4, grades: 4 },
		s: { items: 5, picks: 3, grades: 3 },
		m: { items: 10, picks: 6, grades: 4, pay: "ranks" },
		spelt: { split: true },
	},
	expectations: [
		{
			id: "H7.1",
			claim: "What a rank gains from itself on is exact credit up to noise, because items are independent.",
			falsifiedIf: "the credit fidelity of Rank-GRPO is below 0.8, or not above that of GRPO.",
		},
		{
			id: "H7.2",
			claim: "The reward is dense in lists, so every method gets there; they differ in speed alone.",
			falsifiedIf: "GRPO or Rank-GRPO ends below a mean NDCG of 0.95 after 300 steps.",
		},
	],
	warmStart: null,
	build,
};
