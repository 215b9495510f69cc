import { InvalidInput } from "../core/errors";
import type { Environment, TaskItem } from "./task";

/**
 * A task tabulated as a finite-state machine over tokens: what the rollout plans run without a readback. One table
 * covers legal-token masks, forced and random environment replies, rewards and the end of a rollout.
 */
export interface Machine {
	/** S: number of states. */
	readonly states: number;
	/** V: vocabulary size. */
	readonly vocabSize: number;
	/** Who acts in each state `[S]`. */
	readonly actor: Uint8Array;
	/** Successor `[S·V]`; 0xffffffff where the token cannot occur. */
	readonly next: Uint32Array;
	/** Reward of each transition `[S·V]`. */
	readonly reward: Float32Array;
	/** Policy states: 1 legal, 0 not. Environment states: probability of each reply `[S·V]`. Done states: 0. */
	readonly weight: Float32Array;
	/** 1 for done states that count as success `[S]`. */
	readonly success: Uint8Array;
	/**
	 * Number of what the policy observes in each state `[S]` (`Environment.anchor`), `NO_STATE` where that is nothing; absent where the
	 * task does not say.
	 */
	readonly observed?: Uint32Array;
	/** Start state of each item given. */
	readonly start: Uint32Array;
}

export const ACTOR = { policy: 0, environment: 1, done: 2 } as const;
export const NO_STATE = 0xffffffff;

/**
 * Breadth-first closure of an environment from the items' start states, states merged by `env.key`.
 * @param limit largest number of states; beyond it the task is not tabulated.
 * @returns null when the closure exceeds `limit`.
 * @throws InvalidInput when an environment turn has outcomes that do not sum to 1, or when an environment without
 * `succeeded` reaches one end with and without a reward.
 */
export function tabulate<S>(
	env: Environment<S>,
	items: readonly TaskItem[],
	vocabSize: number,
	limit = 65_536,
): Machine | null {
	const index = new Map<string, number>();
	const states: S[] = [];
	const visit = (state: S): number => {
		const key = env.key(state);
		const known = index.get(key);
		if (known !== undefined) return known;
		index.set(key, states.length);
		states.push(state);
		return states.length - 1;
	};
	const start = Uint32Array.from(items, (item) => visit(env.start(item)));
	const rows: { actor: number; next: Uint32Array; reward: Float32Array; weight: Float32Array }[] = [];
	for (let s = 0; s < states.length; s++) {
		if (states.length > limit) return null;
		rows.push(tabulateState(env, states[s] as S, vocabSize, visit));
	}
	const S = states.length;
	const machine: Machine = {
		states: S,
		vocabSize,
		actor: Uint8Array.from(rows, (r) => r.actor),
		next: new Uint32Array(S * vocabSize),
		reward: new Float32Array(S * vocabSize),
		weight: new Float32Array(S * vocabSize),
		success: new Uint8Array(S),
		...(env.anchor ? { observed: observations(states, (state) => env.anchor!(state)) } : {}),
		start,
	};
	rows.forEach((row, s) => {
		machine.next.set(row.next, s * vocabSize);
		machine.reward.set(row.reward, s * vocabSize);
		machine.weight.set(row.weight, s * vocabSize);
	});
	states.forEach((state, s) => {
		if (env.succeeded && machine.actor[s] === ACTOR.done) machine.success[s] = env.succeeded(state) ? 1 : 0;
	});
	if (!env.succeeded) markPaidEnds(machine);
	return machine;
}

/** Observations numbered in order of appearance. */
function observations<S>(states: readonly S[], anchor: (state: S) => string | null): Uint32Array {
	const numbers = new Map<string, number>();
	return Uint32Array.from(states, (state) => {
		const seen = anchor(state);
		if (seen === null) return NO_STATE;
		const known = numbers.get(seen) ?? numbers.size;
		numbers.set(seen, known);
		return known;
	});
}

/** Success of environments that do not declare it: the last transition pays more than nothing. */
function markPaidEnds(machine: Machine): void {
	const unpaid = new Uint8Array(machine.states);
	machine.next.forEach((to, edge) => {
		if (to === NO_STATE || machine.actor[to] !== ACTOR.done) return;
		(machine.reward[edge]! > 0 ? machine.success : unpaid)[to] = 1;
		if (machine.success[to] && unpaid[to])
			throw new InvalidInput(
				"An end of this environment is reached with and without a reward; give the two different keys or declare `succeeded`.",
			);
	});
}

function tabulateState<S>(env: Environment<S>, state: S, V: number, visit: (state: S) => number) {
	const next = new Uint32Array(V).fill(NO_STATE);
	const reward = new Float32Array(V);
	const weight = new Float32Array(V);
	const turn = env.turn(state);
	const follow = (token: number, w: number) => {
		const to = env.step(state, token);
		next[token] = visit(to.state);
		reward[token] = to.reward;
		weight[token] = w;
	};
	if (turn.actor === "policy") for (const token of turn.legal) follow(token, 1);
	if (turn.actor === "environment") {
		const total = turn.outcomes.reduce((a, o) => a + o.probability, 0);
		if (!(Math.abs(total - 1) <= 1e-9))
			throw new InvalidInput(`Environment outcomes in state ${env.key(state)} sum to ${total}, not 1.`);
		for (const { token, probability } of turn.outcomes) follow(token, probability);
	}
	return { actor: ACTOR[turn.actor], next, reward, weight };
}
