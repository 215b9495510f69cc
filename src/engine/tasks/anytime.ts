import { InvalidInput } from "../core/errors";
import type { ParamTable, ParamValues } from "../spec/params";
import { labelled } from "./judge";
import { prefixSums } from "./prefixSums";
import { exactReturns, RETURN_PROMPTS } from "./returns";
import { drawnItem, MANY_PROMPTS, promptOrder } from "./splits";
import type { Environment, Judge, Split, Task, TaskDefinition, TaskItem, Transition, Turn } from "./task";
import { accepts, respond, surely } from "./walk";

const PARAMS = {
	longest: {
		type: "integer",
		default: 4,
		min: 1,
		max: 8,
		unit: "digits",
		label: "Longest prompt",
		help: "Prompts have from 1 to this many digits, all lengths alike often.",
	},
	M: {
		type: "integer",
		default: 5,
		min: 2,
		max: 10,
		unit: "",
		label: "Modulus",
		help: "Digits run from 0 to M − 1; the sum is taken modulo M. Chance level is 1/M.",
	},
	limit: {
		type: "integer",
		default: 5,
		min: 1,
		max: 16,
		unit: "thoughts",
		label: "Most thoughts",
		help: "Digits that may be written before the answer is asked for.",
	},
	pay: {
		type: "choice",
		default: "price",
		options: ["price", "lottery", "budget"],
		label: "Paid",
		help: "price: every thought costs. lottery: the thought is cut at a random budget. budget: the prompt names one, thoughts beyond it cost.",
	},
	price: {
		type: "number",
		default: 0.02,
		min: 0,
		max: 0.5,
		step: 0.01,
		unit: "per thought",
		label: "Price",
		help: "What a thought costs; with a budget, one beyond it.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

const BUDGETS = [2, 4, 6, 8];
/** Chance that a demonstration's thought is longer than it needs to be. */
const SPARE = 0.1;

interface Prompt {
	readonly digits: readonly number[];
	/** Thoughts that the prompt allows; 0 where it names no budget. */
	readonly budget: number;
}

interface State {
	readonly at: "think" | "gate" | "ask" | "answer" | "end";
	/** Sum of the digits: all that the verifier looks at. */
	readonly total: number;
	readonly budget: number;
	/** Thoughts written. */
	readonly used: number;
	readonly won: boolean;
}

/** Token ids after the digits. */
function idsOf(M: number) {
	return { stop: M, on: M + 1, ask: M + 2, equals: M + 3, budget: M + 4 };
}

/** Numbers of thoughts after which the lottery may cut, all alike likely. */
function cutsOf({ limit }: Params): number[] {
	const even = Array.from({ length: Math.floor(limit / 2) }, (_, i) => 2 * (i + 1));
	return even.at(-1) === limit ? even : [...even, limit];
}

/** Budgets that prompts name. */
const budgetsOf = ({ pay, limit }: Params) => (pay === "budget" ? BUDGETS.filter((b) => b === 2 || b <= limit) : [0]);

function turnOf(state: State, params: Params): Turn {
	const { M } = params;
	const ids = idsOf(M);
	const digits = Array.from({ length: M }, (_, d) => d);
	switch (state.at) {
		case "think":
			return { actor: "policy", legal: [...digits, ids.stop] };
		case "gate": {
			const cuts = cutsOf(params);
			const probability = 1 / (cuts.length - cuts.indexOf(state.used));
			return {
				actor: "environment",
				outcomes: [
					{ token: ids.on, probability: 1 - probability },
					{ token: ids.ask, probability },
				],
			};
		}
		case "ask":
			return surely(ids.ask);
		case "answer":
			return { actor: "policy", legal: digits };
		case "end":
			return { actor: "done" };
	}
}

function stepFrom(state: State, token: number, params: Params): Transition<State> {
	const { pay, limit, M } = params;
	const ids = idsOf(M);
	if (state.at === "answer") {
		const won = token === state.total;
		return { state: { ...state, at: "end", won }, reward: (won ? 1 : 0) - costOf(state, params) };
	}
	if (token === ids.stop) return { state: { ...state, at: "ask" }, reward: 0 };
	if (token === ids.ask) return { state: { ...state, at: "answer" }, reward: 0 };
	if (token === ids.on) return { state: { ...state, at: "think" }, reward: 0 };
	const used = state.used + 1;
	const gate = pay === "lottery" && used < limit && cutsOf(params).includes(used);
	return { state: { ...state, used, at: used === limit ? "ask" : gate ? "gate" : "think" }, reward: 0 };
}

/** What the thoughts cost; never more than a right answer pays. */
function costOf({ used, budget }: State, { pay, price }: Params): number {
	if (pay === "lottery") return 0;
	return Math.min(1, price * (pay === "price" ? used : Math.max(0, used - budget)));
}

function environmentOf(params: Params): Environment<State> {
	return {
		start: (item) => {
			const { digits, budget } = item.data as Prompt;
			return { at: "think", total: digits.reduce((a, d) => a + d, 0) % params.M, budget, used: 0, won: false };
		},
		turn: (state) => turnOf(state, params),
		step: (state, token) => stepFrom(state, token, params),
		key: ({ at, total, budget, used, won }) => (at === "end" ? `end ${won}` : `${at} ${total} ${budget} ${used}`),
		anchor: ({ at, used }) => (at === "think" || at === "answer" ? `${at} ${used}` : null),
		succeeded: ({ won }) => won,
		conclude: ({ at }) => {
			const { stop, ask } = idsOf(params.M);
			return at === "think" ? stop : at === "gate" || at === "ask" ? ask : null;
		},
		decided: ({ at }) => (at === "end" ? 0 : null),
	};
}

/** The partial sums, up to the budget; now and then the last one again. The answer is right wherever the thought is cut. */
function demonstrate(env: Environment<State>, item: TaskItem, params: Params, random: () => number): number[] {
	const prompt = item.data as Prompt;
	const sums = prefixSums(prompt.digits, params.M);
	const wanted = prompt.budget > 0 ? Math.min(prompt.budget, sums.length) : sums.length;
	const choose = ({ at, used, total }: State) => {
		if (at === "answer") return total;
		if (used < wanted) return sums[used] as number;
		return random() < SPARE ? total : idsOf(params.M).stop;
	};
	return respond(env, item, choose, random);
}

/** What the judge has read of a response. */
interface Reading {
	readonly at: "think" | "stopped" | "asked" | "over";
	/** Sum of the digits added so far, as it should be; the digits to add. */
	readonly sum: number;
	readonly rest: readonly number[];
	/** The stretch of thought that goes on, and whether one of its thoughts was checked. */
	readonly stretch: "none" | "unchecked" | "checked";
}

/**
 * Steps are the stretches of thought between two words of the environment, and the answer. A stretch is right if its thoughts are the true
 * partial sums, in order; thoughts after the last digit and `stop` say nothing of it, and alone are irrelevant. A token out of place makes
 * its step wrong; what comes after belongs to none.
 */
function judgeOf({ M }: Params): Judge<Reading> {
	const ids = idsOf(M);
	const [over, close] = [closing("over", M), closing("asked", M)];
	return {
		start: (item) => ({ at: "think", sum: 0, rest: (item.data as Prompt).digits, stretch: "none" }),
		read(state, token) {
			if (state.at === "over") return { state, step: "none" };
			if (state.at === "asked") return { state: over(state), step: "begins", label: token === state.sum ? 1 : -1 };
			if (token === ids.ask) return { state: close(state), step: "none" };
			if (state.at === "stopped") return { state: over(state), step: "none" };
			if (token === ids.on) return { state: { ...state, stretch: "none" }, step: "none" };
			const step = state.stretch === "none" ? "begins" : "goes on";
			return token > ids.stop ? { state: over(state), step, label: -1 } : { step, ...thought(state, token, M) };
		},
		key: ({ at, sum, rest, stretch }) => (at === "over" ? at : `${at} ${sum} ${rest} ${stretch}`),
	};
}

/** With nothing more to think: the sum is that of all digits. */
const closing =
	(at: "asked" | "over", M: number) =>
	({ sum, rest }: Reading): Reading => ({
		at,
		sum: (sum + rest.reduce((a, d) => a + d, 0)) % M,
		rest: [],
		stretch: "none",
	});

/** A digit of the thought, or `stop`. */
function thought(state: Reading, token: number, M: number): { readonly state: Reading; readonly label?: number } {
	const [digit, ...rest] = state.rest;
	const stops = token === idsOf(M).stop;
	if (stops || digit === undefined) {
		const at = stops ? "stopped" : "think";
		if (state.stretch === "checked") return { state: { ...state, at } };
		return { state: { ...state, at, stretch: "unchecked" }, label: 0 };
	}
	const sum = (state.sum + digit) % M;
	return { state: { at: "think", sum, rest, stretch: "checked" }, label: token === sum ? 1 : -1 };
}

/** All prompts with equally many of each length, by number. */
function promptAt(index: number, { longest, M }: Params): number[] {
	const length = 1 + (index % longest);
	return Array.from({ length }, (_, t) => Math.floor(index / longest / M ** t) % M);
}

function build(params: Params): Task {
	const { longest, M, limit, pay, price } = params;
	if (limit < longest)
		throw new InvalidInput(
			`Task anytime allows ${limit} thoughts for prompts of up to ${longest} digits; allow at least ${longest}.`,
		);
	const ids = idsOf(M);
	const env = environmentOf(params);
	const budgets = budgetsOf(params);
	const count = budgets.length * Array.from({ length: longest }, (_, i) => M ** (i + 1)).reduce((a, n) => a + n, 0);
	const disjoint = count >= MANY_PROMPTS;
	const name = `anytime ${longest} ${M} ${budgets}`;
	const rounds = promptOrder(name, disjoint ? 0 : longest * M ** longest);
	const itemOf = (digits: readonly number[], budget: number): TaskItem => {
		const named = budget > 0 ? [ids.budget + budgets.indexOf(budget)] : [];
		const prompt = [...digits, ...named, ids.equals];
		return { id: `${digits.join(" ")}${budget > 0 ? ` B${budget}` : ""}`, prompt, data: { digits, budget } };
	};
	const item = (of: Split, index: number) => {
		const budget = budgets[index % budgets.length] as number;
		if (!disjoint) return itemOf(promptAt(rounds[index % rounds.length] as number, params), budget);
		return drawnItem(name, of, index, (rng) => {
			const digits = Array.from({ length: 1 + rng.integer(longest) }, () => rng.integer(M));
			return itemOf(digits, budgets[rng.integer(budgets.length)] as number);
		});
	};
	const pool = () => Array.from({ length: Math.min(RETURN_PROMPTS, count) }, (_, i) => item("train", i));
	const returns = exactReturns(env, pool);
	const dearest = pay === "lottery" ? 0 : Math.min(1, price * limit);
	return {
		id: "anytime",
		params,
		vocab: vocabularyOf(M, budgets),
		maxPromptLength: longest + (pay === "budget" ? 2 : 1),
		maxResponseLength: limit + 2 + (pay === "lottery" ? cutsOf(params).length - 1 : 0),
		splits: disjoint ? "disjoint" : "shared",
		promptCount: count,
		item,
		env: env as Environment<unknown>,
		success: (of, response) => accepts(env, of, response),
		demonstration: (of, random) => demonstrate(env, of, params, random),
		optimalReturn: 1,
		get randomReturn() {
			return returns().random;
		},
		returnRange: 1 + dearest,
		lowestReturn: -dearest,
		...(pay === "budget" ? { budget: (of: TaskItem) => (of.data as Prompt).budget } : {}),
		...labelled(judgeOf(params)),
		...(pay === "lottery" ? {} : { goldTrace: (of: TaskItem) => goldOf(of.data as Prompt, params) }),
		decisiveSteps: (_, response) => [response.length - 1],
		corruptions: (of, random) => {
			const good = demonstrate(env, of, params, random);
			const wrong = ((good.at(-1) as number) + 1) % M;
			return [
				{ response: [...good.slice(0, -1), wrong], why: "another answer" },
				{ response: good.slice(0, -1), why: "the answer is missing" },
			];
		},
	};
}

/** The partial sums, the stop where it is needed, the answer. */
function goldOf(prompt: Prompt, { M, limit }: Params): number[][] {
	const sums = prefixSums(prompt.digits, M);
	const stop = sums.length < limit ? [[idsOf(M).stop]] : [];
	return [...sums.map((sum) => [sum]), ...stop, [sums.at(-1) as number]];
}

function vocabularyOf(M: number, budgets: readonly number[]) {
	const named = budgets.filter((b) => b > 0);
	const digits = Array.from({ length: M }, (_, d) => String(d));
	return {
		tokens: [...digits, "stop", "on", "answer:", "=", ...named.map((b) => `B${b}`)],
		kinds: [
			...digits.map(() => "text" as const),
			...(["plan", "environment", "environment", "structure"] as const),
			...named.map(() => "structure" as const),
		],
	};
}

/**
 * ANYTIME: think in partial sums for as long as it is worth it, then answer.
 *
 * Prompt 1 to `longest` digits, a budget where prompts name one, `=`; response thoughts (any digits), `stop` or the limit, the environment's
 * `answer:`, one digit. Reward 1 iff the digit is the sum modulo M, less min(1, price · thoughts) (`price`) or min(1, price · thoughts beyond
 * the budget) (`budget`). `lottery`: after 2, 4, … thoughts the environment says `on` or asks for the answer, so that all numbers of
 * thoughts at which it may ask are alike likely; the return is then Σ_b P(b)·[right when cut at b] in expectation.
 * **Optimal return** 1, for a policy that adds in its head; **random return** by backward induction.
 * **Steps** are the stretches of thought between two words of the environment, and the answer: a stretch is right if its thoughts are the true
 * partial sums; thoughts after the last digit and `stop` are irrelevant, whatever they cost.
 * **Source** Qi et al. 2025, "Optimizing Anytime Reasoning via Budget Relative Policy Optimization", https://arxiv.org/abs/2505.13438, where
 * every rollout is answered at all budgets; here one is drawn.
 */
export const anytime: TaskDefinition<typeof PARAMS> = {
	id: "anytime",
	title: "Think, then answer",
	summary:
		"Digits are shown, as many thoughts are written as the policy likes, and then one digit, their sum, is paid less what the thoughts cost.",
	isolates: "When to stop thinking: length against correctness, with hidden difficulty.",
	grammar: {
		prompt: "digit{1 to longest}, `B2` … `B8` where budgets are named, `=`",
		response:
			"thought{≤ limit}, `stop` if the limit is not reached, the environment's `answer:`, digit; in the lottery its `on` or `answer:` after every second thought",
		reward: "1 at the end iff the last digit is the sum modulo M, which is success; less the price of thoughts.",
		demonstration: "The partial sums, up to the budget, now and then a thought too many; the right answer.",
	},
	source: {
		cite: "Qi et al. 2025, Optimizing Anytime Reasoning via Budget Relative Policy Optimization",
		url: "https://arxiv.org/abs/2505.13438",
	},
	params: PARAMS,
	levels: {
		xs: { longest: 4, limit: 5 },
		s: { longest: 8, limit: 10 },
		m: { longest: 8, M: 10, limit: 12 },
		lottery: { pay: "lottery" },
		budget: { pay: "budget" },
	},
	expectations: [
		{
			id: "H8.1",
			claim: "Cutting the thought at random moves exact credit to the early thoughts.",
			falsifiedIf:
				"the first thought's share of squared exact advantage is not larger in the lottery than at price 0, at the same success.",
		},
		{
			id: "H8.2",
			claim: "A price alone makes the policy stop too early on long prompts; budgets in the prompt do not.",
			falsifiedIf:
				"at a price of 0.1 less than 30 % of the longest prompts are stopped before all digits are added, or as many with budgets.",
		},
		{
			id: "H8.3",
			claim:
				"Dividing by the group's deviation makes a small price loud in groups that are all right or all wrong: GRPO unlearns to think, Dr. GRPO does not.",
			falsifiedIf: "at a price of 0.02 and from the same warm start GRPO ends with at least the success of Dr. GRPO.",
		},
	],
	warmStart: { success: 0.8 },
	build,
};
