import { describe, expect, it } from "vitest";
import { MissingSignal } from "../core/errors";
import { Rng } from "../core/rng";
import type { RolloutBatch } from "../rollouts/batch";
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

for (const method of METHODS)
	describe.each(paramSets(method))(`${method.id}, %s`, (_, params) => {
		const credit = (rows: readonly RandomRow[], padTo?: number) => {
			const batch = batchOfRandom(rows, padTo);
			return { batch, ...creditBy(method, params, batch) };
		};
		it("gives every policy token a finite number or none, the others 0; terms add up; inputs stay", () => {
			const before = batchOfRandom(some(10));
			const { batch, advantage, terms, mask } = credit(some(10));
			expect(batch).toEqual(before);
			expect(advantage.length).toBe(batch.B * batch.T);
			expect([...mask]).toEqual([...batch.actionMask]);
			advantage.forEach((a, i) => {
				if (batch.actionMask[i]) expect(Number.isFinite(a) || Number.isNaN(a)).toBe(true);
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
			expect([...advantage].filter((a) => Math.abs(a) === Infinity)).toEqual([]);
			expect(rowsOf(batch, advantage)[1]).toEqual([0, 0, 0]);
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
		it("is explained by a trace that ends in the very number", () => {
			const { batch, advantage } = credit(some(1));
			for (let b = 0; b < batch.B; b++)
				for (let t = 0; t < batch.lengths[b]!; t++) {
					const { value, steps, terms } = traceOf(method, params, batch, b, t);
					expect(Object.is(value, advantage[b * batch.T + t]!)).toBe(true);
					if (Number.isNaN(value) || batch.actionMask[b * batch.T + t] === 0) continue;
					for (const term of Object.values(terms)) expect(steps.some((step) => step.value === term)).toBe(true);
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
