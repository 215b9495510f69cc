/** One sequence inside a batch of rows: its index, the capacity N of a row and its number of tokens. */
export interface Sequence {
	readonly b: number;
	readonly N: number;
	readonly length: number;
}

/**
 * Causal multi-head attention of one sequence: P = softmax(q·kᵀ / √(d/H)) over keys at or before the query, out = P·v.
 *
 * **Shapes** qkv [B·N, 3·width] (queries, keys, values; each split into heads), weights [B, H, N, N] (row = query; entries
 * after the query stay as they were), out [B·N, width].
 * **Source** Vaswani et al. 2017, https://arxiv.org/abs/1706.03762, eq. 1.
 */
export function attentionForward(
	out: Float64Array,
	weights: Float64Array,
	qkv: Float64Array,
	{ b, N, length }: Sequence,
	width: number,
	heads: number,
): void {
	const D = width / heads;
	for (let h = 0; h < heads; h++)
		for (let t = 0; t < length; t++) {
			const p = ((b * heads + h) * N + t) * N;
			const q = (b * N + t) * 3 * width + h * D;
			const k = b * N * 3 * width + width + h * D;
			attendQuery(out, (b * N + t) * width + h * D, weights, p, qkv, q, qkv, k, k + width, 3 * width, t + 1, D);
		}
}

/** One query over `count` keys that lie `stride` apart, with their values: writes `count` weights and D outputs. */
export function attendQuery(
	out: Float64Array,
	outAt: number,
	weights: Float64Array,
	p: number,
	queries: Float64Array,
	q: number,
	cache: Float64Array,
	k: number,
	v: number,
	stride: number,
	count: number,
	D: number,
): void {
	const scale = 1 / Math.sqrt(D);
	let top = -Infinity;
	for (let s = 0; s < count; s++) {
		let sum = 0;
		for (let i = 0; i < D; i++) sum += queries[q + i]! * cache[k + s * stride + i]!;
		weights[p + s] = sum * scale;
		if (sum * scale > top) top = sum * scale;
	}
	let total = 0;
	for (let s = 0; s < count; s++) {
		const e = Math.exp(weights[p + s]! - top);
		weights[p + s] = e;
		total += e;
	}
	for (let i = 0; i < D; i++) out[outAt + i] = 0;
	for (let s = 0; s < count; s++) {
		const w = weights[p + s]! / total;
		weights[p + s] = w;
		for (let i = 0; i < D; i++) out[outAt + i]! += w * cache[v + s * stride + i]!;
	}
}

/**
 * Gradient of `attentionForward` for one sequence, accumulated into `dqkv`. With dP = dout·vᵀ:
 * dS = P ∘ (dP − Σ_keys P·dP) / √(d/H), dq += dS·k, dk += dSᵀ·q, dv += Pᵀ·dout.
 *
 * @param dscores scratch of at least N numbers.
 */
export function attentionBackward(
	dqkv: Float64Array,
	dscores: Float64Array,
	dout: Float64Array,
	qkv: Float64Array,
	weights: Float64Array,
	{ b, N, length }: Sequence,
	width: number,
	heads: number,
): void {
	const D = width / heads;
	const scale = 1 / Math.sqrt(D);
	const stride = 3 * width;
	for (let h = 0; h < heads; h++)
		for (let t = 0; t < length; t++) {
			const p = ((b * heads + h) * N + t) * N;
			const q = (b * N + t) * stride + h * D;
			const k = b * N * stride + width + h * D;
			const v = k + width;
			const o = (b * N + t) * width + h * D;
			let mean = 0;
			for (let s = 0; s <= t; s++) {
				const w = weights[p + s]!;
				let dp = 0;
				for (let i = 0; i < D; i++) {
					dp += dout[o + i]! * qkv[v + s * stride + i]!;
					dqkv[v + s * stride + i]! += w * dout[o + i]!;
				}
				dscores[s] = dp;
				mean += w * dp;
			}
			for (let s = 0; s <= t; s++) {
				const ds = weights[p + s]! * (dscores[s]! - mean) * scale;
				for (let i = 0; i < D; i++) {
					dqkv[q + i]! += ds * qkv[k + s * stride + i]!;
					dqkv[k + s * stride + i]! += ds * qkv[q + i]!;
				}
			}
		}
}
