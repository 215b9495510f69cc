// Causal attention of one head of one sequence, in tiles that skip what lies above the diagonal.
import { splat, sumLanes } from "./math";
import { packTransposed } from "./matmul";
import { context, headWidth, padded, panels, scores, width } from "./plan";
import { softmaxRow } from "./softmax";
import { FROM_ZERO, tileColumns, tilePacked, tileStrided } from "./tile";

/** S[i, j] = a_i·b_j for tiles that touch j ≤ i; a and b are rows of D floats, `stride` bytes apart. */
function lowerProducts(out: usize, a: usize, strideA: usize, b: usize, strideB: usize, T: i32, D: i32): void {
	packTransposed(panels, b, T, D, <i32>(strideB >> 2));
	const row = <usize>padded << 2;
	for (let i = 0; i < T; i += 4)
		for (let j = 0; j < min(T, i + 4); j += 8)
			tilePacked(
				a + <usize>i * strideA, strideA, panels + (<usize>j * D << 2), D,
				out + <usize>i * row + (<usize>j << 2), row, min(4, T - i), 8, FROM_ZERO, 0, 0,
			);
}

/** out_i = Σ_{j ≤ i} P[i, j]·b_j, with P zero above the diagonal. */
function lowerTimes(out: usize, strideOut: usize, p: usize, b: usize, strideB: usize, T: i32, D: i32): void {
	const row = <usize>padded << 2;
	for (let i = 0; i < T; i += 4)
		for (let c = 0; c < D; c += 8) {
			const column = <usize>c << 2;
			tileStrided(
				p + <usize>i * row, row, b + column, strideB, min(T, i + 4),
				out + <usize>i * strideOut + column, strideOut, min(4, T - i), min(8, D - c), FROM_ZERO,
			);
		}
}

/** out_j = Σ_{i ≥ j} P[i, j]·b_i, with P zero above the diagonal. */
function upperTimes(out: usize, strideOut: usize, p: usize, b: usize, strideB: usize, T: i32, D: i32): void {
	const row = <usize>padded << 2;
	for (let j = 0; j < T; j += 4)
		for (let c = 0; c < D; c += 8) {
			const column = <usize>c << 2;
			tileColumns(
				p + <usize>j * row + (<usize>j << 2), row, b + <usize>j * strideB + column, strideB, T - j,
				out + <usize>j * strideOut + column, strideOut, min(4, T - j), min(8, D - c), false,
			);
		}
}

/** P = softmax(q·kᵀ/√D) over keys at or before the query, out = P·v. q, k, v lie side by side in rows of `qkv`. */
export function attendForward(out: usize, p: usize, qkv: usize, T: i32): void {
	const stride = <usize>(3 * width) << 2;
	const offset = <usize>width << 2;
	lowerProducts(p, qkv, stride, qkv + offset, stride, T, headWidth);
	const scale: f32 = 1 / sqrt<f32>(<f32>headWidth);
	for (let i = 0; i < T; i++) softmaxRow(p + (<usize>i * padded << 2), i + 1, padded, scale);
	lowerTimes(out, offset, p, qkv + 2 * offset, stride, T, headWidth);
}

/** Gradients of q, k, v from that of the output: dS = P·(dP − Σ P·dP)/√D, dq = dS·k, dk = dSᵀ·q, dv = Pᵀ·dout. */
export function attendBackward(dqkv: usize, dout: usize, p: usize, qkv: usize, T: i32): void {
	const stride = <usize>(3 * width) << 2;
	const offset = <usize>width << 2;
	lowerProducts(scores, dout, offset, qkv + 2 * offset, stride, T, headWidth);
	const scale: f32 = 1 / sqrt<f32>(<f32>headWidth);
	for (let i = 0; i < T; i++) {
		const row = <usize>i * padded << 2;
		scoreGradient(scores + row, p + row, i + 1, scale);
	}
	lowerTimes(dqkv, stride, scores, qkv + offset, stride, T, headWidth);
	upperTimes(dqkv + offset, stride, scores, qkv, stride, T, headWidth);
	upperTimes(dqkv + 2 * offset, stride, p, dout, offset, T, headWidth);
}

/** One row of dS in place of dP; zero beyond the diagonal, where P is zero too. */
function scoreGradient(dp: usize, p: usize, n: i32, scale: f32): void {
	const end = (n + 3) & ~3;
	for (let j = n; j < end; j++) store<f32>(dp + (<usize>j << 2), 0);
	let dot = splat(0);
	for (let j = 0; j < end; j += 4) {
		const at = <usize>j << 2;
		dot = f32x4.add(dot, f32x4.mul(v128.load(p + at), v128.load(dp + at)));
	}
	const along = splat(sumLanes(dot));
	for (let j = 0; j < end; j += 4) {
		const at = <usize>j << 2;
		const inner = f32x4.mul(v128.load(p + at), f32x4.sub(v128.load(dp + at), along));
		v128.store(dp + at, f32x4.mul(inner, splat(scale)));
	}
	for (let j = end; j < padded; j += 4) v128.store(dp + (<usize>j << 2), splat(0));
}

/** Address of the attention weights of one head of one sequence inside a layer's buffer. */
export function headWeights(layer: usize, sequence: i32, heads: i32, head: i32): usize {
	return layer + (<usize>((sequence * heads + head) * context) * padded << 2);
}
