import type { ParamTable, ParamValues } from "../spec/params";
import { judged } from "./judge";
import { promptOrder } from "./splits";
import type { Environment, Judge, Task, TaskDefinition, TaskItem } from "./task";
import { accepts, pick, respond } from "./walk";

const PARAMS = {
	M: {
		type: "integer",
		default: 5,
		min: 3,
		max: 9,
		unit: "",
		label: "Modulus",
		help: "Digits run from 0 to M − 1; results are taken modulo M.",
	},
	before: {
		type: "integer",
		default: 0,
		min: 0,
		max: 6,
		unit: "tokens",
		label: "Fillers before",
		help: "Meaningless tokens before the plan: they separate rollouts that then decide alike.",
	},
	after: {
		type: "integer",
		default: 0,
		min: 0,
		max: 6,
		unit: "tokens",
		label: "Fillers after",
		help: "Meaningless tokens between the plan and its execution.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

type Digits = readonly [number, number, number];
const PLANS = ["add", "sub", "mul", "dbl"] as const;
const FILLERS = ["um", "so", "well"] as const;

/** The operands and the result that a plan prescribes. */
function procedure(plan: number, a: number, b: number, M: number): Digits {
	const result = [a + b, a - b + M, a * b, 2 * a + b][plan] as number;
	return [a, plan === 3 ? a : b, result % M];
}

interface State {
	readonly at: number;
	readonly prompt: Digits;
	/** What is still to be written for a reward; null while no plan is chosen, and "lost" once none can come. */
	readonly todo: readonly number[] | null | "lost";
}

function environmentOf({ M, before, after }: Params): Environment<State> {
	const plans = PLANS.map((_, s) => M + s);
	const fillers = FILLERS.map((_, f) => M + PLANS.length + f);
	const digits = Array.from({ length: M }, (_, d) => d);
	const length = before + after + 4;
	const step = ({ at, prompt, todo }: State, token: number) => {
		if (at === before) {
			const wanted = procedure(token - M, prompt[0], prompt[1], M);
			return wanted[2] === prompt[2] ? wanted : ("lost" as const);
		}
		if (at < length - 3 || !Array.isArray(todo)) return todo;
		return todo[0] === token ? (todo.slice(1) as readonly number[]) : ("lost" as const);
	};
	return {
		start: (item) => ({ at: 0, prompt: item.data as Digits, todo: null }),
		turn: ({ at }) => {
			if (at === length) return { actor: "done" };
			if (at === before) return { actor: "policy", legal: plans };
			return { actor: "policy", legal: at >= length - 3 ? digits : fillers };
		},
		step: (state, token) => {
			const todo = step(state, token);
			const won = state.at === length - 1 && todo !== "lost";
			return { state: { ...state, at: state.at + 1, todo }, reward: won ? 1 : 0 };
		},
		key: ({ at, prompt, todo }) => `${at} ${todo === null ? `prompt ${prompt}` : todo}`,
		succeeded: ({ at, todo }) => at === length && todo !== "lost",
		decided: ({ todo }) => (todo === "lost" ? 0 : null),
	};
}

interface Reading {
	readonly at: number;
	readonly prompt: Digits;
	/** What the plan leads to, once there is one. */
	readonly wanted: Digits | null;
}

/** Fillers, the plan and its execution; a plan is right if it reaches the target, an execution if it follows from the plan. */
function judgeOf({ M, before, after }: Params): Judge<Reading> {
	const end = before + after + 1;
	return {
		start: (item) => ({ at: 0, prompt: item.data as Digits, wanted: null }),
		read({ at, prompt, wanted: known }, token) {
			const wanted = at === before ? procedure(token - M, prompt[0], prompt[1], M) : known;
			const state = { at: at + 1, prompt, wanted };
			const step = at === 0 || at === before || at === before + 1 || at === end ? "begins" : "goes on";
			if (at === before) return { state, step, label: wanted?.[2] === prompt[2] ? 1 : -1 };
			return { state, step, label: at < end ? 0 : wanted?.[at - end] === token ? 1 : -1 };
		},
		key: ({ at, prompt, wanted }) => `${at} ${at > before ? wanted : prompt}`,
	};
}

/** Any fillers, the plan, and what it comes to. */
function demonstrated(
	env: Environment<State>,
	item: TaskItem,
	plan: number,
	{ M, before, after }: Params,
	random: () => number,
): number[] {
	const [a, b] = item.data as Digits;
	const digits = procedure(plan, a, b, M);
	const T = before + after + 4;
	const choose = ({ at }: State, legal: readonly number[]) => {
		if (at === before) return M + plan;
		return at >= T - 3 ? (digits[at - T + 3] as number) : pick(legal, random);
	};
	return respond(env, item, choose, random);
}

function build(params: Params): Task {
	const { M, before, after } = params;
	const all = Array.from({ length: M ** 3 }, (_, i): Digits => [Math.floor(i / M ** 2), Math.floor(i / M) % M, i % M]);
	const plansFor = ([a, b, t]: Digits) => PLANS.flatMap((_, plan) => (procedure(plan, a, b, M)[2] === t ? [plan] : []));
	const solvable = all.filter((prompt) => plansFor(prompt).length > 0);
	const order = promptOrder(`strategy ${M}`, solvable.length);
	const env = environmentOf(params);
	const demonstrate = (item: TaskItem, random: () => number) =>
		demonstrated(env, item, pick(plansFor(item.data as Digits), random), params, random);
	return {
		id: "strategy",
		params,
		vocab: {
			tokens: [...Array.from({ length: M }, (_, d) => String(d)), ...PLANS, ...FILLERS, "="],
			kinds: [
				...Array.from({ length: M }, () => "text" as const),
				...PLANS.map(() => "plan" as const),
				...FILLERS.map(() => "text" as const),
				"structure",
			],
		},
		maxPromptLength: 4,
		maxResponseLength: before + after + 4,
		splits: "shared",
		promptCount: solvable.length,
		item: (_, index) => {
			const prompt = solvable[order[index % solvable.length] as number] as Digits;
			return { id: prompt.join(" "), prompt: [...prompt, M + PLANS.length + FILLERS.length], data: prompt };
		},
		env: env as Environment<unknown>,
		success: (item, response) => accepts(env, item, response),
		demonstration: demonstrate,
		optimalReturn: 1,
		randomReturn:
			solvable.reduce((sum, prompt) => sum + plansFor(prompt).length, 0) / (solvable.length * PLANS.length * M ** 3),
		returnRange: 1,
		...judged(judgeOf(params)),
		goldTrace: (item) => {
			const prompt = item.data as Digits;
			const plan = plansFor(prompt)[0] as number;
			return [[M + plan], procedure(plan, prompt[0], prompt[1], M)];
		},
		decisiveSteps: (_, response) => [before, ...[3, 2, 1].map((k) => response.length - k)],
		corruptions: (item, random) => {
			const good = demonstrate(item, random);
			const prompt = item.data as Digits;
			const bad = PLANS.findIndex((_, plan) => !plansFor(prompt).includes(plan));
			const result = { response: [...good.slice(0, -1), ((good.at(-1) as number) + 1) % M], why: "another result" };
			const plan = { response: good.map((token, t) => (t === before ? M + bad : token)), why: "a plan that misses" };
			return bad < 0 ? [result] : [result, plan];
		},
	};
}

/**
 * STRATEGY: one token chooses a plan, the next three carry it out.
 *
 * Prompt `a b t =`; response fillers, a plan, fillers, and the plan's operands and result `x y z` modulo M (`add` a b a+b, `sub`
 * a b a−b, `mul` a b ab, `dbl` a a 2a+b). Reward 1 iff x y z follow from the plan and z = t. Only prompts that some plan solves.
 * **Optimal return** 1; **random return** mean share of good plans / M³.
 */
export const strategy: TaskDefinition<typeof PARAMS> = {
	id: "strategy",
	title: "Choose a plan",
	summary:
		"Two numbers and a target are shown, one token chooses how to get there, the rest carries it out, and the end pays.",
	isolates: "One decisive token followed by procedure.",
	grammar: {
		prompt: "a b t `=`",
		response: "filler{before} plan filler{after} x y z: the plan's operands and its result, modulo M",
		reward: "1 at the end iff x y z follow from the plan and z = t. Success is the reward.",
		demonstration: "Any plan that reaches the target, carried out; any fillers.",
	},
	source: {
		cite: "In the manner of Wang et al. 2025, Emergent Hierarchical Reasoning in LLMs through Reinforcement Learning (planning tokens)",
		url: "https://arxiv.org/abs/2509.03646",
	},
	params: PARAMS,
	levels: { xs: { M: 5 }, s: { M: 7 }, m: { M: 7, before: 3, after: 3 } },
	expectations: [
		{
			id: "H1.1",
			claim: "Emphasis on planning tokens improves the gradient, not the heatmap: bad plans are emphasised too.",
			falsifiedIf: "HICRA's credit fidelity exceeds GRPO's by more than 0.05 at any checkpoint.",
		},
		{
			id: "H1.2",
			claim: "Prefix trees beat uniform credit only where about one sibling or more reaches the decision.",
			falsifiedIf: "TEMPO is above GRPO with four fillers before the plan and groups of eight.",
		},
	],
	warmStart: { success: 0.5 },
	build,
};
