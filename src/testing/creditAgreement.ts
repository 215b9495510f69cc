import { expect } from "vitest";
import { Rng } from "../engine/core/rng";
import type { AnyMethod } from "../engine/credit/method";
import { batchOfRandom, type RandomRow, randomRow } from "../engine/credit/randomBatch";
import type { CreditResult, RolloutBatch, SpanTable } from "../engine/rollouts/batch";

/** Every float64 of a batch rounded to float32. */
export function rounded(batch: RolloutBatch): RolloutBatch {
	const deep = (x: unknown): unknown => {
		if (x instanceof Float64Array) return x.map(Math.fround);
		if (x === null || typeof x !== "object" || Array.isArray(x) || ArrayBuffer.isView(x)) return x;
		return Object.fromEntries(Object.entries(x).map(([name, value]) => [name, deep(value)]));
	};
	return deep(batch) as RolloutBatch;
}

/** NaN at some of the places where numbers of rollouts, spans and signals may be unknown; returns and rewards of tokens are known. */
function holed(batch: RolloutBatch, rng: Rng): RolloutBatch {
	const pierce = (x: Float64Array) => x.map((v) => (rng.uniform() < 0.06 ? Number.NaN : v));
	const spans = (table: SpanTable): SpanTable => ({ ...table, reward: pierce(table.reward!) });
	return {
		...batch,
		values: pierce(batch.values!),
		signals: Object.fromEntries(
			Object.entries(batch.signals).map(([name, signal]) => [name, { ...signal, data: pierce(signal.data) }]),
		),
		steps: spans(batch.steps!),
		turns: spans(batch.turns!),
	};
}

/**
 * NaN for some rewards and scores of tokens, as readers of files leave them: a reward only where a token counts. The return of every other
 * rollout is given beside its rewards and stays known; that of the rest is their sum.
 */
function unscored(batch: RolloutBatch, rng: Rng): RolloutBatch {
	const pierce = (x: Float64Array) => x.map((v, i) => (batch.actionMask[i] && rng.uniform() < 0.1 ? Number.NaN : v));
	const rewards = pierce(batch.rewards);
	const sum = (b: number) => rewards.subarray(b * batch.T, (b + 1) * batch.T).reduce((total, paid) => total + paid, 0);
	return {
		...batch,
		rewards,
		returns: batch.returns.map((known, b) => (b % 2 === 0 ? known : sum(b))),
		logProbs: pierce(batch.logProbs!),
		refLogProbs: pierce(batch.refLogProbs!),
		entropy: pierce(batch.entropy!),
	};
}

const rowsOf = (seed: number, groups: readonly number[]): RandomRow[] => {
	const rng = Rng.of(seed);
	return groups.map((group) => randomRow(rng, group));
};

/** Ragged rollouts with holes in unequal groups that lie apart, one of them alone, one of equal returns; one rollout all masked. */
function raggedBatch(seed: number): RolloutBatch {
	const rng = Rng.of(100 + seed);
	const rows = rowsOf(seed, [4, 0, 7, 0, 4, 0, 0, 9, 4, 0]);
	const equal = Array.from({ length: 3 }, () => randomRow(rng, 2, { reward: 0.7 }));
	const all = [...rows, ...equal, randomRow(rng, 4, { masked: true, length: 3 })];
	const truncated = Uint8Array.from(all, () => rng.integer(2));
	const bootstrap = Float64Array.from(all, () => rng.uniform());
	return rounded({ ...batchOfRandom(all, 11), truncated, bootstrap });
}

/** Groups in which one rollout has a single step or turn and the others none, beside a group where all have some. */
function stepless(): RolloutBatch {
	const bare = rowsOf(5, [0, 1, 1, 2, 2, 2]).map((row) => ({ ...row, spans: [], keys: [], spanRewards: [] }));
	const rng = Rng.of(6);
	const one = (group: number, reward: number) => randomRow(rng, group, { length: 1, reward });
	return rounded(batchOfRandom([one(0, 1), ...bare, one(1, 0.5), ...rowsOf(7, [3, 3, 3])]));
}

/** What the rollouts of one group are paid, each in an order of its own: the float32 sums of these numbers differ in the last digits. */
const PAID = [0.1, 0.2, 0.3, 0.7, 0.05, 0.61];

/**
 * A group whose returns are equal but for the rounding of float32 sums of its token rewards, all paid, in one of them, at a single token;
 * beside it one of returns that differ.
 */
function orderedApart(): RolloutBatch {
	const rng = Rng.of(9);
	const rows = Array.from({ length: 5 }, (_, b) => {
		const row = randomRow(rng, 0, { length: 9 });
		const order = PAID.map((paid) => ({ paid, place: rng.uniform() })).sort((x, y) => x.place - y.place);
		const mask = b === 4 ? row.mask!.map((_, t) => (t === 0 ? 1 : 0)) : row.mask;
		return { ...row, mask, rewards: row.rewards!.map((_, t) => order[t]?.paid ?? 0) };
	});
	const batch = rounded(batchOfRandom([...rows, ...rowsOf(8, [1, 1, 1, 1])], 11));
	return { ...batch, returns: summed(batch) };
}

/** Groups of one, the number of one of them unknown wherever numbers may be, beside two of a group; all cut, some with a value after it. */
function aloneUnknown(): RolloutBatch {
	const batch = rounded(batchOfRandom(rowsOf(11, [0, 1, 2, 3, 3]), 9));
	const lost = (x: Float64Array) => x.map((v, i) => (Math.floor((i * batch.B) / x.length) % 3 === 0 ? Number.NaN : v));
	return {
		...batch,
		values: lost(batch.values!),
		truncated: new Uint8Array(batch.B).fill(1),
		bootstrap: Float64Array.from([0.5, Number.NaN, 0.25, 0.75, Number.NaN]),
		signals: Object.fromEntries(
			Object.entries(batch.signals).map(([name, signal]) => [name, { ...signal, data: lost(signal.data) }]),
		),
	};
}

/** Returns as the sampler on the GPU adds them up. */
function summed({ B, T, rewards }: RolloutBatch): Float64Array {
	const row = (b: number) => rewards.subarray(b * T, (b + 1) * T);
	return Float64Array.from({ length: B }, (_, b) => row(b).reduce((sum, paid) => Math.fround(sum + paid), 0));
}

/** Batches on which interpreters of credit are compared, rounded to float32. */
export const AGREEMENT_BATCHES = {
	ragged: raggedBatch(1),
	holed: rounded(holed(raggedBatch(2), Rng.of(3))),
	"rewards and scores unknown": rounded(unscored(raggedBatch(3), Rng.of(12))),
	stepless: stepless(),
	"alone and unknown": aloneUnknown(),
	"equal but for rounding": orderedApart(),
	"one token": rounded(
		batchOfRandom(
			rowsOf(4, [1, 1, 0]).map((row) => shortened(row)),
			1,
		),
	),
} as const;

function shortened(row: RandomRow): RandomRow {
	const rng = Rng.of(row.length!);
	return randomRow(rng, row.group!, { length: 1 });
}

/** Groups of equal rewards whose plain float32 mean is another number. */
export const EQUAL_BATCHES = [
	[11, 0.7],
	[8, 1.3],
].map(([size, reward]) => {
	const rng = Rng.of(5);
	return rounded(batchOfRandom(Array.from({ length: size! }, () => randomRow(rng, 0, { reward: reward! }))));
});

const finite = (x: Float64Array) => x.map((v) => (Number.isFinite(v) ? Math.abs(v) : 0));
const largest = (x: Float64Array) => finite(x).reduce((a, b) => Math.max(a, b), 0);

/** The largest difference; infinite where one is known and the other not. */
function difference(a: Float64Array, b: Float64Array): number {
	return a.reduce((worst, v, i) => {
		if (Number.isNaN(v) || Number.isNaN(b[i]!)) return Number.isNaN(v) && Number.isNaN(b[i]!) ? worst : Infinity;
		return Math.max(worst, Math.abs(v - b[i]!));
	}, 0);
}

/** Holds credit against the definition: within 1e-5 of the largest advantage, and numbers missing in the same places. */
export function expectAgreement(got: CreditResult, want: CreditResult): void {
	const scale = Math.max(1e-30, largest(want.advantage));
	expect(difference(want.advantage, got.advantage)).toBeLessThanOrEqual(1e-5 * scale);
	expect(Object.keys(got.terms)).toEqual(Object.keys(want.terms));
	for (const [name, term] of Object.entries(want.terms))
		expect(difference(term, got.terms[name]!), name).toBeLessThanOrEqual(1e-5 * Math.max(scale, largest(term)));
	expect(got.weights === undefined).toBe(want.weights === undefined);
	if (want.weights)
		expect(difference(want.weights, got.weights!)).toBeLessThanOrEqual(1e-5 * Math.max(1, largest(want.weights)));
	expect(got.mask).toEqual(want.mask);
}

/** Writers of rewards before methods: each writer, chains, statistics of the batch before those of groups and trees. */
export const REWARD_CHAINS = [
	{ id: "grpo", params: {}, rewards: chain("potentialShaping") },
	{ id: "gae", params: { discount: 0.9 }, rewards: chain("ircr", "potentialShaping", "klPenalty") },
	{ id: "gae", params: { whiten: true }, rewards: chain("returnDecomposition", "syntheticReturns") },
	{ id: "reinforce", params: { over: "group", center: "loo" }, rewards: chain("rudder", "klPenalty") },
	{ id: "reinforce", params: { over: "group", center: "loo", scale: "sd1" }, rewards: chain("rudder", "klPenalty") },
	{ id: "tempo", params: {}, rewards: chain("klPenalty") },
	{ id: "spoTree", params: {}, rewards: chain("ircr") },
	{ id: "gigpo", params: { discount: 1 }, rewards: chain("potentialShaping") },
	{ id: "hicra", params: {}, rewards: chain("klPenalty", "syntheticReturns") },
];

function chain(...ids: readonly string[]) {
	return ids.map((id) => ({ id, params: {} }));
}

/** Parameter sets that reach branches which no preset takes. */
const MORE: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
	grpo: [{ center: "none", scale: "sd0", singleton: "skip" }, { center: "loo" }],
	reinforce: [
		{ discount: 0.9, center: "loo", over: "group", scale: "sd1", singleton: "skip" },
		{ center: "value", scale: "sd1" },
		{ center: "none", over: "group", scale: "sd0" },
	],
	reinforcePlusPlus: [{ klCoef: 0.1, holes: "reset", discount: 0.9 }],
	rloo: [{ klCoef: 0.1, klEstimator: "k3", scale: "sd1" }],
	passAtK: [{ form: "analytic", k: 3 }],
	potentialShaping: [{ center: "loo" }],
	returnDecomposition: [{ center: "loo", discount: 0.9 }],
	syntheticReturns: [{ center: "loo" }],
	gae: [{ whiten: true, discount: 0.9, klCoef: 0.1, klEstimator: "k3" }],
	tempo: [{ singleton: "skip", center: "loo" }],
	treeGrpo: [{ center: "loo", scale: "none" }],
	tdLambda: [{ bootstrap: false }],
	spoTree: [
		{ segment: 2, scale: "sd0" },
		{ segment: 1, levels: 2 },
		{ scale: "sd0", bestOf: 2, singleton: "raw" },
		{ dropZero: true, singleton: "skip" },
	],
	treePs: [
		{ unit: "token", value: "children", form: "both" },
		{ shared: "once", unit: "turn" },
		{ form: "both", singleton: "raw" },
		{ shared: "once", singleton: "skip" },
	],
	maRlhf: [{ cut: "marks" }, { value: "position", length: 2, klCoef: 0.1, klEstimator: "k2" }],
	vinePpo: [{ unit: "token" }],
	gigpo: [
		{ unit: "step", scale: "sd0", singleton: "skip" },
		{ unit: "step", scale: "sd1", center: "loo" },
	],
	pure: [
		{ form: "min", baseline: "others", outcomeCoef: 1 },
		{ whiten: true, klCoef: 0.1 },
		{ baseline: "token", singleton: "zero", outcomeCoef: 1, outcomeSingleton: "raw" },
		{ baseline: "step", singleton: "skip", whiten: true },
	],
	attentionCredit: [{ strategy: "coupled", share: 0.3, window: 2 }],
	spoChain: [{ threshold: 0.7, interval: 2, mask: "none" }],
	hbpo: [
		{ maxLength: 16, alpha: 0.05 },
		{ alpha: 0, singleton: "raw" },
	],
	dapo: [{ maxLength: 5, buffer: 3, beyond: "growing", dropEqual: true, singleton: "skip" }],
};
/** Defaults, presets, and what reaches the other branches. */
export const paramSets = (method: AnyMethod) => [{}, ...Object.values(method.presets), ...(MORE[method.id] ?? [])];
