import { describe, expect, it } from "vitest";
import { drawWord, pcg4d, Rng, rolloutKey, unitInterval } from "./rng";

describe("pcg4d", () => {
	it("agrees with the published function evaluated in exact integers", () => {
		const reference = (v: bigint[]) => {
			const m = (x: bigint) => x & 0xffffffffn;
			let [x, y, z, w] = v.map((c) => m(c * 1664525n + 1013904223n)) as [bigint, bigint, bigint, bigint];
			const round = () => {
				x = m(x + y * w);
				y = m(y + z * x);
				z = m(z + x * y);
				w = m(w + y * z);
			};
			round();
			[x, y, z, w] = [x ^ (x >> 16n), y ^ (y >> 16n), z ^ (z >> 16n), w ^ (w >> 16n)];
			round();
			return [x, y, z, w].map(Number);
		};
		for (const v of [
			[0, 0, 0, 0],
			[1, 2, 3, 4],
			[0xffffffff, 0x80000000, 7, 123456789],
		])
			expect(pcg4d(v[0]!, v[1]!, v[2]!, v[3]!)).toEqual(reference(v.map(BigInt)));
	});

	it("maps every word strictly inside the unit interval", () => {
		expect(unitInterval(0)).toBe(2 ** -25);
		expect(unitInterval(0xffffffff)).toBe(1 - 2 ** -25);
	});
});

describe("draws", () => {
	it("depend on every part of the key and on nothing else", () => {
		const base = drawWord(rolloutKey(1, 0, 5, 3), 7, 2);
		expect(drawWord(rolloutKey(1, 0, 5, 3), 7, 2)).toBe(base);
		const others = [
			drawWord(rolloutKey(2, 0, 5, 3), 7, 2),
			drawWord(rolloutKey(1, 1, 5, 3), 7, 2),
			drawWord(rolloutKey(1, 0, 6, 3), 7, 2),
			drawWord(rolloutKey(1, 0, 5, 4), 7, 2),
			drawWord(rolloutKey(1, 0, 5, 3), 8, 2),
			drawWord(rolloutKey(1, 0, 5, 3), 7, 3),
			drawWord(rolloutKey(1, 0, 5, 3), 7, 6),
		];
		expect(new Set([base, ...others]).size).toBe(8);
	});

	it("are uniform: chi-square over 64 bins of 65,536 draws keyed by position and index", () => {
		const bins = new Float64Array(64);
		for (let p = 0; p < 1024; p++)
			for (let i = 0; i < 64; i++) bins[drawWord(rolloutKey(7, 0, 0, p & 31), p, i) >>> 26]! += 1;
		const chi2 = bins.reduce((a, n) => a + (n - 1024) ** 2 / 1024, 0);
		expect(chi2).toBeLessThanOrEqual(103.4); // 0.999 quantile, 63 degrees of freedom
		expect(chi2).toBeGreaterThanOrEqual(32.6);
	});
});

describe("Rng", () => {
	it("forks by label, independent of how much the parent has drawn", () => {
		const a = Rng.of(42);
		const first = a.fork("task").fork(3).word();
		a.word();
		expect(a.fork("task").fork(3).word()).toBe(first);
		expect(a.fork("task").fork(4).word()).not.toBe(first);
		expect(Rng.of(43).fork("task").fork(3).word()).not.toBe(first);
		expect(Rng.of(42).fork("3").word()).not.toBe(Rng.of(42).fork(3).word());
	});

	it.each([
		["a stream", 2, 8],
		["a stream", 4, 4],
		["a stream", 3, 5],
		["forks", 2, 8],
	] as const)("gives independent integers along %s: chi-square over %i^%i patterns", (along, n, length) => {
		const patterns = 50_000;
		const cells = n ** length;
		for (const seed of [1, 2, 3]) {
			const bins = new Float64Array(cells);
			const root = Rng.of(seed);
			for (let i = 0; i < patterns; i++) {
				const rng = along === "forks" ? root.fork(i) : root;
				let pattern = 0;
				for (let k = 0; k < length; k++) pattern = pattern * n + rng.integer(n);
				bins[pattern]! += 1;
			}
			const expected = patterns / cells;
			const chi2 = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
			// The 0.9999 quantile by Wilson & Hilferty 1931.
			const df = cells - 1;
			expect(chi2).toBeLessThanOrEqual(df * (1 - 2 / (9 * df) + 3.719 * Math.sqrt(2 / (9 * df))) ** 3);
		}
	});

	it("shuffles to a permutation", () => {
		const out = Rng.of(1).shuffle([0, 1, 2, 3, 4, 5, 6, 7]);
		expect([...out].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
		expect(out).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
	});
});
