// Matrix products over packed panels of eight columns. Strides and widths are in floats.
import { tileColumns, tilePacked } from "./tile";

/** Rows of A that are worked through before the next panel, so that they stay in the first-level cache. */
const CACHED_FLOATS = 4096;

/** Floats that the packed panels of an [N, K] weight take. */
export function packedSize(N: i32, K: i32): i32 {
	return ((N + 7) & ~7) * K;
}

/** Packs W [N, K] for x·Wᵀ: panel p holds, for each k, the entries W[8p … 8p + 7, k]; missing rows are zero. */
export function packTransposed(out: usize, w: usize, N: i32, K: i32, stride: i32): void {
	for (let n = 0; n < N; n += 8) {
		const rows = min(8, N - n);
		for (let j = 0; j < 8; j++) {
			const row = w + (<usize>(n + j) * stride << 2);
			for (let k = 0; k < K; k++)
				store<f32>(out + (<usize>(k << 3) + j << 2), j < rows ? load<f32>(row + (<usize>k << 2)) : 0);
		}
		out += <usize>K << 5;
	}
}

/** Packs B [K, N] for a·B: panel p holds, for each k, the entries B[k, 8p … 8p + 7]; missing columns are zero. */
export function packPlain(out: usize, b: usize, K: i32, N: i32, stride: i32): void {
	for (let n = 0; n < N; n += 8) {
		let row = b + (<usize>n << 2);
		if (N - n >= 8)
			for (let k = 0; k < K; k++, row += <usize>stride << 2, out += 32) {
				v128.store(out, v128.load(row));
				v128.store(out, v128.load(row, 16), 16);
			}
		else
			for (let k = 0; k < K; k++, row += <usize>stride << 2, out += 32)
				for (let j = 0; j < 8; j++)
					store<f32>(out + (<usize>j << 2), n + j < N ? load<f32>(row + (<usize>j << 2)) : 0);
	}
}

/** C[M, N] = init + A[M, K]·B (+ residual), B in panels of K rows. Contiguous A and C. The bias is read up to a multiple of eight. */
export function multiply(c: usize, a: usize, panels: usize, M: i32, K: i32, N: i32, init: i32, bias: usize, residual: usize): void {
	const lda = <usize>K << 2;
	const ldc = <usize>N << 2;
	const block = max(4, (CACHED_FLOATS / K) & ~3);
	for (let i0 = 0; i0 < M; i0 += block) {
		const i1 = min(M, i0 + block);
		let panel = panels;
		for (let j = 0; j < N; j += 8, panel += <usize>K << 5) {
			const column = <usize>j << 2;
			const n = min(8, N - j);
			for (let i = i0; i < i1; i += 4) {
				const at = <usize>i * ldc + column;
				const added = residual == 0 ? 0 : residual + at;
				tilePacked(a + <usize>i * lda, lda, panel, K, c + at, ldc, min(4, i1 - i), n, init, bias + column, added);
			}
		}
	}
}

/**
 * G[N, K] += dYᵀ·X, the product over M rows summed on its own first: dY [M, N], X [M, K] (packed here into `scratch`, M·⌈K/8⌉·8 floats).
 * dY is read up to three floats beyond its end.
 */
export function addOuterProduct(g: usize, dy: usize, x: usize, M: i32, N: i32, K: i32, scratch: usize): void {
	packPlain(scratch, x, M, K, K);
	const lda = <usize>N << 2;
	const ldc = <usize>K << 2;
	for (let i0 = 0; i0 < N; i0 += 16) {
		let panel = scratch;
		for (let j = 0; j < K; j += 8, panel += <usize>M << 5)
			for (let i = i0; i < min(N, i0 + 16); i += 4)
				tileColumns(
					dy + (<usize>i << 2), lda, panel, 32, M,
					g + <usize>i * ldc + (<usize>j << 2), ldc, min(4, N - i), min(8, K - j), true,
				);
	}
}

/** g[N] += Σ rows of dY [M, N], rows added in order into a sum of their own first. */
export function addColumnSums(g: usize, dy: usize, M: i32, N: i32): void {
	let j = 0;
	for (; j + 4 <= N; j += 4) {
		let sum = f32x4.splat(0);
		let at = dy + (<usize>j << 2);
		for (let i = 0; i < M; i++, at += <usize>N << 2) sum = f32x4.add(sum, v128.load(at));
		const to = g + (<usize>j << 2);
		v128.store(to, f32x4.add(v128.load(to), sum));
	}
	for (; j < N; j++) {
		let sum: f32 = 0;
		let at = dy + (<usize>j << 2);
		for (let i = 0; i < M; i++, at += <usize>N << 2) sum += load<f32>(at);
		const to = g + (<usize>j << 2);
		store<f32>(to, load<f32>(to) + sum);
	}
}
