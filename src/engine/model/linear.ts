/**
 * out = x · Wᵀ + bias, for the rows [first, first + count) of row-major `x` and `out`.
 *
 * **Shapes** x [rows, inputs], weight [outputs, inputs], bias [outputs] or null, out [rows, outputs].
 * Every sum runs in input order in one accumulator, so an element does not depend on which rows were computed with it.
 */
export function linearForward(
	out: Float64Array,
	x: Float64Array,
	weight: Float64Array,
	bias: Float64Array | null,
	first: number,
	count: number,
	inputs: number,
	outputs: number,
): void {
	const end = first + count;
	let r = first;
	for (; r + 1 < end; r += 2) linearRowPair(out, x, weight, bias, r, inputs, outputs);
	if (r < end) linearRow(out, x, weight, bias, r, inputs, outputs);
}

/** Two rows times four outputs at a time: eight sums share six loads. */
function linearRowPair(
	out: Float64Array,
	x: Float64Array,
	weight: Float64Array,
	bias: Float64Array | null,
	row: number,
	inputs: number,
	outputs: number,
): void {
	const x0 = row * inputs;
	const x1 = x0 + inputs;
	const y0 = row * outputs;
	const y1 = y0 + outputs;
	let o = 0;
	for (; o + 3 < outputs; o += 4) {
		const w0 = o * inputs;
		const w1 = w0 + inputs;
		const w2 = w1 + inputs;
		const w3 = w2 + inputs;
		let a0 = bias ? bias[o]! : 0;
		let a1 = bias ? bias[o + 1]! : 0;
		let a2 = bias ? bias[o + 2]! : 0;
		let a3 = bias ? bias[o + 3]! : 0;
		let b0 = a0;
		let b1 = a1;
		let b2 = a2;
		let b3 = a3;
		for (let i = 0; i < inputs; i++) {
			const a = x[x0 + i]!;
			const b = x[x1 + i]!;
			const p = weight[w0 + i]!;
			const q = weight[w1 + i]!;
			const s = weight[w2 + i]!;
			const u = weight[w3 + i]!;
			a0 += a * p;
			a1 += a * q;
			a2 += a * s;
			a3 += a * u;
			b0 += b * p;
			b1 += b * q;
			b2 += b * s;
			b3 += b * u;
		}
		out[y0 + o] = a0;
		out[y0 + o + 1] = a1;
		out[y0 + o + 2] = a2;
		out[y0 + o + 3] = a3;
		out[y1 + o] = b0;
		out[y1 + o + 1] = b1;
		out[y1 + o + 2] = b2;
		out[y1 + o + 3] = b3;
	}
	for (; o < outputs; o++) {
		out[y0 + o] = dot(x, x0, weight, o * inputs, inputs, bias ? bias[o]! : 0);
		out[y1 + o] = dot(x, x1, weight, o * inputs, inputs, bias ? bias[o]! : 0);
	}
}

function linearRow(
	out: Float64Array,
	x: Float64Array,
	weight: Float64Array,
	bias: Float64Array | null,
	row: number,
	inputs: number,
	outputs: number,
): void {
	for (let o = 0; o < outputs; o++)
		out[row * outputs + o] = dot(x, row * inputs, weight, o * inputs, inputs, bias ? bias[o]! : 0);
}

function dot(x: Float64Array, at: number, w: Float64Array, wAt: number, n: number, start: number): number {
	let sum = start;
	for (let i = 0; i < n; i++) sum += x[at + i]! * w[wAt + i]!;
	return sum;
}

/**
 * Gradients of `linearForward`, all three accumulated: dx += dout · W, dW += doutᵀ · x, dbias += Σ_rows dout.
 *
 * **Shapes** as in the forward; `dx`, `dbias` may be null where nobody needs them.
 */
export function linearBackward(
	dx: Float64Array | null,
	dweight: Float64Array,
	dbias: Float64Array | null,
	dout: Float64Array,
	x: Float64Array,
	weight: Float64Array,
	first: number,
	count: number,
	inputs: number,
	outputs: number,
): void {
	if (dx) inputGradient(dx, dout, weight, first, count, inputs, outputs);
	weightGradient(dweight, dout, x, first, count, inputs, outputs);
	if (!dbias) return;
	for (let r = first; r < first + count; r++) for (let o = 0; o < outputs; o++) dbias[o]! += dout[r * outputs + o]!;
}

function inputGradient(
	dx: Float64Array,
	dout: Float64Array,
	weight: Float64Array,
	first: number,
	count: number,
	inputs: number,
	outputs: number,
): void {
	for (let r = first; r < first + count; r++) {
		const at = r * inputs;
		let o = 0;
		for (; o + 3 < outputs; o += 4) {
			const g = r * outputs + o;
			const g0 = dout[g]!;
			const g1 = dout[g + 1]!;
			const g2 = dout[g + 2]!;
			const g3 = dout[g + 3]!;
			const w0 = o * inputs;
			const w1 = w0 + inputs;
			const w2 = w1 + inputs;
			const w3 = w2 + inputs;
			for (let i = 0; i < inputs; i++)
				dx[at + i]! += g0 * weight[w0 + i]! + g1 * weight[w1 + i]! + g2 * weight[w2 + i]! + g3 * weight[w3 + i]!;
		}
		for (; o < outputs; o++) axpy(dx, at, dout[r * outputs + o]!, weight, o * inputs, inputs);
	}
}

function weightGradient(
	dweight: Float64Array,
	dout: Float64Array,
	x: Float64Array,
	first: number,
	count: number,
	inputs: number,
	outputs: number,
): void {
	const end = first + count;
	for (let o = 0; o < outputs; o++) {
		const at = o * inputs;
		let r = first;
		for (; r + 3 < end; r += 4) {
			const g = r * outputs + o;
			const g0 = dout[g]!;
			const g1 = dout[g + outputs]!;
			const g2 = dout[g + 2 * outputs]!;
			const g3 = dout[g + 3 * outputs]!;
			const x0 = r * inputs;
			const x1 = x0 + inputs;
			const x2 = x1 + inputs;
			const x3 = x2 + inputs;
			for (let i = 0; i < inputs; i++)
				dweight[at + i]! += g0 * x[x0 + i]! + g1 * x[x1 + i]! + g2 * x[x2 + i]! + g3 * x[x3 + i]!;
		}
		for (; r < end; r++) axpy(dweight, at, dout[r * outputs + o]!, x, r * inputs, inputs);
	}
}

function axpy(y: Float64Array, at: number, a: number, x: Float64Array, xAt: number, n: number): void {
	for (let i = 0; i < n; i++) y[at + i]! += a * x[xAt + i]!;
}
