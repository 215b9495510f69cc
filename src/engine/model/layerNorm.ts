import { LAYER_NORM_EPS } from "./config";

/**
 * out = (x − mean) · rstd · weight + bias over the last axis, rstd = 1 / sqrt(var + 1e-5), var with ddof 0.
 *
 * **Shapes** x, out [rows, width]; mean, rstd [rows] are kept for the backward pass. Rows [first, first + count).
 * **Source** Ba, Kiros & Hinton 2016, "Layer Normalization", https://arxiv.org/abs/1607.06450.
 */
export function layerNormForward(
	out: Float64Array,
	mean: Float64Array,
	rstd: Float64Array,
	x: Float64Array,
	weight: Float64Array,
	bias: Float64Array,
	first: number,
	count: number,
	width: number,
): void {
	for (let r = first; r < first + count; r++) {
		const at = r * width;
		let sum = 0;
		for (let i = 0; i < width; i++) sum += x[at + i]!;
		const m = sum / width;
		let squares = 0;
		for (let i = 0; i < width; i++) squares += (x[at + i]! - m) ** 2;
		const s = 1 / Math.sqrt(squares / width + LAYER_NORM_EPS);
		for (let i = 0; i < width; i++) out[at + i] = (x[at + i]! - m) * s * weight[i]! + bias[i]!;
		mean[r] = m;
		rstd[r] = s;
	}
}

/**
 * Gradients of `layerNormForward`, accumulated. With x̂ = (x − mean)·rstd and g = dout·weight:
 * dx += rstd · (g − mean(g) − x̂ · mean(g·x̂)), dweight += Σ_rows dout·x̂, dbias += Σ_rows dout.
 */
export function layerNormBackward(
	dx: Float64Array,
	dweight: Float64Array,
	dbias: Float64Array,
	dout: Float64Array,
	x: Float64Array,
	weight: Float64Array,
	mean: Float64Array,
	rstd: Float64Array,
	first: number,
	count: number,
	width: number,
): void {
	for (let r = first; r < first + count; r++) {
		const at = r * width;
		const m = mean[r]!;
		const s = rstd[r]!;
		let meanG = 0;
		let meanGx = 0;
		for (let i = 0; i < width; i++) {
			const normed = (x[at + i]! - m) * s;
			const d = dout[at + i]!;
			meanG += d * weight[i]!;
			meanGx += d * weight[i]! * normed;
			dweight[i]! += d * normed;
			dbias[i]! += d;
		}
		meanG /= width;
		meanGx /= width;
		for (let i = 0; i < width; i++)
			dx[at + i]! += s * (dout[at + i]! * weight[i]! - meanG - (x[at + i]! - m) * s * meanGx);
	}
}
