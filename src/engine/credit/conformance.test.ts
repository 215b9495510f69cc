import { describe, expect, it } from "vitest";
import { faultsOf } from "../../testing/traceCheck";
import { MissingSignal } from "../core/errors";
import { Rng } from "../core/rng";
import type { RolloutBatch, SpanTable } from "../rollouts/batch";
import { defaultsOf } from "../spec/params";
import { CpuOps } from "./cpuOps";
import { type AnyMethod, isGroupLocal } from "./method";
import { batchOfRandom, type RandomRow, randomRow } from "./randomBatch";
import { METHODS } from "./registry";
import { creditBy } from "./run";
import { batchOf } from "./testing";
import { traceOf } from "./traceOps";

const some = (seed: number, groups = [0, 0, 0, 0, 1, 1, 1]) => {
	const rng = Rng.of(seed);
	return groups.map((group) => randomRow(rng, group));
};
const rowsOf = ({ T, lengths }: RolloutBatch, x: Float64Array) =>
	Array.from(lengths, (n, b) => [...x.subarray(b * T, b * T + n)]);
const paramSets = (method: AnyMethod) => [["defaults", {}] as const, ...Object.entries(method.presets)];
function close(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): void {
	const [x, y] = [a.flat(), b.flat()];
	expect(x.length).toBe(y.length);
	const bound = 1e-9 * Math.max(1, ...x.map((v) => (Number.isNaN(v) ? 0 : Math.abs(v))));
	for (const [i, v] of x.entries())
		if (Number.isNaN(v)) expect(y[i]).toBeNaN();
		else expect(Math.abs(v - y[i]!)).toBeLessThanOrEqual(bound);
}

/** The batch without what is paid, scored and valued of its last rollouts, from one on; of tokens, steps, signals and after a cut. */
function unknownFrom(first: number, batch: RolloutBatch): RolloutBatch {
	const lost = (x: Float64Array, from: number) => x.map((v, i) => (i >= from ? Number.NaN : v));
	const table = (spans: SpanTable) => ({ ...spans, reward: lost(spans.reward!, spans.offsets[first]!) });
	const signals = Object.entries(batch.signals).map(([name, signal]) => {
		const from = signal.level === "rollout" ? first : first * batch.T;
		return [name, { ...signal, data: lost(signal.data, from) }] as const;
	});
	return {
		...batch,
		rewards: lost(batch.rewards, first * batch.T),
		returns: lost(batch.returns, first),
		logProbs: lost(batch.logProbs!, first * batch.T),
		refLogProbs: lost(batch.refLogProbs!, first * batch.T),
		entropy: lost(batch.entropy!, first * batch.T),
		values: lost(batch.values!, first * batch.T),
		bootstrap: lost(batch.bootstrap!, first),
		steps: table(batch.steps!),
		turns: table(batch.turns!),
		signals: Object.fromEntries(signals),
	};
}

for (const method of METHODS)
	describe.each(paramSets(method))(`${method.id}, %s`, (_, params) => {
		const credit = (rows: readonly RandomRow[], padTo?: number) => {
			const batch = batchOfRandom(rows, padTo);
			return { batch, ...creditBy(method, params, batch) };
		};
		/** All inputs of such batches are known, so that only what is not scored may be without a number. */
		const scoredOf = (batch: RolloutBatch): Float64Array => {
			const { scored } = method.estimate({ ...defaultsOf(method.params), ...params });
			return scored ? new CpuOps(batch).value(scored) : new Float64Array(batch.B * batch.T).fill(1);
		};
		it("gives every policy token a finite number, or none where it is not scored, the others 0; terms add up; inputs stay", () => {
			const before = batchOfRandom(some(10));
			const { batch, advantage, terms, mask } = credit(some(10));
			const scored = scoredOf(batch);
			expect(batch).toEqual(before);
			expect(advantage.length).toBe(batch.B * batch.T);
			expect([...mask]).toEqual([...batch.actionMask]);
			advantage.forEach((a, i) => {
				if (batch.actionMask[i]) expect(Number.isFinite(a) || (Number.isNaN(a) && scored[i] === 0)).toBe(true);
				else expect(a).toBe(0);
				const sum = Object.values(terms).reduce((total, term) => total + term[i]!, 0);
				if (!Number.isNaN(a)) expect(Math.abs(sum - a)).toBeLessThanOrEqual(1e-12);
			});
			expect(advantage.some((a) => Number.isFinite(a) && a !== 0)).toBe(true);
		});
		it("follows the rollouts when they change places", () => {
			const rows = some(2);
			const order = [5, 2, 0, 6, 3, 1, 4];
			const { batch, advantage } = credit(rows);
			const moved = credit(order.map((b) => rows[b]!));
			const straight = rowsOf(batch, advantage);
			close(
				rowsOf(moved.batch, moved.advantage),
				order.map((b) => straight[b]!),
			);
		});
		it("does not see padding", () => {
			const [a, b] = [credit(some(3), 9), credit(some(3), 13)];
			close(rowsOf(a.batch, a.advantage), rowsOf(b.batch, b.advantage));
		});
		it("takes one token, nothing but environment tokens, and a group of one", () => {
			const rng = Rng.of(4);
			const rows = [
				randomRow(rng, 0, { length: 1 }),
				randomRow(rng, 0, { masked: true, length: 3 }),
				randomRow(rng, 1, { length: 4 }),
				randomRow(rng, 2, { length: 1 }),
			];
			const { batch, advantage } = credit(rows);
			const scored = scoredOf(batch);
			expect([...advantage].filter((a, i) => !Number.isFinite(a) && scored[i] !== 0)).toEqual([]);
			expect(rowsOf(batch, advantage)[1]).toEqual([0, 0, 0]);
		});
		it("is finite or not scored where rollouts have no step, one step, and one group none at all", () => {
			const rng = Rng.of(8);
			const bare = (group: number) => ({ ...randomRow(rng, group), spans: [], keys: [], spanRewards: [] });
			const one = (group: number) => randomRow(rng, group, { length: 1, reward: 1 });
			const { batch, advantage } = credit([one(0), bare(0), bare(1), bare(1), one(2), bare(2), bare(2)]);
			const scored = scoredOf(batch);
			expect([...advantage].filter((a, i) => !Number.isFinite(a) && scored[i] !== 0)).toEqual([]);
		});
		if (method.traits.zeroWhenEqual)
			it("gives equal returns exactly zero", () => {
				const rng = Rng.of(5);
				const { advantage } = credit(Array.from({ length: 5 }, () => randomRow(rng, 0, { reward: 0.7 })));
				expect([...advantage].every((a) => a === 0 || Number.isNaN(a))).toBe(true);
			});
		if (isGroupLocal(method, params))
			it("depends on its own group only", () => {
				const rows = some(6);
				const { batch, advantage } = credit(rows);
				const alone = credit(rows.slice(0, 4));
				close(rowsOf(alone.batch, alone.advantage), rowsOf(batch, advantage).slice(0, 4));
			});
		if (isGroupLocal(method, params))
			it("keeps what is unknown of one group from the others, cut rollouts too", () => {
				const plain = batchOfRandom(some(12));
				const cut = { ...plain, truncated: plain.truncated.map(() => 1), bootstrap: plain.returns.map(() => 0.5) };
				const of = (batch: RolloutBatch) => rowsOf(batch, creditBy(method, params, batch).advantage).slice(0, 4);
				close(of(unknownFrom(4, cut)), of(cut));
			});
		it("is explained by equations that hold, up to its terms and their sum", () => {
			const { batch } = credit(some(1));
			for (let b = 0; b < batch.B; b++)
				for (let t = 0; t < batch.lengths[b]!; t++) {
					if (batch.actionMask[b * batch.T + t] === 0) continue;
					const trace = traceOf(method, params, batch, b, t);
					expect(faultsOf(trace)).toEqual([]);
					if (Number.isNaN(trace.value)) continue;
					const reached = (term: number) => trace.steps.some((step) => step.value === term);
					expect(Object.values(trace.terms).filter((term) => !reached(term))).toEqual([]);
				}
		});
		it("says in one sentence what is missing", () => {
			const bare = batchOf(some(7));
			const { logProbs: _lp, values: _v, ...rest } = bare;
			const run = () => creditBy(method, params, rest);
			const needs = method.needs({
				...Object.fromEntries(Object.entries(method.params).map(([k, s]) => [k, s.default])),
				...params,
			});
			if (needs.length > 0) expect(run).toThrow(MissingSignal);
			else expect(run).not.toThrow();
		});
	});

describe("registry", () => {
	it("names methods by their export, once, with a source and a sentence", () => {
		expect(new Set(METHODS.map((m) => m.id)).size).toBe(METHODS.length);
		for (const { id, summary, source } of METHODS) {
			expect(id).toMatch(/^[a-z][A-Za-z]*$/);
			expect(summary).toMatch(/\.$/);
			expect(source.url).toMatch(/^https:/);
		}
	});
});
