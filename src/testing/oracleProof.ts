import { Rng } from "../engine/core/rng";
import { initParameters } from "../engine/model/parameters";
import { countPrefixes } from "../engine/oracle/auto";
import { modelPolicy } from "../engine/oracle/modelPolicy";
import { askOracle, type OracleQuestion } from "../engine/oracle/oracle";
import { type Policy, tabularPolicy } from "../engine/oracle/policy";
import { sampleResponse } from "../engine/oracle/sampleResponse";
import type { OracleMode, Truth } from "../engine/oracle/truth";
import { resolveParams } from "../engine/spec/params";
import type { Task, TaskDefinition, TaskItem } from "../engine/tasks/task";
import { play } from "../engine/tasks/walk";

/** What the modes of the oracle said of one task, held against each other. */
export interface Agreement {
	readonly task: string;
	/** Undecided prefixes of the first prompt. */
	readonly prefixes: number;
	readonly modes: readonly OracleMode[];
	/** Largest difference of V, Q or A between exact modes. */
	readonly difference: number;
	/** Largest |Σ π·A| over prefixes, and largest |R − V(prompt) − Σ A − Σ L| over rollouts, of all modes. */
	readonly weighed: number;
	readonly telescoped: number;
	/** Largest distance by which an exact value lies outside a certified interval. */
	readonly outside: number;
	/** Monte Carlo intervals of V that hold the exact value, of those that are not certain anyway. */
	readonly inside: number;
	readonly intervals: number;
}

export interface ProofSize {
	readonly prompts: number;
	readonly responses: number;
	/** Monte Carlo runs, each on other random numbers. */
	readonly repeats: number;
	readonly samples: number;
}

/** Trees above this size are searched, not enumerated. */
const ENUMERABLE = 20_000;
const EXACT = 1e-9;

/** The task at its smallest level, where everything can be worked out in several ways. */
export function smallestOf(definition: TaskDefinition): Task {
	return definition.build(resolveParams(definition.params, definition.levels.xs ?? {}, `task ${definition.id}`));
}

/**
 * A policy that sees states, fixed by a hash of (state, token), through every mode that takes it; and a small random
 * transformer, which sees prefixes, through those that take it; `further` policies likewise.
 */
export async function agreementOn(task: Task, size: ProofSize, further: readonly Policy[] = []): Promise<Agreement> {
	const sum = { difference: 0, weighed: 0, telescoped: 0, outside: 0, inside: 0, intervals: 0 };
	const modes = new Set<OracleMode>();
	let prefixes = 0;
	for (let p = 0; p < Math.min(size.prompts, task.promptCount); p++) {
		const item = task.item("train", p);
		const count = countPrefixes(task, item, ENUMERABLE + 1);
		if (p === 0) prefixes = count;
		for (const policy of [hashPolicy(task), smallTransformer(task), ...further]) {
			const question = { task, item, policy, responses: await responsesOf(task, item, policy, size.responses) };
			const exactModes: OracleMode[] = policy.observes === "state" ? ["dp"] : [];
			if (policy.closedValue) exactModes.push("closed");
			if (count <= ENUMERABLE) exactModes.unshift("enumerate");
			if (exactModes.length === 0) continue;
			await compare(question, exactModes, size, sum, modes);
		}
	}
	return { task: task.id, prefixes, modes: [...modes], ...sum };
}

type Sum = { -readonly [K in Exclude<keyof Agreement, "task" | "prefixes" | "modes">]: number };

async function compare(
	question: OracleQuestion,
	exactModes: readonly OracleMode[],
	{ repeats, samples }: ProofSize,
	sum: Sum,
	modes: Set<OracleMode>,
): Promise<void> {
	const [first, ...others] = exactModes as [OracleMode, ...OracleMode[]];
	const exact = await askOracle(first, question);
	const range = question.task.returnRange;
	for (const mode of others) {
		const again = await askOracle(mode, question);
		again.forEach((truth, i) => {
			sum.difference = Math.max(sum.difference, differenceOf(truth, exact[i] as Truth));
		});
	}
	const limit = Math.min(ENUMERABLE, 2000);
	const searched = await askOracle("bestfirst", { ...question, tolerance: 0.02 * range, maxPrefixes: limit });
	for (const truths of [exact, searched]) for (const truth of truths) checkIdentities(question, truth, sum);
	searched.forEach((truth, i) => {
		sum.outside = Math.max(sum.outside, outsideOf(truth, exact[i] as Truth));
	});
	for (const mode of [...exactModes, "bestfirst", "montecarlo"] as const) modes.add(mode);
	const one = { ...question, responses: question.responses.slice(0, 1) };
	for (let repeat = 0; repeat < repeats; repeat++) {
		const [estimate] = (await askOracle("montecarlo", { ...one, samples, seed: repeat })) as [Truth];
		checkIdentities(one, estimate, sum);
		countInside(estimate, exact[0] as Truth, sum);
	}
}

/** Σ π·A at every prefix where the policy acts, and the telescoping of credit and luck to the return. */
function checkIdentities({ task, item }: OracleQuestion, truth: Truth, sum: Sum): void {
	const { total } = play(task.env, item, truth.tokens);
	const credit = [...truth.advantage, ...truth.luck].reduce((a, x) => a + x, 0);
	sum.telescoped = Math.max(sum.telescoped, Math.abs(total - truth.V[0]! - credit));
	truth.Q.forEach((q, t) => {
		const gains = Object.entries(q).map(
			([token, value]) => truth.probabilities[t]![Number(token)]! * (value - truth.V[t]!),
		);
		sum.weighed = Math.max(sum.weighed, Math.abs(gains.reduce((a, x) => a + x, 0)));
	});
}

function differenceOf(a: Truth, b: Truth): number {
	const of = (x: ArrayLike<number>, y: ArrayLike<number>) =>
		Array.from(x).reduce((worst, v, t) => Math.max(worst, Math.abs(v - y[t]!)), 0);
	const q = a.Q.map((row, t) => of(Object.values(row), Object.values(b.Q[t]!)));
	return Math.max(of(a.V, b.V), of(a.advantage, b.advantage), ...q);
}

function outsideOf({ lo, hi }: Truth, exact: Truth): number {
	return exact.V.reduce((worst, v, t) => Math.max(worst, lo[t]! - v, v - hi[t]!), 0);
}

function countInside({ lo, hi }: Truth, exact: Truth, sum: Sum): void {
	exact.V.forEach((v, t) => {
		if (hi[t]! - lo[t]! <= EXACT) {
			sum.outside = Math.max(sum.outside, Math.abs(v - lo[t]!));
			return;
		}
		sum.intervals += 1;
		sum.inside += lo[t]! <= v && v <= hi[t]! ? 1 : 0;
	});
}

async function responsesOf(task: Task, item: TaskItem, policy: Policy, count: number): Promise<number[][]> {
	const out: number[][] = [];
	for (let i = 0; i < count; i++) out.push(await sampleResponse(task, item, policy, Rng.of(7).fork("proof").fork(i)));
	return out;
}

function hashPolicy(task: Task): Policy {
	const known = new Map<string, number>();
	return tabularPolicy(task.vocab.tokens.length, "state", ({ key }, token) => {
		const place = `${key}|${token}`;
		const weight = known.get(place) ?? Rng.of(5).fork(key).fork(token).uniform() ** 2 + 0.01;
		known.set(place, weight);
		return weight;
	});
}

function smallTransformer(task: Task): Policy {
	const contextLength = task.maxPromptLength + task.maxResponseLength;
	const config = {
		...{ vocabSize: task.vocab.tokens.length, contextLength, layers: 1, width: 8, heads: 2 },
		...{ headBias: false, tiedHead: false, valueHead: false },
	};
	const parameters = initParameters(config, 3).map((x) => 10 * x);
	return modelPolicy(config, parameters, 1);
}
