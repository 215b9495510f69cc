import type { Task, TaskItem } from "../tasks/task";
import { possibleTokens } from "../tasks/walk";
import { askOracle, type OracleControl, type OracleQuestion } from "./oracle";
import type { Truth } from "./truth";

/** How much work an answer may cost: forward passes of one token each, roughly. */
export const EFFORT = 8192;
/** A certified interval this wide, in units of the return's range, says less than sampling does. */
const WIDEST = 0.1;
const NARROW = 0.005;
/** A look at the prompt alone, with this share of the effort, tells whether a search is worth it: its interval is then this narrow. */
const SCOUT = 1 / 16;
const HOPEFUL = 0.3;
const SAMPLES = { least: 8, most: 256 } as const;

/**
 * Prefixes that enumeration would ask the policy about, up to `limit`: those at which it acts and the return is not decided.
 * Equal futures are counted once and multiplied where the task can be tabulated.
 */
export function countPrefixes(task: Task, item: TaskItem, limit: number): number {
	const { env } = task;
	const known = new Map<string, number>();
	let visited = 0;
	const count = (state: unknown): number => {
		const turn = env.turn(state);
		if (turn.actor === "done" || (env.decided?.(state) ?? null) !== null) return 0;
		const key = task.tabulable === false ? null : env.key(state);
		const before = key === null ? undefined : known.get(key);
		if (before !== undefined) return before;
		let total = turn.actor === "policy" ? 1 : 0;
		if (++visited > limit) return limit;
		for (const token of possibleTokens(turn)) {
			total += count(env.step(state, token).state);
			if (total >= limit) break;
		}
		if (key !== null) known.set(key, Math.min(total, limit));
		return Math.min(total, limit);
	};
	return count(env.start(item));
}

/**
 * The best answer within `effort`: enumeration where the tree is small enough, else the best-first search if its certified
 * interval becomes narrow, else Monte Carlo with as many continuations as the effort allows.
 */
export async function askWithin(
	effort: number,
	question: OracleQuestion,
	control: OracleControl = {},
): Promise<Truth[]> {
	const { task, item, responses } = question;
	if (countPrefixes(task, item, effort + 1) <= effort)
		return askOracle("enumerate", { ...question, maxPrefixes: effort }, control);
	const range = task.returnRange;
	const search = (responses: OracleQuestion["responses"], maxPrefixes: number) =>
		askOracle("bestfirst", { ...question, responses, tolerance: NARROW * range, maxPrefixes }, control);
	const scouted = await search([[]], Math.ceil(effort * SCOUT));
	if (widestInterval(scouted) <= HOPEFUL * range) {
		const searched = await search(responses, effort);
		if (widestInterval(searched) <= WIDEST * range) return searched;
	}
	const perSample = responses.reduce((sum, tokens) => sum + continuationTokens(question, tokens), 0);
	const samples = Math.floor(effort / Math.max(1, perSample));
	const within = Math.min(SAMPLES.most, Math.max(SAMPLES.least, samples));
	return askOracle("montecarlo", { ...question, samples: within }, control);
}

/** Tokens that one continuation from every token that can come but did not would take, at most. */
function continuationTokens({ task, item }: OracleQuestion, response: readonly number[]): number {
	let state = task.env.start(item);
	let sum = 0;
	response.forEach((token, t) => {
		sum += (possibleTokens(task.env.turn(state)).length - 1) * (response.length - t);
		state = task.env.step(state, token).state;
	});
	return sum;
}

/** Width of the widest interval of V over all prefixes. */
function widestInterval(truths: readonly Truth[]): number {
	return truths.reduce((widest, { lo, hi }) => hi.reduce((w, h, t) => Math.max(w, h - lo[t]!), widest), 0);
}

/**
 * Width of each token's interval of the advantage r + V' − V, from those of V' and V: they add where they are certain, and in
 * squares where they are sampled `[T]`; 0 at environment tokens.
 */
export function advantageWidth({ mode, lo, hi, mask }: Truth): Float64Array {
	const join = mode === "montecarlo" ? Math.hypot : (a: number, b: number) => a + b;
	return Float64Array.from(mask, (m, t) => (m ? join(hi[t]! - lo[t]!, hi[t + 1]! - lo[t + 1]!) : 0));
}
