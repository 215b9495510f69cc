import type { Task } from "../tasks/task";
import { possibleTokens } from "../tasks/walk";

/** Smallest and largest return that can still follow. */
export type Interval = readonly [lo: number, hi: number];

/**
 * What can still be earned from a state, whatever anybody does: minimum and maximum over all continuations, remembered by
 * `env.key`. Tasks without a table of states answer with the return's range, from `lowestReturn` up, less what was paid.
 */
export function returnBounds(task: Task): (state: unknown, paid: number) => Interval {
	const { env } = task;
	const low = task.lowestReturn ?? 0;
	if (task.tabulable === false) return (_, paid) => [low - paid, low + task.returnRange - paid];
	const known = new Map<string, Interval>();
	const bound = (state: unknown): Interval => {
		const tokens = possibleTokens(env.turn(state));
		if (tokens.length === 0) return [0, 0];
		const key = env.key(state);
		const before = known.get(key);
		if (before) return before;
		let lo = Number.POSITIVE_INFINITY;
		let hi = Number.NEGATIVE_INFINITY;
		for (const token of tokens) {
			const { state: next, reward } = env.step(state, token);
			const [l, h] = bound(next);
			lo = Math.min(lo, reward + l);
			hi = Math.max(hi, reward + h);
		}
		known.set(key, [lo, hi]);
		return [lo, hi];
	};
	return bound;
}
