import { describe, expect, it } from "vitest";
import { Rng, rolloutKey } from "../engine/core/rng";
import { geluBackward, geluForward } from "../engine/model/gelu";
import { layerNormBackward, layerNormForward } from "../engine/model/layerNorm";
import { gumbel } from "../engine/rollouts/drawToken";
import { Bench, checkGuards } from "./testing";

const bench = await Bench.open(128);
const rng = Rng.of(9);
const random = (n: number, scale = 1) => Float32Array.from({ length: n }, () => scale * rng.normal());
const exact = (x: Float32Array) => Float64Array.from(x);

const worst = (got: ArrayLike<number>, expected: ArrayLike<number>) => {
	let most = got.length === expected.length ? 0 : Number.NaN;
	for (let i = 0; i < expected.length; i++) most = Math.max(most, Math.abs(got[i]! - expected[i]!));
	return most;
};

describe("Gumbel noise", () => {
	it("is that of the float64 sampler, in both tails", () => {
		const key = rolloutKey(3, 0, 1, 2);
		const at = bench.words(4);
		at.set(key);
		const out = bench.floats(100);
		let low = 0;
		let high = 0;
		let error = 0;
		for (let position = 0; position < 2000; position++) {
			bench.wasm.gumbels!(out.byteOffset, at.byteOffset, position, 100);
			for (let v = 0; v < 100; v++) {
				const expected = gumbel(key, position, v);
				low = Math.min(low, expected);
				high = Math.max(high, expected);
				error = Math.max(error, Math.abs(out[v]! - expected) / Math.max(1, Math.abs(expected)));
			}
		}
		expect(low).toBeLessThan(-2.3);
		expect(high).toBeGreaterThan(11);
		// Two logarithms of at most 2 ulp; the inner one's error is divided by its value, which is small only in the upper tail.
		expect(error).toBeLessThanOrEqual(1e-6);
	});
});

describe("GELU", () => {
	it("and its slope agree with the float64 definition, far out too", () => {
		const x = Float32Array.from([...random(996, 3), -40, 40, 0, -5.5]);
		const y = bench.floats(x);
		const slope = bench.floats(x.length);
		bench.wasm.gelu!(y.byteOffset, slope.byteOffset, x.length);
		const expected = new Float64Array(x.length);
		const dx = new Float64Array(x.length);
		geluForward(expected, exact(x), 0, x.length);
		geluBackward(dx, new Float64Array(x.length).fill(1), exact(x), 0, x.length);
		expect(worst(y, expected)).toBeLessThanOrEqual(2e-6);
		expect(worst(slope, dx)).toBeLessThanOrEqual(2e-6);
		checkGuards(y);
		checkGuards(slope);
		const alone = bench.floats(x);
		bench.wasm.gelu!(alone.byteOffset, 0, x.length);
		expect(alone).toEqual(y);
	});
});

describe.each([1, 3, 4, 7, 64])("LayerNorm of width %i", (d) => {
	const rows = 6;
	const x = random(rows * d, 2);
	const weight = random(d);
	const bias = random(d);
	const dout = random(rows * d);

	it("forward and backward agree with the float64 definition", () => {
		const place = (data: Float32Array | number) => bench.floats(data);
		const [out, xhat, rstd] = [place(rows * d), place(rows * d), place(rows)];
		const [weightAt, biasAt, doutAt] = [place(weight), place(bias), place(dout)].map((v) => v.byteOffset);
		bench.wasm.layerNormForward!(
			out.byteOffset,
			xhat.byteOffset,
			rstd.byteOffset,
			place(x).byteOffset,
			weightAt!,
			biasAt!,
			rows,
			d,
		);
		const numbers = (n: number) => new Float64Array(n);
		const reference = { out: numbers(rows * d), mean: numbers(rows), rstd: numbers(rows) };
		const [x64, w64, b64] = [x, weight, bias].map(exact) as [Float64Array, Float64Array, Float64Array];
		layerNormForward(reference.out, reference.mean, reference.rstd, x64, w64, b64, 0, rows, d);
		expect(worst(out, reference.out)).toBeLessThanOrEqual(1e-5);
		const dx = place(new Float32Array(rows * d).fill(0.5));
		const [dweight, dbias] = [place(new Float32Array(d)), place(new Float32Array(d))];
		bench.wasm.layerNormGradient!(dweight!.byteOffset, dbias!.byteOffset, doutAt!, xhat.byteOffset, rows, d);
		bench.wasm.layerNormBackward!(dx.byteOffset, doutAt!, xhat.byteOffset, rstd.byteOffset, weightAt!, rows, d);
		const expected = { dx: numbers(rows * d).fill(0.5), dweight: numbers(d), dbias: numbers(d) };
		layerNormBackward(
			expected.dx,
			expected.dweight,
			expected.dbias,
			exact(dout),
			x64,
			w64,
			reference.mean,
			reference.rstd,
			0,
			rows,
			d,
		);
		const scale = expected.dx.reduce((most, g) => Math.max(most, Math.abs(g)), 1);
		expect(worst(dx, expected.dx) / scale).toBeLessThanOrEqual(1e-5);
		expect(worst(dweight!, expected.dweight)).toBeLessThanOrEqual(1e-5);
		expect(worst(dbias!, expected.dbias)).toBeLessThanOrEqual(1e-5);
		for (const written of [out, xhat, rstd, dx, dweight!, dbias!]) checkGuards(written);
	});
});
