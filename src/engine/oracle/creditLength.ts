import { stateValues } from "../tasks/returns";
import type { Environment, Task } from "../tasks/task";

/** Returns closer than this are equal. */
const EQUAL = 1e-9;

/**
 * How many tokens of reward the greedy choice needs to be right: for a state s where the policy acts, the smallest n for which
 * every token a that maximises G_n(s, a) also maximises Q(s, a), where G_n is the expected sum of the first n rewards from a
 * on, and both go on with the best policy (uniform among its best tokens). Environment tokens count. 0 where all tokens are equally good.
 * **Source** in the manner of Ni et al. 2023, "When Do Transformers Shine in RL?", https://arxiv.org/abs/2307.03864; ours counts tokens, and a
 * maximiser that ties with a worse token does not make the choice right.
 */
export function creditLength(task: Task): (state: unknown) => number {
	const { env } = task;
	const worth = stateValues(env);
	const best = bestTokens(env, (state) => worth(state).optimal);
	const sums = partialSums(env, best);
	return (state) => {
		const turn = env.turn(state);
		if (turn.actor !== "policy") return 0;
		const good = best(state);
		if (good.length === turn.legal.length) return 0;
		for (let n = 1; n <= task.maxResponseLength; n++) {
			const gains = turn.legal.map((token) => {
				const { state: next, reward } = env.step(state, token);
				return reward + sums(next, n - 1);
			});
			const top = Math.max(...gains);
			if (turn.legal.every((token, i) => gains[i]! < top - EQUAL || good.includes(token))) return n;
		}
		return task.maxResponseLength;
	};
}

/** The legal tokens of the best policy in a state. */
export function bestTokens(env: Environment<unknown>, value: (state: unknown) => number): (state: unknown) => number[] {
	return (state) => {
		const turn = env.turn(state);
		if (turn.actor !== "policy") return [];
		const q = turn.legal.map((token) => {
			const { state: next, reward } = env.step(state, token);
			return reward + value(next);
		});
		const top = Math.max(...q);
		return turn.legal.filter((_, i) => q[i]! >= top - EQUAL);
	};
}

/** Expected sum of the first n rewards from a state on under the best policy, states with equal keys once. */
function partialSums(env: Environment<unknown>, best: (state: unknown) => number[]) {
	const known = new Map<string, number>();
	const sum = (state: unknown, n: number): number => {
		const turn = env.turn(state);
		if (n === 0 || turn.actor === "done") return 0;
		const key = `${n} ${env.key(state)}`;
		const before = known.get(key);
		if (before !== undefined) return before;
		const good = turn.actor === "policy" ? best(state) : [];
		const outcomes =
			turn.actor === "environment" ? turn.outcomes : good.map((token) => ({ token, probability: 1 / good.length }));
		let total = 0;
		for (const { token, probability } of outcomes) {
			const { state: next, reward } = env.step(state, token);
			total += probability * (reward + sum(next, n - 1));
		}
		known.set(key, total);
		return total;
	};
	return sum;
}
