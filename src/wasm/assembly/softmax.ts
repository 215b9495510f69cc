// Softmax over a row, shared by attention in training and in decoding so that both give the same bits.
import { exp4, maxLanes, splat, sumLanes } from "./math";

/**
 * row[j] ← exp(scale·(row[j] − max)) / Σ for j < n, 0 up to `padded` (a multiple of four).
 * Numbers beyond n are neither read nor trusted.
 */
export function softmaxRow(row: usize, n: i32, padded: i32, scale: f32): void {
	const end = (n + 3) & ~3;
	for (let j = n; j < end; j++) store<f32>(row + (<usize>j << 2), -Infinity);
	let top = splat(-Infinity);
	for (let j = 0; j < end; j += 4) top = f32x4.max(top, v128.load(row + (<usize>j << 2)));
	const most = splat(maxLanes(top));
	let sum = splat(0);
	for (let j = 0; j < end; j += 4) {
		const at = row + (<usize>j << 2);
		const e = exp4(f32x4.mul(splat(scale), f32x4.sub(v128.load(at), most)));
		sum = f32x4.add(sum, e);
		v128.store(at, e);
	}
	const share = splat(1 / sumLanes(sum));
	for (let j = 0; j < end; j += 4) {
		const at = row + (<usize>j << 2);
		v128.store(at, f32x4.mul(v128.load(at), share));
	}
	for (let j = end; j < padded; j += 4) v128.store(row + (<usize>j << 2), splat(0));
}
