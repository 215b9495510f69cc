import { describe, expect, it } from "vitest";
import { drawWord, Rng, rolloutKey } from "../engine/core/rng";
import { Bench } from "./testing";

const bench = await Bench.open(256);

function map(kind: number, x: Float32Array): Float32Array {
	const source = bench.floats(x);
	const out = bench.floats(x.length);
	bench.wasm.mapMath!(kind, out.byteOffset, source.byteOffset, x.length);
	return out;
}

/** Distance to the exact value in units of the last place of float32 there. */
function ulps(got: number, exact: number): number {
	const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(exact))));
	return Math.abs(got - exact) / 2 ** (exponent - 23);
}

function worst(kind: number, f: (x: number) => number, x: Float32Array): number {
	const got = map(kind, x);
	return x.reduce((most, v, i) => {
		const off = ulps(got[i]!, f(v));
		return Math.max(most, off); // NaN stays NaN, and fails
	}, 0);
}

const rng = Rng.of(20);
const spread = (low: number, high: number) =>
	Float32Array.from({ length: 100_000 }, () => low + (high - low) * rng.uniform());

describe("elementary functions of the module", () => {
	it("exp is within 2 ulp over its whole range", () => {
		expect(worst(0, Math.exp, spread(-87, 88))).toBeLessThanOrEqual(2);
		expect(worst(0, Math.exp, spread(-1, 1))).toBeLessThanOrEqual(2);
	});

	it("exp ends in 0 below, in a finite number above, and passes NaN on", () => {
		const [low, mask, high, nan] = map(0, Float32Array.of(-88, -1e30, 1000, Number.NaN));
		expect([low, mask]).toEqual([0, 0]);
		expect(Number.isFinite(high)).toBe(true);
		expect(nan).toBeNaN();
		expect(map(0, Float32Array.of(0, -0, 0, 0))).toEqual(Float32Array.of(1, 1, 1, 1));
	});

	it("log is within 2 ulp for normal numbers of every size", () => {
		const sizes = spread(-125, 127).map((e) => 2 ** e);
		expect(worst(1, Math.log, sizes)).toBeLessThanOrEqual(2);
		expect(worst(1, Math.log, spread(0.4, 2.5))).toBeLessThanOrEqual(2);
	});

	it("tanh is within 2 ulp, odd, and passes NaN on", () => {
		expect(worst(2, Math.tanh, spread(-10, 10))).toBeLessThanOrEqual(2);
		expect(worst(2, Math.tanh, spread(-0.7, 0.7))).toBeLessThanOrEqual(2);
		const [plus, minus, far, nan] = map(2, Float32Array.of(0.9, -0.9, -1e9, Number.NaN));
		expect(plus).toBe(-minus!);
		expect(far).toBe(-1);
		expect(nan).toBeNaN();
	});
});

describe("counter-based generator of the module", () => {
	it("draws the words of the engine's generator, bit for bit", () => {
		for (const [seed, step, rollout, position] of [
			[0, 0, 0, 0],
			[7, 3, 11, 31],
			[0xffffffff, 0x80000000, 4095, 255],
		] as const) {
			const key = rolloutKey(seed, 1, step, rollout);
			const at = bench.words(4);
			at.set(key);
			const out = bench.words(72);
			bench.wasm.drawWords!(out.byteOffset, at.byteOffset, position, 70);
			expect([...out]).toEqual(Array.from({ length: 72 }, (_, i) => drawWord(key, position, i)));
		}
	});
});
