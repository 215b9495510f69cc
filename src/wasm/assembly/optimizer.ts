// From gradient lanes to new parameters.
import { slot } from "./plan";
import { Slot } from "./slots";

/** Lane 0 ← ((lane 0 + lane 1) + lane 2) …, then the sum of its squares in float64, two lanes wide. */
export function reduceGradients(lanes: i32): f64 {
	const bytes: usize = slot(Slot.flatBytes);
	const g: usize = slot(Slot.gradients);
	let squares = f64x2.splat(0);
	for (let i: usize = 0; i < bytes; i += 16) {
		let sum = v128.load(g + i);
		for (let lane = 1; lane < lanes; lane++) sum = f32x4.add(sum, v128.load(g + <usize>lane * bytes + i));
		v128.store(g + i, sum);
		const low = f64x2.promote_low_f32x4(sum);
		const high = f64x2.promote_low_f32x4(i32x4.shuffle(sum, sum, 2, 3, 2, 3));
		squares = f64x2.add(f64x2.add(squares, f64x2.mul(low, low)), f64x2.mul(high, high));
	}
	return f64x2.extract_lane(squares, 0) + f64x2.extract_lane(squares, 1);
}

/**
 * One AdamW step on `bytes` of the flat buffers from `offset`, with g the gradient times `scale`:
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← keep·θ − rate·(m/correction1) / (√(v/correction2) + eps).
 */
export function adamw(
	flat: usize, offset: usize, bytes: usize, scale: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32,
	correction1: f32, correction2: f32, eps: f32, keep: f32, rate: f32,
): void {
	const g: usize = slot(Slot.gradients);
	const m: usize = slot(Slot.firstMoment);
	const v: usize = slot(Slot.secondMoment);
	for (let i = offset; i < offset + bytes; i += 16) {
		const gradient = f32x4.mul(v128.load(g + i), f32x4.splat(scale));
		const first = f32x4.add(f32x4.mul(f32x4.splat(beta1), v128.load(m + i)), f32x4.mul(f32x4.splat(rest1), gradient));
		const square = f32x4.mul(f32x4.splat(rest2), f32x4.mul(gradient, gradient));
		const second = f32x4.add(f32x4.mul(f32x4.splat(beta2), v128.load(v + i)), square);
		v128.store(m + i, first);
		v128.store(v + i, second);
		const root = f32x4.sqrt(f32x4.div(second, f32x4.splat(correction2)));
		const update = f32x4.div(f32x4.div(first, f32x4.splat(correction1)), f32x4.add(root, f32x4.splat(eps)));
		const kept = f32x4.mul(v128.load(flat + i), f32x4.splat(keep));
		v128.store(flat + i, f32x4.sub(kept, f32x4.mul(f32x4.splat(rate), update)));
	}
}
