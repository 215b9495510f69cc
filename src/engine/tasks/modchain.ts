import { InvalidInput } from "../core/errors";
import type { ParamTable, ParamValues } from "../spec/params";
import { labelled, tokenJudge } from "./judge";
import { prefixSums } from "./prefixSums";
import { drawnItem, MANY_PROMPTS, promptOrder } from "./splits";
import type { Environment, Task, TaskDefinition, TaskItem } from "./task";
import { accepts, respond } from "./walk";

const PARAMS = {
	n: {
		type: "integer",
		default: 5,
		min: 2,
		max: 32,
		unit: "digits",
		label: "Digits",
		help: "Digits in the prompt, and partial sums to write.",
	},
	M: {
		type: "integer",
		default: 5,
		min: 2,
		max: 10,
		unit: "",
		label: "Modulus",
		help: "Digits run from 0 to M − 1; sums are taken modulo M. Chance level is 1/M.",
	},
	verbose: {
		type: "flag",
		default: false,
		label: "May think",
		help: "Allows think tokens, which change nothing, between the partial sums.",
	},
	thinks: {
		type: "integer",
		default: 3,
		min: 1,
		max: 32,
		unit: "tokens",
		label: "Think tokens",
		help: "Most think tokens in one response, where they are allowed.",
	},
	labels: {
		type: "choice",
		default: "local",
		options: ["local", "global"],
		label: "Step labels",
		help: "local: each sum follows from the one before. global: each sum is the true prefix sum.",
	},
} as const satisfies ParamTable;
type Params = ParamValues<typeof PARAMS>;

interface State {
	/** Sum of all digits modulo M: the only thing that the verifier looks at. */
	readonly total: number;
	/** Partial sums still to write. */
	readonly left: number;
	/** Think tokens still allowed. */
	readonly thinks: number;
	readonly won: boolean;
}

interface Chain {
	readonly digits: readonly number[];
}
const digitsOf = (item: TaskItem) => (item.data as Chain).digits;

function environmentOf({ n, M, verbose, thinks }: Params): Environment<State> {
	const sums = Array.from({ length: M }, (_, d) => d);
	const think = M + 1;
	return {
		start: (item) => ({
			total: digitsOf(item).reduce((a, d) => a + d, 0) % M,
			left: n,
			thinks: verbose ? thinks : 0,
			won: false,
		}),
		turn: ({ left, thinks }) =>
			left === 0 ? { actor: "done" } : { actor: "policy", legal: thinks > 0 ? [...sums, think] : sums },
		step: (state, token) => {
			if (token === think) return { state: { ...state, thinks: state.thinks - 1 }, reward: 0 };
			const won = state.left === 1 && token === state.total;
			return { state: { ...state, left: state.left - 1, won }, reward: won ? 1 : 0 };
		},
		key: ({ total, left, thinks, won }) => (left === 0 ? `end ${won}` : `${total} ${left} ${thinks}`),
		succeeded: ({ won }) => won,
		decided: ({ left }) => (left === 0 ? 0 : null),
	};
}

function itemOf(digits: readonly number[], M: number): TaskItem {
	return { id: digits.join(" "), prompt: [...digits, M], data: { digits } satisfies Chain };
}

/** The digits of prompt `index` of M^n. */
function digitsAt(index: number, n: number, M: number): number[] {
	return Array.from({ length: n }, (_, t) => Math.floor(index / M ** t) % M);
}

function build(params: Params): Task {
	const { n, M, verbose, thinks } = params;
	if (verbose && thinks > 4 * n)
		throw new InvalidInput(`Task modchain allows ${thinks} think tokens for ${n} sums; at most ${4 * n} make sense.`);
	const env = environmentOf(params);
	const count = M ** n;
	const disjoint = count >= MANY_PROMPTS;
	const name = `modchain ${n} ${M}`;
	const order = disjoint ? [] : promptOrder(name, count);
	return {
		id: "modchain",
		params,
		vocab: {
			tokens: [...Array.from({ length: M }, (_, d) => String(d)), "=", "think"],
			kinds: [...Array.from({ length: M }, () => "text" as const), "structure", "plan"],
		},
		maxPromptLength: n + 1,
		maxResponseLength: n + (verbose ? thinks : 0),
		splits: disjoint ? "disjoint" : "shared",
		promptCount: count,
		item: (split, index) =>
			disjoint
				? drawnItem(name, split, index, (rng) =>
						itemOf(
							Array.from({ length: n }, () => rng.integer(M)),
							M,
						),
					)
				: itemOf(digitsAt(order[index % count] as number, n, M), M),
		env: env as Environment<unknown>,
		success: (item, response) => accepts(env, item, response),
		demonstration: (item, random) => demonstrate(env, item, params, random),
		optimalReturn: 1,
		randomReturn: 1 / M,
		returnRange: 1,
		decisiveSteps: (_, response) => response.flatMap((token, t) => (token < M ? [t] : [])),
		...labelled(judgeOf(params)),
		goldTrace: (item) => prefixSums(digitsOf(item), M).map((sum) => [sum]),
		corruptions: (item, random) => {
			const good = demonstrate(env, item, params, random);
			const slip = [...good.slice(0, -1), ((good.at(-1) as number) + 1) % M];
			return [
				{ response: slip, why: "the last sum is off by one" },
				{ response: good.slice(0, -1), why: "the last sum is missing" },
				{ response: [...good.slice(0, -1), M], why: "a token that is no sum" },
			];
		},
	};
}

/** The true partial sums; where thinking is allowed, a think token before a quarter of them. */
function demonstrate(env: Environment<State>, item: TaskItem, { n, M }: Params, random: () => number): number[] {
	const sums = prefixSums(digitsOf(item), M);
	const next = (left: number) => sums[n - left] as number;
	return respond(env, item, ({ left, thinks }) => (thinks > 0 && random() < 0.25 ? M + 1 : next(left)), random);
}

interface Reading {
	/** Digits still to add. */
	readonly rest: readonly number[];
	/** The sum that the next one has to follow from: the one written last, or the true one. */
	readonly from: number;
}

/** A sum is right if it follows; think tokens are irrelevant. */
function judgeOf({ M, labels }: Params) {
	return tokenJudge<Reading>({
		start: (item) => ({ rest: digitsOf(item), from: 0 }),
		read(state, token) {
			if (token >= M) return { state, label: 0 };
			const wanted = (state.from + (state.rest[0] as number)) % M;
			const from = labels === "global" ? wanted : token;
			return { state: { rest: state.rest.slice(1), from }, label: token === wanted ? 1 : -1 };
		},
		key: ({ rest, from }) => (rest.length === 0 ? "end" : `${rest} from ${from}`),
	});
}

/**
 * MODCHAIN: write the partial sums of the prompt's digits modulo M; only the last one is checked, and every one helps.
 *
 * Prompt `d1 … dn =`; response n partial sums, with `think` tokens between them where allowed. Reward 1 iff the last token is
 * the sum of all digits modulo M. **Optimal return** 1; **random return** 1/M. For a policy that writes the right successor with
 * probability p and the others uniformly, λ = p − (1−p)/(M−1) and, with n sums to go, V = 1/M + (1 − 1/M)·λⁿ while right and
 * 1/M − λⁿ/M after a slip. **Edges** an even number of slips can cancel, so a right answer can stand on wrong steps.
 */
export const modchain: TaskDefinition<typeof PARAMS> = {
	id: "modchain",
	title: "Sums modulo M",
	summary: "Digits are shown, their running sum is written token by token, and only the last sum is paid.",
	isolates: "A chain in which every token matters: correctness against influence.",
	grammar: {
		prompt: "digit{n} `=`",
		response: "sum{n}, with `think` between them where allowed",
		reward: "1 at the end iff the last sum is that of all digits modulo M. Success is the reward.",
		demonstration: "The true partial sums; where thinking is allowed, `think` before a quarter of them.",
	},
	source: {
		cite: "In the manner of Lightman et al. 2023, Let's Verify Step by Step (step labels against outcomes)",
		url: "https://arxiv.org/abs/2305.20050",
	},
	params: PARAMS,
	levels: { xs: { n: 5, M: 5 }, s: { n: 8, M: 10 }, m: { n: 16, M: 10 } },
	expectations: [
		{
			id: "H4.2",
			claim:
				"Right step labels are not advantages: late labels are over-weighted, labels after a slip have no influence.",
			falsifiedIf: "the credit fidelity of gold step labels is above 0.9 at a success rate near 0.34.",
		},
		{
			id: "H4.1",
			claim: "With a flawed process reward for think tokens, summed step rewards collapse before their minimum does.",
			falsifiedIf: "the minimum form alone stays within 0.05 of GRPO for 500 updates at a flaw of 0.6.",
		},
	],
	warmStart: { success: 0.6 },
	build,
};
