import type { ParamTable, ParamValues } from "../spec/params";
import {
	type Expression,
	eachExpression,
	empty,
	OPS,
	type Prompt,
	REWARD,
	type Worth,
	withNumber,
	withOp,
} from "./countdownExpression";
import { labelled } from "./judge";
import { exactReturns, RETURN_PROMPTS } from "./returns";
import { drawnItem, MANY_PROMPTS, promptOrder } from "./splits";
import type { Environment, Task, TaskDefinition, TaskItem, Transition, Turn, Vocabulary } from "./task";
import { accepts, forks, pick } from "./walk";
import { fateJudge } from "./walkJudge";

const PARAMS = {
	numbers: {
		type: "integer",
		default: 3,
		min: 2,
		max: 4,
		unit: "numbers",
		label: "Numbers",
		help: "Numbers from 1 to 9 in the prompt, each to be used once.",
	},
	target: {
		type: "integer",
		default: 24,
		min: 2,
		max: 50,
		unit: "",
		label: "Largest target",
		help: "Targets run from 1 to this; only those that can be reached are asked for.",
	},
	solutions: {
		type: "integer",
		default: 0,
		min: 0,
		max: 100,
		unit: "responses",
		label: "Most solutions",
		help: "Keeps prompts with at most this many right responses: few make sharp pivots. 0 keeps all.",
	},
	tries: {
		type: "integer",
		default: 1,
		min: 1,
		max: 4,
		unit: "expressions",
		label: "Tries",
		help: "Expressions that may be written before one of them is handed in.",
	},
	loose: {
		type: "flag",
		default: false,
		label: "Used numbers legal",
		help: "Lets the policy write a number twice; the expression then earns nothing.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

type State =
	| { readonly at: "write"; readonly prompt: Prompt; readonly done: readonly Worth[]; readonly now: Expression }
	| { readonly at: "next"; readonly prompt: Prompt; readonly done: readonly Worth[] }
	| { readonly at: "which"; readonly prompt: Prompt; readonly done: readonly Worth[] }
	| { readonly at: "end"; readonly worth: Worth };

type Ids = ReturnType<typeof idsOf>;
/** Token ids: numbers 1 to 9, then these. */
function idsOf({ numbers, tries, target }: Params) {
	const index = 9;
	const op = index + Math.max(numbers, tries);
	const goal = op + OPS.length;
	return { index, op, goal, equals: goal + target, again: goal + target + 1, answer: goal + target + 2 };
}

function turnOf(state: State, { tries, loose }: Params, ids: Ids): Turn {
	if (state.at === "end") return { actor: "done" };
	if (state.at === "which") return { actor: "policy", legal: state.done.map((_, k) => ids.index + k) };
	if (state.at === "next")
		return { actor: "policy", legal: state.done.length < tries ? [ids.again, ids.answer] : [ids.answer] };
	const { used, op } = state.now;
	if (op === null) return { actor: "policy", legal: OPS.map((_, o) => ids.op + o) };
	const free = [...state.prompt.numbers.keys()].filter((i) => loose || !(used & (1 << i)));
	return { actor: "policy", legal: free.map((i) => ids.index + i) };
}

function stepFrom(state: State, token: number, params: Params, ids: Ids): Transition<State> {
	if (state.at === "end") return { state, reward: 0 };
	if (state.at === "which") {
		const worth = state.done[token - ids.index] as Worth;
		return { state: { at: "end", worth }, reward: REWARD[worth] };
	}
	if (state.at === "next") {
		const { prompt, done } = state;
		if (token === ids.answer) return { state: { at: "which", prompt, done }, reward: 0 };
		return { state: { at: "write", prompt, done, now: empty(prompt) }, reward: 0 };
	}
	const { prompt, done, now } = state;
	const next = now.op === null ? withOp(now, token - ids.op) : withNumber(now, prompt, token - ids.index);
	if (next.length < 2 * params.numbers - 1) return { state: { ...state, now: next }, reward: 0 };
	const worth = next.future as Worth;
	if (params.tries === 1) return { state: { at: "end", worth }, reward: REWARD[worth] };
	return { state: { at: "next", prompt, done: [...done, worth] }, reward: 0 };
}

/** What an expression can come to, not how it came here: different beginnings with the same future are one state. */
function keyOf(state: State, { tries }: Params): string {
	if (state.at === "end") return `end ${state.worth}`;
	const more = state.done.length + (state.at === "write" ? 1 : 0) < tries;
	const known = more ? `${state.prompt.numbers} ${state.prompt.target}` : "";
	if (state.at !== "write") return `${state.at} ${state.done.join("")} ${known}`;
	const { length, used, future } = state.now;
	const alike = new Set(future).size === 1;
	return `${length} ${future === "x" ? "" : used} ${alike ? future[0] : future} ${state.done.join("")} ${known}`;
}

function environmentOf(params: Params): Environment<State> {
	const ids = idsOf(params);
	return {
		start: (item) => ({ at: "write", prompt: item.data as Prompt, done: [], now: empty(item.data as Prompt) }),
		turn: (state) => turnOf(state, params, ids),
		step: (state, token) => stepFrom(state, token, params, ids),
		key: (state) => keyOf(state, params),
		// Numbers left and value reached: other ways of writing the same are the same observation.
		anchor: (state) =>
			state.at === "write" ? `${state.now.used} ${state.now.value.join("/")} ${state.now.op ?? ""}` : state.at,
		succeeded: (state) => state.at === "end" && state.worth === "h",
		decided: (state) => {
			if (state.at === "end") return 0;
			if (params.tries > 1 || state.at !== "write") return null;
			const [first, ...rest] = new Set(state.now.future);
			return rest.length === 0 ? REWARD[first as Worth] : null;
		},
	};
}

/** Ascending choices of n numbers from 1 to 9. */
function choices(n: number, from = 1): number[][] {
	if (n === 0) return [[]];
	return Array.from({ length: 10 - from }, (_, i) => from + i).flatMap((first) =>
		choices(n - 1, first).map((rest) => [first, ...rest]),
	);
}

/** Every prompt with a solution, and with no more than wanted. Some prompts of any size have a single one. */
function solvable({ numbers: n, target, solutions }: Params): Prompt[] {
	const prompts: Prompt[] = [];
	for (const numbers of choices(n)) {
		const counts = new Uint32Array(target + 1);
		eachExpression(numbers, (_, [a, b]) => {
			if (a > 0 && a <= target * b && a % b === 0) counts[a / b]! += 1;
		});
		counts.forEach((count, t) => {
			if (count > 0 && (solutions === 0 || count <= solutions)) prompts.push({ numbers, target: t });
		});
	}
	return prompts;
}

/** The right expressions of a prompt, as tokens. */
function solutionsOf({ numbers, target }: Prompt, ids: Ids): number[][] {
	const out: number[][] = [];
	eachExpression(numbers, (written, [a, b]) => {
		if (a === target * b) out.push(written.map((w, t) => (t % 2 === 0 ? ids.index : ids.op) + w));
	});
	return out;
}

function build(params: Params): Task {
	const { numbers: n, target, tries, solutions } = params;
	const prompts = solvable(params);
	const ids = idsOf(params);
	const env = environmentOf(params);
	const disjoint = prompts.length >= MANY_PROMPTS;
	const name = `countdown ${n} ${target} ${solutions}`;
	const order = disjoint ? [] : promptOrder(name, prompts.length);
	const promptOf = (item: TaskItem) => item.data as Prompt;
	const itemOf = (index: number): TaskItem => {
		const prompt = prompts[index] as Prompt;
		const shown = [...prompt.numbers.map((number) => number - 1), ids.goal + prompt.target - 1, ids.equals];
		return { id: `${prompt.numbers.join(" ")} = ${prompt.target}`, prompt: shown, data: prompt };
	};
	const handIn = (k: number) => (tries === 1 ? [] : [ids.answer, ids.index + k]);
	const item = (split: "train" | "val" | "test", index: number) =>
		disjoint
			? drawnItem(name, split, index, (rng) => itemOf(rng.integer(prompts.length)))
			: itemOf(order[index % prompts.length] as number);
	const pool = () => Array.from({ length: Math.min(RETURN_PROMPTS, prompts.length) }, (_, i) => item("train", i));
	// The one handed in is a random one of random expressions: with more tries a random policy earns the same.
	const returns = exactReturns(environmentOf({ ...params, tries: 1 }), pool);
	const alive = aliveIn(params);
	return {
		id: "countdown",
		params,
		vocab: vocabularyOf(params),
		maxPromptLength: n + 2,
		maxResponseLength: 2 * n * tries - 1 + (tries === 1 ? 0 : 2),
		splits: disjoint ? "disjoint" : "shared",
		promptCount: prompts.length,
		item,
		env: env as Environment<unknown>,
		success: (of, response) => accepts(env, of, response),
		demonstration: (of, random) => demonstrate(promptOf(of), params, random),
		optimalReturn: 1,
		get randomReturn() {
			return returns().random;
		},
		returnRange: params.loose ? 1 : 0.9,
		lowestReturn: params.loose ? 0 : REWARD.v,
		...labelled(fateJudge(env, alive, begins)),
		goldTrace: (of) => {
			const [first, ...rest] = solutionsOf(promptOf(of), ids)[0] as number[];
			const pairs = Array.from({ length: n - 1 }, (_, k) => rest.slice(2 * k, 2 * k + 2));
			return [[first as number], ...pairs, ...(tries === 1 ? [] : [handIn(0)])];
		},
		decisiveSteps: (of, response) => forks(env, of, response, alive),
		corruptions: (of, random) => {
			const good = pick(solutionsOf(promptOf(of), ids), random);
			return [
				{ response: [...miss(promptOf(of), ids, random), ...handIn(0)], why: "the target is missed" },
				{ response: good.slice(0, -2), why: "a number is left over" },
				{ response: [...good.slice(0, -1), good[0] as number, ...handIn(0)], why: "a number is used twice" },
			];
		},
	};
}

/** Whether an expression that hits the target has been or can still be written and handed in. */
const aliveIn =
	({ tries }: Params) =>
	(state: State): boolean => {
		if (state.at === "end") return state.worth === "h";
		if (state.done.includes("h")) return true;
		if (state.at === "which") return false;
		if (state.at === "next") return state.done.length < tries;
		return state.done.length + 1 < tries || state.now.future.includes("h");
	};

/** Steps: the first number, then each operation with its number; `;`; `answer #k`. */
const begins = (state: State): boolean =>
	state.at === "next" || (state.at === "write" && (state.now.length === 0 || state.now.op === null));

function vocabularyOf(params: Params): Vocabulary {
	const { numbers, target, tries } = params;
	const range = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
	const tokens = [
		...range(9).map(String),
		...range(Math.max(numbers, tries)).map((i) => `#${i}`),
		...OPS,
		...range(target).map((t) => `→${t}`),
		...["=", ";", "answer"],
	];
	const { op, goal } = idsOf(params);
	const kinds = tokens.map((_, id) => {
		if (id >= op && id < goal) return "plan" as const;
		return id >= goal ? ("structure" as const) : ("text" as const);
	});
	return { tokens, kinds };
}

/** A valid expression that misses the target. */
function miss({ numbers, target }: Prompt, ids: Ids, random: () => number): number[] {
	const all: number[][] = [];
	eachExpression(numbers, (written, [a, b]) => {
		if (a !== target * b) all.push(written.map((w, t) => (t % 2 === 0 ? ids.index : ids.op) + w));
	});
	return pick(all, random);
}

/** Any right expression; where there are several tries, any number of misses before it. */
function demonstrate(prompt: Prompt, { tries, ...rest }: Params, random: () => number): number[] {
	const ids = idsOf({ tries, ...rest });
	const right = pick(solutionsOf(prompt, ids), random);
	if (tries === 1) return right;
	const misses = Math.floor(random() * tries);
	const before = Array.from({ length: misses }, () => [...miss(prompt, ids, random), ids.again]).flat();
	return [...before, ...right, ids.answer, ids.index + misses];
}

/**
 * COUNTDOWN: combine all numbers, each once, so that the target comes out; several expressions do.
 *
 * Prompt n numbers in ascending order, the target, `=`; response `#i op #j op … #k`, evaluated from left to right in exact fractions.
 * With `tries` above 1, further expressions after `;`, then `answer #k` hands in the k-th. Reward 1 if it hits the target, 0.1 if it
 * is valid, 0 if it uses a number twice (only where `loose` lets it). Only prompts that have a solution.
 * **Optimal return** 1; **random return** by backward induction. **Steps** are the first number, each operation with its number, `;`, and
 * `answer #k`; one is right if an expression that hits the target can still be handed in after it, wrong if it gave the last one away,
 * irrelevant after that. So it takes all ways to go on into account, not the value reached so far.
 * **Source** the reward of TinyZero (Pan et al. 2025), https://github.com/Jiayi-Pan/TinyZero; there numbers are free text and
 * brackets are allowed.
 */
export const countdown: TaskDefinition<typeof PARAMS> = {
	id: "countdown",
	title: "Countdown",
	summary:
		"A few numbers and a target are shown, an expression over the numbers is written from left to right, and hitting the target pays.",
	isolates: "Search with several solutions under sparse reward; different orders of writing reach the same value.",
	grammar: {
		prompt: "number{n} in ascending order, target, `=`",
		response:
			"`#i` (op `#j`){n − 1}, evaluated from left to right; with more tries (`;` expression){< tries} `answer` `#k`",
		reward:
			"1 at the end iff the expression handed in hits the target, which is success; 0.1 if it is merely valid, 0 if not.",
		demonstration: "Any expression that hits the target; where there are more tries, any number of misses before it.",
	},
	source: {
		cite: "Pan et al. 2025, TinyZero (countdown)",
		url: "https://github.com/Jiayi-Pan/TinyZero",
	},
	params: PARAMS,
	levels: {
		xs: { numbers: 3, target: 24 },
		s: { numbers: 4, target: 50 },
		m: { numbers: 4, target: 50, solutions: 8 },
		search: { numbers: 3, tries: 3 },
	},
	expectations: [
		{
			id: "H6.1",
			claim: "Exact credit is silent once no solution is left; uniform credit spends most of its energy there.",
			falsifiedIf:
				"GRPO puts less than half of its squared credit on tokens from which no solution is left, at a success rate near 0.07.",
		},
		{
			id: "H6.2",
			claim: "Grouping by value and numbers left finds more siblings than grouping by exact prefixes.",
			falsifiedIf: "the credit fidelity of GiGPO with these anchors is not above that of TEMPO.",
		},
	],
	warmStart: null,
	build,
};
