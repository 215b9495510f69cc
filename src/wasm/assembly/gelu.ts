// GELU in the tanh form. Its slope is computed along with it, while the exponential is at hand: the backward pass is one product.
import { exp4, splat } from "./math";

/** y = ½x(1 + tanh u), u = √(2/π)(x + 0.044715x³), in place; slope = dy/dx unless its address is 0. `count` is a multiple of four. */
export function gelu(x: usize, slope: usize, count: i32): void {
	if (slope == 0) {
		for (let i = 0; i < count; i += 4, x += 16) geluVectors(x, v128.load(x), false);
		return;
	}
	for (let i = 0; i < count; i += 4, x += 16, slope += 16) v128.store(slope, geluVectors(x, v128.load(x), true));
}

@inline function geluVectors(out: usize, x: v128, withSlope: bool): v128 {
	const square = f32x4.mul(x, x);
	// ½(1 + tanh u) = 1 / (1 + e^{−2u}): one exponential, and exact to the last place where tanh comes close to −1.
	const inner = f32x4.mul(splat(-1.5957691216057308), f32x4.mul(x, f32x4.add(splat(1), f32x4.mul(splat(0.044715), square))));
	const half = f32x4.div(splat(1), f32x4.add(splat(1), exp4(inner)));
	const y = f32x4.mul(x, half);
	v128.store(out, y);
	if (!withSlope) return x;
	const chain = f32x4.mul(splat(1.5957691216057308), f32x4.add(splat(1), f32x4.mul(splat(0.134145), square)));
	return f32x4.add(half, f32x4.mul(f32x4.mul(y, f32x4.sub(splat(1), half)), chain));
}

/** a ← a·b elementwise. */
export function scaleBy(a: usize, b: usize, count: i32): void {
	let i = 0;
	for (; i + 4 <= count; i += 4, a += 16, b += 16) v128.store(a, f32x4.mul(v128.load(a), v128.load(b)));
	for (; i < count; i++, a += 4, b += 4) store<f32>(a, load<f32>(a) * load<f32>(b));
}
