const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/**
 * GELU in the tanh form, elementwise over [first, first + count): out = ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).
 *
 * **Source** Hendrycks & Gimpel 2016, "Gaussian Error Linear Units", https://arxiv.org/abs/1606.08415.
 */
export function geluForward(out: Float64Array, x: Float64Array, first: number, count: number): void {
	for (let i = first; i < first + count; i++) {
		const v = x[i]!;
		out[i] = 0.5 * v * (1 + Math.tanh(SQRT_2_OVER_PI * (v + CUBIC * v * v * v)));
	}
}

/** Gradient of `geluForward`, written: dx = dout · (½ (1 + t) + ½ x (1 − t²) √(2/π) (1 + 3 · 0.044715 x²)), t the tanh. */
export function geluBackward(
	dx: Float64Array,
	dout: Float64Array,
	x: Float64Array,
	first: number,
	count: number,
): void {
	for (let i = first; i < first + count; i++) {
		const v = x[i]!;
		const t = Math.tanh(SQRT_2_OVER_PI * (v + CUBIC * v * v * v));
		const slope = 0.5 * (1 + t) + 0.5 * v * (1 - t * t) * SQRT_2_OVER_PI * (1 + 3 * CUBIC * v * v);
		dx[i] = dout[i]! * slope;
	}
}
