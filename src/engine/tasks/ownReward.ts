import { InvalidInput } from "../core/errors";
import { type Expression, parseExpression } from "../core/expression";
import { exactReturns, RETURN_PROMPTS } from "./returns";
import type { Environment, Task } from "./task";
import { play, possibleTokens } from "./walk";

/** What a formula for the reward of a token may name. */
export const REWARD_NAMES = {
	r: "what the task itself pays for the token",
	policy: "1 if the policy wrote it",
} as const;
export const REWARD_TESTS = { is: 'is("grab"): 1 for this token' } as const;

/** @throws InvalidInput for a formula that cannot be read, or that names tokens the task has not. */
function parseReward(formula: string, tokens: readonly string[]): Expression {
	const names = Object.keys(REWARD_NAMES);
	const expression = parseExpression(formula, { names, tests: Object.keys(REWARD_TESTS) });
	for (const text of expression.texts)
		if (!tokens.includes(text))
			throw new InvalidInput(`The formula names the token "${text}"; the task has ${tokens.join(", ")}.`);
	return expression;
}

interface Paid {
	readonly state: unknown;
	/** What the task itself paid last: tasks without a success of their own mean this. */
	readonly paid: boolean;
}

/**
 * A task that pays for each token what a formula says, as in `r - 0.01` or `if(is("grab"), 0, r)`. The formula sees the token,
 * who wrote it and what the task pays, so equal states keep equal futures and the table of states stays as small. Success
 * stays what it was. The range of returns is that of what can be reached; the best and the random policy are worked out again.
 * **Throws** InvalidInput as `parseReward` does, and for a formula that is not finite where it is first reached: at once within the first
 * PROBED tokens that can follow each other, in play beyond them.
 */
export function withReward(task: Task, formula: string): Task {
	const { tokens } = task.vocab;
	const expression = parseReward(formula, tokens);
	const pay = (token: number, r: number, policy: boolean) => {
		const is = (text: string) => Number(text === tokens[token]);
		const reward = expression.evaluate({ names: { r, policy: Number(policy) }, tests: { is } });
		if (!Number.isFinite(reward))
			throw new InvalidInput(`task.reward pays ${reward} for "${tokens[token]}"; it must be a finite number.`);
		return reward;
	};
	const env = payingEnvironment(task.env, pay);
	probe(task, env);
	const count = Math.min(task.promptCount, RETURN_PROMPTS);
	const items = () => Array.from({ length: count }, (_, i) => task.item("train", i));
	const known = task.tabulable === false ? null : exactReturns(env, items);
	const bounds = boundsOf(task, env);
	return {
		...task,
		env,
		success: (item, response) => task.success(item, response, play(task.env, item, response).total),
		get optimalReturn() {
			return known?.().optimal ?? null;
		},
		get randomReturn() {
			return known?.().random ?? null;
		},
		get lowestReturn() {
			return bounds().low;
		},
		get returnRange() {
			return bounds().high - bounds().low;
		},
	};
}

function payingEnvironment(
	inner: Environment<unknown>,
	pay: (token: number, r: number, policy: boolean) => number,
): Environment<unknown> {
	const done = (state: unknown) => inner.turn(state).actor === "done";
	const env: Environment<Paid> = {
		start: (item) => ({ state: inner.start(item), paid: false }),
		turn: ({ state }) => inner.turn(state),
		step: ({ state }, token) => {
			const policy = inner.turn(state).actor === "policy";
			const { state: next, reward } = inner.step(state, token);
			return { state: { state: next, paid: reward > 0 }, reward: pay(token, reward, policy) };
		},
		key: ({ state, paid }) => `${inner.key(state)}${paid && done(state) ? " paid" : ""}`,
		anchor: ({ state }) => inner.anchor?.(state) ?? null,
		succeeded: ({ state, paid }) => inner.succeeded?.(state) ?? paid,
		...(inner.conclude ? { conclude: ({ state }: Paid) => inner.conclude!(state) } : {}),
	};
	return env as Environment<unknown>;
}

/** Tokens that are paid for once before a formula is taken. */
const PROBED = 2000;

/** Walks breadth first from the first prompts, so that a formula like `1 / r` is refused where it is written. */
function probe(task: Task, env: Environment<unknown>): void {
	const count = Math.min(task.promptCount, RETURN_PROMPTS);
	let left = PROBED;
	for (let i = 0; i < count && left > 0; i++) {
		const states = [env.start(task.item("train", i))];
		const seen = new Set<string>();
		for (let state = states.shift(); state !== undefined && left > 0; state = states.shift()) {
			for (const token of possibleTokens(env.turn(state))) {
				const { state: next } = env.step(state, token);
				left--;
				const key = env.key(next);
				if (!seen.has(key)) states.push(next);
				seen.add(key);
			}
		}
	}
}

/** Smallest and largest return that can be reached, over states; the least that is certain where there are too many of them. */
function boundsOf(task: Task, env: Environment<unknown>): () => { low: number; high: number } {
	const known = new Map<string, { low: number; high: number }>();
	const visit = (state: unknown): { low: number; high: number } => {
		const key = env.key(state);
		const before = known.get(key);
		if (before) return before;
		const after = possibleTokens(env.turn(state)).map((token) => {
			const { state: next, reward } = env.step(state, token);
			const { low, high } = visit(next);
			return { low: reward + low, high: reward + high };
		});
		const value = after.length
			? { low: Math.min(...after.map((a) => a.low)), high: Math.max(...after.map((a) => a.high)) }
			: { low: 0, high: 0 };
		known.set(key, value);
		return value;
	};
	let all: { low: number; high: number } | null = null;
	return () => {
		if (all) return all;
		const count = Math.min(task.promptCount, RETURN_PROMPTS);
		const ranges = Array.from({ length: count }, (_, i) => visit(env.start(task.item("train", i))));
		all = { low: Math.min(...ranges.map((r) => r.low)), high: Math.max(...ranges.map((r) => r.high)) };
		return all;
	};
}
