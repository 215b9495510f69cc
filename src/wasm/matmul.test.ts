import { describe, expect, it } from "vitest";
import { Rng } from "../engine/core/rng";
import { Bench, checkGuards } from "./testing";

const bench = await Bench.open(256);
const rng = Rng.of(3);
const random = (n: number) => Float32Array.from({ length: n }, () => rng.normal());
/** Sizes around the tile of four rows and eight columns. */
const SIZES = [
	[1, 1, 1],
	[3, 5, 7],
	[4, 8, 8],
	[5, 3, 9],
	[64, 64, 192],
	[37, 256, 64],
	[33, 17, 30],
] as const;

/** Σ_k a·b in float64 with the sum of magnitudes, which bounds what rounding may do. */
function product(
	M: number,
	K: number,
	N: number,
	a: (i: number, k: number) => number,
	b: (k: number, j: number) => number,
) {
	const value = new Float64Array(M * N);
	const size = new Float64Array(M * N);
	for (let i = 0; i < M; i++)
		for (let j = 0; j < N; j++)
			for (let k = 0; k < K; k++) {
				value[i * N + j]! += a(i, k) * b(k, j);
				size[i * N + j]! += Math.abs(a(i, k) * b(k, j));
			}
	return { value, size };
}

/** Largest error in units of float32 rounding of the summed magnitudes, √K roundings allowed for by the caller. */
function error(got: Float32Array, exact: { value: Float64Array; size: Float64Array }): number {
	return got.reduce((most, x, i) => {
		const off = Math.abs(x - exact.value[i]!) / (exact.size[i]! * 2 ** -24 + 1e-30);
		return Math.max(most, off); // NaN stays NaN, and fails
	}, 0);
}

describe.each(SIZES)("matrix products at M %i, K %i, N %i", (M, K, N) => {
	const x = random(M * K);
	const w = random(N * K);
	const bias = random(Math.ceil(N / 8) * 8);
	const scratch = bench.floats(Math.ceil(N / 8) * 8 * K + 8);
	const source = bench.floats(x);

	it("x·Wᵀ + bias, with and without a residual", () => {
		bench.wasm.packTransposed!(scratch.byteOffset, bench.floats(w).byteOffset, N, K, K);
		const exact = product(
			M,
			K,
			N,
			(i, k) => x[i * K + k]!,
			(k, j) => w[j * K + k]!,
		);
		exact.value.forEach((_, i) => {
			exact.value[i]! += bias[i % N]!;
			exact.size[i]! += Math.abs(bias[i % N]!);
		});
		const out = bench.floats(M * N);
		const biasAt = bench.floats(bias).byteOffset;
		bench.wasm.multiply!(out.byteOffset, source.byteOffset, scratch.byteOffset, M, K, N, 1, biasAt, 0);
		expect(error(out, exact)).toBeLessThanOrEqual(4 + Math.sqrt(K));
		checkGuards(out);
		const residual = random(M * N);
		const residualAt = bench.floats(residual).byteOffset;
		const summed = bench.floats(M * N);
		bench.wasm.multiply!(summed.byteOffset, source.byteOffset, scratch.byteOffset, M, K, N, 1, biasAt, residualAt);
		expect(summed).toEqual(out.map((v, i) => v + residual[i]!));
	});

	it("dy·W, rows computed alone have the same bits", () => {
		const dy = random(M * N);
		const panels = bench.floats(Math.ceil(K / 8) * 8 * N);
		bench.wasm.packPlain!(panels.byteOffset, bench.floats(w).byteOffset, N, K, K);
		const out = bench.floats(M * K);
		const from = bench.floats(dy);
		bench.wasm.multiply!(out.byteOffset, from.byteOffset, panels.byteOffset, M, N, K, 0, 0, 0);
		const exact = product(
			M,
			N,
			K,
			(i, j) => dy[i * N + j]!,
			(j, k) => w[j * K + k]!,
		);
		expect(error(out, exact)).toBeLessThanOrEqual(4 + Math.sqrt(N));
		checkGuards(out);
		const row = bench.floats(K);
		const last = from.byteOffset + 4 * (M - 1) * N;
		bench.wasm.multiply!(row.byteOffset, last, panels.byteOffset, 1, N, K, 0, 0, 0);
		expect(row).toEqual(out.subarray((M - 1) * K));
	});

	it("dyᵀ·x and column sums are added to what is there", () => {
		const dy = random(M * N);
		const before = random(N * K);
		const gradient = bench.floats(before);
		const from = bench.floats(dy).byteOffset;
		const packed = bench.floats(M * Math.ceil(K / 8) * 8).byteOffset;
		bench.wasm.addOuterProduct!(gradient.byteOffset, from, source.byteOffset, M, N, K, packed);
		const exact = product(
			N,
			M,
			K,
			(n, m) => dy[m * N + n]!,
			(m, k) => x[m * K + k]!,
		);
		exact.value.forEach((_, i) => {
			exact.value[i]! += before[i]!;
			exact.size[i]! += Math.abs(before[i]!);
		});
		expect(error(gradient, exact)).toBeLessThanOrEqual(4 + Math.sqrt(M));
		checkGuards(gradient);
		const sums = bench.floats(new Float32Array(N));
		bench.wasm.addColumnSums!(sums.byteOffset, from, M, N);
		const columns = product(
			N,
			M,
			1,
			(n, m) => dy[m * N + n]!,
			() => 1,
		);
		expect(error(sums, columns)).toBeLessThanOrEqual(4 + Math.sqrt(M));
		checkGuards(sums);
	});
});
