import { Rng } from "../core/rng";
import type { AnyMethod } from "../credit/method";
import { METHODS } from "../credit/registry";
import { creditBy } from "../credit/run";
import type { CreditResult, RolloutBatch, Signal } from "../rollouts/batch";
import { annotateFor } from "../signals/annotate";
import { taskSource } from "../signals/taskSource";
import { findEntry } from "../spec/resolveSpec";
import { keychain } from "../tasks/keychain";
import type { Task } from "../tasks/task";
import { pick, play, respond } from "../tasks/walk";

export interface BenchOptions {
	/** Actions in all: the first decides, each of the others is followed by a coin. */
	readonly steps: number;
	/** What a coin wins or loses. */
	readonly sigma: number;
	readonly episodes: number;
	readonly batches: number;
	readonly seed: number;
}

/** What one estimator says of the first action and of those that do nothing. */
export interface BenchRow {
	readonly id: string;
	readonly title: string;
	/** Mean credit of taking the key, which is worth +½, and the standard error of that mean over batches. */
	readonly mean: number;
	readonly error: number;
	/** Standard deviation of that credit from episode to episode. */
	readonly sd: number;
	/** Root mean square of the credit of the actions that do nothing. */
	readonly leak: number;
}

type Values = (batch: RolloutBatch) => Float64Array;

interface Estimator {
	readonly id: string;
	readonly title: string;
	readonly method: string;
	readonly params: Readonly<Record<string, unknown>>;
	/** Measure this term of the credit alone. */
	readonly term?: string;
	readonly values?: Values;
	readonly signals?: (batch: RolloutBatch) => Readonly<Record<string, Signal>>;
}

/**
 * Estimators on KEYCHAIN under the uniform policy, where the truth is known: +½ for taking the key, −½ for leaving it, 0 for every
 * other action. Each estimator is a registered method with its parameters; what it reads is computed by the registered providers, or
 * exactly from the task.
 */
export function estimatorBench(options: BenchOptions): BenchRow[] {
	const task = keychain.build({ steps: options.steps, sigma: options.sigma });
	const rng = Rng.of(options.seed).fork("estimators");
	const tallies = ESTIMATORS.map(() => new Tally());
	for (let k = 0; k < options.batches; k++) {
		const batch = sample(task, options.episodes, rng.fork(k));
		for (const [i, estimator] of ESTIMATORS.entries()) tallies[i]!.add(batch, creditOf(estimator, batch, task));
	}
	return ESTIMATORS.map(({ id, title }, i) => ({ id, title, ...tallies[i]!.row() }));
}

/** Episodes of the uniform policy, as one group. */
function sample(task: Task, episodes: number, rng: Rng): RolloutBatch {
	const item = task.item("train", 0);
	const T = task.maxResponseLength;
	const tokens = new Int32Array(episodes * T);
	const rewards = new Float64Array(episodes * T);
	const returns = new Float64Array(episodes);
	for (let b = 0; b < episodes; b++) {
		const draws = rng.fork(b);
		const random = () => draws.uniform();
		const response = respond(task.env, item, (_, legal) => pick(legal, random), random);
		const played = play(task.env, item, response);
		tokens.set(response, b * T);
		rewards.set(played.rewards, b * T);
		returns[b] = played.total;
	}
	// The first token is an action, then actions and replies take turns.
	const actionMask = Uint8Array.from(tokens, (_, i) => (i % T === 0 || (i % T) % 2 === 1 ? 1 : 0));
	return {
		B: episodes,
		T,
		tokens,
		actionMask,
		lengths: new Int32Array(episodes).fill(T),
		promptTokens: new Int32Array(episodes).fill(item.prompt[0]!),
		promptOffsets: Int32Array.from({ length: episodes + 1 }, (_, b) => b),
		groupIds: new Int32Array(episodes),
		logProbs: Float64Array.from(actionMask, (m) => m * Math.log(0.5)),
		rewards,
		returns,
		success: Uint8Array.from({ length: episodes }, (_, b) => (tokens[b * T] === KEY ? 1 : 0)),
		truncated: new Uint8Array(episodes),
		signals: {},
	};
}

const KEY = 0;
/** Hardly any shrinkage, so that the regressions show their own noise. */
const CHOICES = {
	returnRegression: { ridge: 0.1 },
	prefixRegression: { ridge: 0.1 },
	rewardRegression: { ridge: 0.1, rewards: "last" },
} as const;

function creditOf(
	{ method: id, params, term, values, signals }: Estimator,
	batch: RolloutBatch,
	task: Task,
): Float64Array {
	const method: AnyMethod = findEntry(METHODS, id, "method");
	const given: RolloutBatch = {
		...batch,
		...(values ? { values: values(batch) } : {}),
		...(signals ? { signals: signals(batch) } : {}),
	};
	const sources = { task: taskSource(task, [task.item("train", 0)]) };
	const annotated = annotateFor(method, params, given, sources, signals ? {} : CHOICES).batch;
	const credit: CreditResult = creditBy(method, params, annotated);
	return term ? credit.terms[term]! : credit.advantage;
}

/** Before the first action ½ is to come, then 1 with the key and nothing without. */
function exactValues({ T, tokens }: RolloutBatch): Float64Array {
	return Float64Array.from(tokens, (_, i) => (i % T === 0 ? 0.5 : tokens[i - (i % T)] === KEY ? 1 : 0));
}

/** Mean of what followed, over the episodes that held the same at the same time. */
function fittedValues({ T, B, tokens, rewards }: RolloutBatch): Float64Array {
	const toGo = rewards.slice();
	for (let i = B * T - 2; i >= 0; i--) if (i % T < T - 1) toGo[i]! += toGo[i + 1]!;
	const sums = new Map<string, { sum: number; count: number }>();
	const state = (i: number) => `${i % T} ${i % T === 0 ? "" : tokens[i - (i % T)]}`;
	for (let i = 0; i < B * T; i++) {
		const { sum, count } = sums.get(state(i)) ?? { sum: 0, count: 0 };
		sums.set(state(i), { sum: sum + toGo[i]!, count: count + 1 });
	}
	return toGo.map((_, i) => sums.get(state(i))!.sum / sums.get(state(i))!.count);
}

/** log h of each action once the key's reward is known: certain for the first, a coin for the others. */
function exactHindsight(batch: RolloutBatch): Readonly<Record<string, Signal>> {
	const data = Float64Array.from(batch.actionMask, (m, i) => (i % batch.T === 0 ? 0 : m * Math.log(0.5)));
	return { hindsightLogProbs: { level: "token", data, provider: "closed form", unit: "nats" } };
}

const ESTIMATORS: readonly Estimator[] = [
	{ id: "episode", title: "episode return − group mean", method: "drGrpo", params: {} },
	{
		id: "toGo",
		title: "reward to go − step mean",
		method: "gigpo",
		params: { discount: 1, scale: "none" },
		term: "step",
	},
	{ id: "td0", title: "TD(0), exact V", method: "gae", params: { lambda: 0 }, values: exactValues },
	{ id: "gae", title: "GAE(0.9), exact V", method: "gae", params: { lambda: 0.9 }, values: exactValues },
	{ id: "monteCarlo", title: "Monte Carlo, exact V", method: "gae", params: { lambda: 1 }, values: exactValues },
	{
		id: "gaeFitted",
		title: "GAE(0.9), V fitted on the batch",
		method: "gae",
		params: { lambda: 0.9 },
		values: fittedValues,
	},
	{
		id: "decomposition",
		title: "return decomposition, ridge",
		method: "returnDecomposition",
		params: { discount: 0 },
	},
	{ id: "rudder", title: "prefix differences, ridge", method: "rudder", params: {} },
	{ id: "ircr", title: "IRCR", method: "ircr", params: {} },
	{
		id: "cocoa",
		title: "COCOA, exact h, no direct term",
		method: "cocoa",
		params: {},
		term: "contribution",
		signals: exactHindsight,
	},
	{ id: "cocoaDirect", title: "COCOA with direct rewards", method: "cocoa", params: {}, signals: exactHindsight },
	{
		id: "syntheticReturns",
		title: "synthetic returns, last reward",
		method: "syntheticReturns",
		params: { alpha: 1, beta: 0, discount: 0 },
	},
];

/** Running sums of one estimator over batches. */
class Tally {
	private readonly means: number[] = [];
	private count = 0;
	private sum = 0;
	private squares = 0;
	private idle = 0;
	private idleSquares = 0;

	add({ B, T, tokens, actionMask }: RolloutBatch, credit: Float64Array): void {
		let sum = 0;
		let count = 0;
		for (let i = 0; i < B * T; i++) {
			if (!actionMask[i]) continue;
			const a = credit[i]!;
			if (i % T > 0) {
				this.idle += 1;
				this.idleSquares += a * a;
			} else if (tokens[i] === KEY) {
				sum += a;
				count += 1;
				this.squares += a * a;
			}
		}
		if (count > 0) this.means.push(sum / count);
		this.sum += sum;
		this.count += count;
	}

	row(): Pick<BenchRow, "mean" | "error" | "sd" | "leak"> {
		const mean = this.sum / this.count;
		const centre = this.means.reduce((a, m) => a + m, 0) / this.means.length;
		const variance = this.means.reduce((a, m) => a + (m - centre) ** 2, 0) / (this.means.length - 1);
		return {
			mean,
			error: Math.sqrt(variance / this.means.length),
			sd: Math.sqrt(Math.max(0, this.squares / this.count - mean * mean)),
			leak: Math.sqrt(this.idleSquares / this.idle),
		};
	}
}
