// LayerNorm over rows of d floats; eps 1e-5. Sums run in four lanes, then the lanes, then what is left of the row.
import { splat, sumLanes } from "./math";

/** xhat = (x − mean)·rstd, out = xhat·weight + bias. xhat and rstd are kept for the backward pass. */
export function layerNormForward(
	out: usize, xhat: usize, rstd: usize, x: usize, weight: usize, bias: usize, rows: i32, d: i32,
): void {
	const vectors = d & ~3;
	const bytes = <usize>d << 2;
	for (let r = 0; r < rows; r++) {
		const mean = rowSum(x, d) / <f32>d;
		const deviation = rowSquares(x, d, mean) / <f32>d;
		const scale: f32 = 1 / sqrt<f32>(deviation + 1e-5);
		store<f32>(rstd + (<usize>r << 2), scale);
		let i = 0;
		for (; i < vectors; i += 4) {
			const at = <usize>i << 2;
			const h = f32x4.mul(f32x4.sub(v128.load(x + at), splat(mean)), splat(scale));
			v128.store(xhat + at, h);
			v128.store(out + at, f32x4.add(f32x4.mul(h, v128.load(weight + at)), v128.load(bias + at)));
		}
		for (; i < d; i++) {
			const at = <usize>i << 2;
			const h = (load<f32>(x + at) - mean) * scale;
			store<f32>(xhat + at, h);
			store<f32>(out + at, h * load<f32>(weight + at) + load<f32>(bias + at));
		}
		x += bytes;
		xhat += bytes;
		out += bytes;
	}
}

@inline function rowSum(x: usize, d: i32): f32 {
	let sum = splat(0);
	let i = 0;
	for (; i < (d & ~3); i += 4) sum = f32x4.add(sum, v128.load(x + (<usize>i << 2)));
	let total = sumLanes(sum);
	for (; i < d; i++) total += load<f32>(x + (<usize>i << 2));
	return total;
}

@inline function rowSquares(x: usize, d: i32, mean: f32): f32 {
	let sum = splat(0);
	let i = 0;
	for (; i < (d & ~3); i += 4) {
		const y = f32x4.sub(v128.load(x + (<usize>i << 2)), splat(mean));
		sum = f32x4.add(sum, f32x4.mul(y, y));
	}
	let total = sumLanes(sum);
	for (; i < d; i++) {
		const y = load<f32>(x + (<usize>i << 2)) - mean;
		total += y * y;
	}
	return total;
}

/**
 * dx += rstd·(g − mean(g) − xhat·mean(g·xhat)) with g = dout·weight.
 * `layerNormGradient` holds the other half: the gradients of weight and bias.
 */
export function layerNormBackward(
	dx: usize, dout: usize, xhat: usize, rstd: usize, weight: usize, rows: i32, d: i32,
): void {
	const bytes = <usize>d << 2;
	for (let r = 0; r < rows; r++) {
		let sum = splat(0);
		let dot = splat(0);
		let i = 0;
		for (; i < (d & ~3); i += 4) {
			const at = <usize>i << 2;
			const g = f32x4.mul(v128.load(dout + at), v128.load(weight + at));
			sum = f32x4.add(sum, g);
			dot = f32x4.add(dot, f32x4.mul(g, v128.load(xhat + at)));
		}
		let mean = sumLanes(sum);
		let along = sumLanes(dot);
		for (; i < d; i++) {
			const at = <usize>i << 2;
			const g = load<f32>(dout + at) * load<f32>(weight + at);
			mean += g;
			along += g * load<f32>(xhat + at);
		}
		mean /= <f32>d;
		along /= <f32>d;
		const scale = load<f32>(rstd + (<usize>r << 2));
		for (i = 0; i < (d & ~3); i += 4) {
			const at = <usize>i << 2;
			const g = f32x4.mul(v128.load(dout + at), v128.load(weight + at));
			const inner = f32x4.sub(f32x4.sub(g, splat(mean)), f32x4.mul(v128.load(xhat + at), splat(along)));
			v128.store(dx + at, f32x4.add(v128.load(dx + at), f32x4.mul(splat(scale), inner)));
		}
		for (; i < d; i++) {
			const at = <usize>i << 2;
			const g = load<f32>(dout + at) * load<f32>(weight + at);
			const inner = g - mean - load<f32>(xhat + at) * along;
			store<f32>(dx + at, load<f32>(dx + at) + scale * inner);
		}
		dx += bytes;
		dout += bytes;
		xhat += bytes;
	}
}

/** dweight += Σ dout·xhat, dbias += Σ dout, each summed over the rows on its own first. */
export function layerNormGradient(dweight: usize, dbias: usize, dout: usize, xhat: usize, rows: i32, d: i32): void {
	const bytes = <usize>d << 2;
	let i = 0;
	for (; i < (d & ~3); i += 4) {
		let w = splat(0);
		let b = splat(0);
		let at = <usize>i << 2;
		for (let r = 0; r < rows; r++, at += bytes) {
			const g = v128.load(dout + at);
			b = f32x4.add(b, g);
			w = f32x4.add(w, f32x4.mul(g, v128.load(xhat + at)));
		}
		const to = <usize>i << 2;
		v128.store(dweight + to, f32x4.add(v128.load(dweight + to), w));
		v128.store(dbias + to, f32x4.add(v128.load(dbias + to), b));
	}
	for (; i < d; i++) {
		let w: f32 = 0;
		let b: f32 = 0;
		let at = <usize>i << 2;
		for (let r = 0; r < rows; r++, at += bytes) {
			b += load<f32>(dout + at);
			w += load<f32>(dout + at) * load<f32>(xhat + at);
		}
		const to = <usize>i << 2;
		store<f32>(dweight + to, load<f32>(dweight + to) + w);
		store<f32>(dbias + to, load<f32>(dbias + to) + b);
	}
}
