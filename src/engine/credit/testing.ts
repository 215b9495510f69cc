import type { RolloutBatch, Signal, SpanTable } from "../rollouts/batch";
import { findEntry } from "../spec/resolveSpec";
import { METHODS } from "./registry";
import { creditOf, presetOf } from "./run";

export interface RowSpec {
	readonly tokens?: readonly number[];
	readonly mask?: readonly number[];
	readonly rewards?: readonly number[];
	readonly reward?: number;
	readonly group?: number;
	readonly length?: number;
	readonly logProbs?: readonly number[];
	readonly values?: readonly number[];
}

/** A batch for tests from ragged rows; a lone `reward` is paid on the last policy token. */
export function batchOf(rows: readonly RowSpec[], extra: Partial<RolloutBatch> = {}, padTo = 0): RolloutBatch {
	const lengths = Int32Array.from(
		rows,
		(r) => (r.tokens ?? r.rewards ?? r.logProbs ?? r.values)?.length ?? r.length ?? 1,
	);
	const [B, T] = [rows.length, Math.max(padTo, 1, ...lengths)];
	const fill = <A extends Float64Array | Int32Array | Uint8Array>(out: A, of: (r: RowSpec, t: number) => number): A => {
		rows.forEach((r, b) => {
			for (let t = 0; t < lengths[b]!; t++) out[b * T + t] = of(r, t);
		});
		return out;
	};
	const actionMask = fill(new Uint8Array(B * T), (r, t) => r.mask?.[t] ?? 1);
	const last = rows.map((_, b) => actionMask.subarray(b * T, (b + 1) * T).lastIndexOf(1));
	const rewards = fill(
		new Float64Array(B * T),
		(r, t) => r.rewards?.[t] ?? (t === last[rows.indexOf(r)] ? (r.reward ?? 0) : 0),
	);
	const optional = (name: "logProbs" | "values") =>
		rows.some((r) => r[name]) ? { [name]: fill(new Float64Array(B * T), (r, t) => r[name]?.[t] ?? 0) } : {};
	return {
		B,
		T,
		tokens: fill(new Int32Array(B * T), (r, t) => r.tokens?.[t] ?? 100 * (rows.indexOf(r) + 1) + t),
		actionMask,
		lengths,
		promptTokens: new Int32Array(B),
		promptOffsets: Int32Array.from({ length: B + 1 }, (_, b) => b),
		groupIds: Int32Array.from(rows, (r) => r.group ?? 0),
		rewards,
		returns: Float64Array.from(rows, (r) => r.reward ?? (r.rewards ?? []).reduce((a, b) => a + b, 0)),
		truncated: new Uint8Array(B),
		signals: {},
		...optional("logProbs"),
		...optional("values"),
		...extra,
	};
}

/** Rows of a `[B·T]` array without padding. */
export function ragged({ T, lengths }: RolloutBatch, x: ArrayLike<number>): number[][] {
	return Array.from(lengths, (n, b) => Array.from({ length: n }, (_, t) => x[b * T + t]!));
}

/** The largest distance between two ragged arrays; infinite where their shapes differ or one holds NaN and the other not. */
export function distance(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number {
	const [x, y] = [a.flat(), b.flat()];
	if (x.length !== y.length || a.some((row, i) => row.length !== b[i]!.length)) return Infinity;
	return x.reduce((worst, v, i) => {
		if (Number.isNaN(v) || Number.isNaN(y[i]!)) return Number.isNaN(v) && Number.isNaN(y[i]!) ? worst : Infinity;
		return Math.max(worst, Math.abs(v - y[i]!));
	}, 0);
}

/** A span table of policy spans from `[start, end)` pairs per rollout. */
export function spansOfRows(rows: readonly (readonly (readonly number[])[])[]): SpanTable {
	const all = rows.flat();
	const offsets = new Int32Array(rows.length + 1);
	rows.forEach((row, b) => {
		offsets[b + 1] = offsets[b]! + row.length;
	});
	return {
		offsets,
		start: Int32Array.from(all, ([start]) => start!),
		end: Int32Array.from(all, ([, end]) => end!),
		actor: new Uint8Array(all.length).fill(1),
	};
}

/** A step of one token for each number, which is its reward. */
export const paidTokens = (rewards: readonly (readonly number[])[]): SpanTable & { readonly reward: Float64Array } => ({
	...spansOfRows(rewards.map((row) => row.map((_, k) => [k, k + 1]))),
	reward: Float64Array.from(rewards.flat()),
});

/** A turn of one token for each state key. */
export const statedTokens = (keys: readonly (readonly string[])[]): SpanTable & { readonly stateKeys: string[] } => ({
	...spansOfRows(keys.map((row) => row.map((_, k) => [k, k + 1]))),
	stateKeys: keys.flat(),
});

/** Three walks from one state: two reach the reward, one comes back to where it began. */
export const walks = (): RolloutBatch =>
	batchOf([{ rewards: [0, 1] }, { rewards: [0, 0, 0] }, { rewards: [0, 0, 1] }], {
		turns: statedTokens([
			["s0", "s1"],
			["s0", "s2", "s0"],
			["s0", "s2", "s1"],
		]),
	});

/** A token signal from ragged rows. */
export function tokenSignal({ B, T }: RolloutBatch, rows: readonly (readonly number[])[]): Signal {
	const data = new Float64Array(B * T);
	rows.forEach((row, b) => {
		data.set(row, b * T);
	});
	return { level: "token", data, provider: "test", unit: "" };
}

export function rolloutSignal(data: readonly number[]): Signal {
	return { level: "rollout", data: Float64Array.from(data), provider: "test", unit: "" };
}

/** Parameters of a named preset, with the sizes of an example in place of its own. */
export function preset(id: string, name: string, sizes: Readonly<Record<string, unknown>> = {}) {
	return { ...presetOf(findEntry(METHODS, id, "method"), name), ...sizes };
}

/** Advantages of a batch by a method's id, a row for each rollout. */
export const rows = (batch: RolloutBatch, id: string, params = {}) =>
	ragged(batch, creditOf(id, params, batch).advantage);

/** Two branches with three ends each, and a third that ends at once; V of a node is the mean return below it. */
export function branchedBatch(): RolloutBatch {
	const leaf = (tokens: number[], reward: number) => ({ tokens, reward });
	return batchOf([
		leaf([1, 1], 1),
		leaf([1, 2], 0),
		leaf([1, 3], 1),
		leaf([2, 1], 0),
		leaf([2, 2], 0),
		leaf([2, 3], 1),
		leaf([3], 0),
	]);
}
