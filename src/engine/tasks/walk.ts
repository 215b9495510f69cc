import { InvalidInput } from "../core/errors";
import type { Environment, TaskItem, Turn } from "./task";

type Choose<S> = (state: S, legal: readonly number[], random: () => number) => number;

/** An entry, uniformly. */
export function pick<T>(from: readonly T[], random: () => number): T {
	return from[Math.floor(random() * from.length)] as T;
}

/** Token ids first, first + 1, … of a part of the vocabulary. */
export const idsFrom = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

/** Turn of an environment whose next token is forced. */
export function surely(token: number): Turn {
	return { actor: "environment", outcomes: [{ token, probability: 1 }] };
}

/** A token from the outcomes of an environment turn. */
export function drawOutcome(outcomes: readonly { token: number; probability: number }[], random: () => number): number {
	let left = random();
	for (const { token, probability } of outcomes) {
		left -= probability;
		if (left < 0) return token;
	}
	return (outcomes.at(-1) as { token: number }).token;
}

/** A response written by `choose`, environment replies included. */
export function respond<S>(env: Environment<S>, item: TaskItem, choose: Choose<S>, random: () => number): number[] {
	const out: number[] = [];
	let state = env.start(item);
	for (let turn = env.turn(state); turn.actor !== "done"; turn = env.turn(state)) {
		const token = turn.actor === "policy" ? choose(state, turn.legal, random) : drawOutcome(turn.outcomes, random);
		out.push(token);
		state = env.step(state, token).state;
	}
	return out;
}

/** The first response written by `choose` that ends in success. Never returns for a `choose` that cannot succeed. */
export function respondWell<S>(env: Environment<S>, item: TaskItem, choose: Choose<S>, random: () => number): number[] {
	for (;;) {
		const response = respond(env, item, choose, random);
		if (play(env, item, response).success) return response;
	}
}

/** Tokens that can come next. */
export function possibleTokens(turn: Turn): readonly number[] {
	if (turn.actor === "done") return [];
	return turn.actor === "policy" ? turn.legal : turn.outcomes.map((o) => o.token);
}

/**
 * Walks a response through an environment: the states before each token and after the last, and what each token paid.
 * @throws InvalidInput that names the first token that is not possible.
 */
export function play<S>(env: Environment<S>, item: TaskItem, response: readonly number[]) {
	const states: S[] = [env.start(item)];
	const rewards = response.map((token, t) => {
		const state = states[t] as S;
		if (!possibleTokens(env.turn(state)).includes(token))
			throw new InvalidInput(`Token ${t} of the response is id ${token}, which the task does not allow there.`);
		const { state: next, reward } = env.step(state, token);
		states.push(next);
		return reward;
	});
	const end = states.at(-1) as S;
	return {
		states,
		rewards,
		total: rewards.reduce((a, r) => a + r, 0),
		done: env.turn(end).actor === "done",
		success: env.succeeded?.(end) ?? (rewards.at(-1) ?? 0) > 0,
	};
}

/** Whether the verifier accepts a response: complete, every token allowed, and a success. */
export function accepts<S>(env: Environment<S>, item: TaskItem, response: readonly number[]): boolean {
	try {
		const { done, success } = play(env, item, response);
		return done && success;
	} catch (error) {
		if (error instanceof InvalidInput) return false;
		throw error;
	}
}

/** Positions of a response at which some legal tokens keep success possible and others give it away. */
export function forks<S>(
	env: Environment<S>,
	item: TaskItem,
	response: readonly number[],
	alive: (state: S) => boolean,
): number[] {
	const { states } = play(env, item, response);
	return [...response.keys()].filter((t) => {
		const state = states[t] as S;
		const turn = env.turn(state);
		if (turn.actor !== "policy" || !alive(state)) return false;
		return turn.legal.some((token) => !alive(env.step(state, token).state));
	});
}
