import { Rng } from "../core/rng";
import type { Task, TaskItem } from "../tasks/task";
import { drawOutcome, play } from "../tasks/walk";
import { returnBounds } from "./bounds";
import { wilson } from "./monteCarlo";
import type { Policy } from "./policy";

export interface ContinuationRequest {
	readonly task: Task;
	readonly item: TaskItem;
	readonly policy: Policy;
	/** Tokens after the prompt from which to go on, environment replies included. */
	readonly prefix: readonly number[];
	readonly samples: number;
	readonly seed: number;
}

/** One way on from a prefix. */
export interface Continuation {
	/** Tokens after the prefix. */
	readonly tokens: readonly number[];
	/** How many of them the policy wrote before the environment first answered. */
	readonly acted: number;
	/** Return of the whole rollout: paid before the prefix's end, and after it. */
	readonly total: number;
}

/** The value of a prefix after some continuations, with its 95 % interval. */
export interface RunningValue {
	readonly n: number;
	readonly mean: number;
	readonly lo: number;
	readonly hi: number;
}

interface Walker {
	state: unknown;
	readonly response: number[];
	total: number;
	/** Length of the response when the environment first answered after the prefix; −1 before. */
	answeredAt: number;
	readonly rng: Rng;
}

/** Continuations that walk together, so that the policy is asked in batches. */
const TOGETHER = 16;

/**
 * Samples on from a prefix, a few continuations at a time. Continuation k is a pure function of (seed, item, prefix, k).
 * @throws InvalidInput for a prefix that the task does not allow.
 */
export async function* continuations(request: ContinuationRequest): AsyncGenerator<Continuation[]> {
	const { task, item, prefix, samples, seed } = request;
	const { states, total } = play(task.env, item, prefix);
	const rng = prefix.reduce((r, token) => r.fork(token), Rng.of(seed).fork("branch").fork(item.id));
	for (let from = 0; from < samples; from += TOGETHER) {
		const count = Math.min(TOGETHER, samples - from);
		const walkers = Array.from({ length: count }, (_, k): Walker => {
			return { state: states.at(-1), response: [...prefix], total, answeredAt: -1, rng: rng.fork(from + k) };
		});
		await walk(request, walkers);
		yield walkers.map(({ response, total: earned, answeredAt }) => ({
			tokens: response.slice(prefix.length),
			acted: (answeredAt < 0 ? response.length : answeredAt) - prefix.length,
			total: earned,
		}));
	}
}

async function walk({ task, item, policy }: ContinuationRequest, walkers: readonly Walker[]): Promise<void> {
	const { env } = task;
	for (let live = walkers; ; ) {
		live = live.filter((w) => env.turn(w.state).actor !== "done");
		if (live.length === 0) return;
		const acting = live.flatMap((w) => {
			const turn = env.turn(w.state);
			return turn.actor === "policy" ? [{ w, legal: turn.legal }] : [];
		});
		const rows = await policy.logProbs(
			acting.map(({ w, legal }) => ({ item, response: w.response, legal, key: env.key(w.state) })),
		);
		acting.forEach(({ w, legal }, i) => {
			advance(
				task,
				w,
				legal.map((token) => ({ token, probability: Math.exp(rows[i]![token]!) })),
			);
		});
		for (const w of live) {
			const turn = env.turn(w.state);
			if (turn.actor !== "environment" || acting.some((a) => a.w === w)) continue;
			if (w.answeredAt < 0) w.answeredAt = w.response.length;
			advance(task, w, turn.outcomes);
		}
	}
}

function advance({ env }: Task, walker: Walker, outcomes: readonly { token: number; probability: number }[]): void {
	const token = drawOutcome(outcomes, () => walker.rng.uniform());
	const { state, reward } = env.step(walker.state, token);
	walker.state = state;
	walker.response.push(token);
	walker.total += reward;
}

/**
 * The value of a prefix as continuations come in: the mean return after each of them, with the 95 % Wilson interval over what
 * can still be earned. **Units** of return, rewards of the prefix included.
 */
export function runningValues(
	task: Task,
	item: TaskItem,
	prefix: readonly number[],
	totals: readonly number[],
): RunningValue[] {
	const { states, total: paid } = play(task.env, item, prefix);
	const [least, most] = returnBounds(task)(states.at(-1), paid);
	let sum = 0;
	return totals.map((total, k) => {
		sum += total - paid;
		const mean = sum / (k + 1);
		const [lo, hi] = wilson(mean, k + 1, [least, most]);
		return { n: k + 1, mean: paid + mean, lo: paid + lo, hi: paid + hi };
	});
}

/**
 * By how much the value rises from one prefix to another: the difference of two means that were sampled apart, with the 95 % interval that
 * follows from theirs, d − √((a − lo_a)² + (hi_b − b)²) to d + √((hi_a − a)² + (b − lo_b)²). **Units** of return.
 * **Source** Zou & Donner 2008, "Construction of confidence limits about effect measures", https://doi.org/10.1002/sim.3095.
 */
export function valueRise(before: Mean, after: Mean): Mean {
	const mean = after.mean - before.mean;
	return {
		mean,
		lo: mean - Math.hypot(after.mean - after.lo, before.hi - before.mean),
		hi: mean + Math.hypot(after.hi - after.mean, before.mean - before.lo),
	};
}

/** A mean with its 95 % interval. */
export type Mean = Pick<RunningValue, "mean" | "lo" | "hi">;
