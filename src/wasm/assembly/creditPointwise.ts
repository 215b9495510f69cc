import { splat64, truth } from "./creditLanes";

// Credit in float64, entry by entry. Arrays lie at multiples of 16 bytes with room for an even number of entries.

/** One function of each entry: neg, abs, exp, log, log2, sqrt, sin, known, not. */
export function creditUnary(fn: i32, out: usize, x: usize, count: i32): void {
	const bytes = <usize>count << 3;
	for (let at: usize = 0; at < bytes; at += 16) {
		const v = v128.load(x + at);
		if (fn == 0) v128.store(out + at, f64x2.neg(v));
		else if (fn == 1) v128.store(out + at, f64x2.abs(v));
		else if (fn == 5) v128.store(out + at, f64x2.sqrt(v));
		else if (fn == 7) v128.store(out + at, truth(f64x2.eq(v, v)));
		else if (fn == 8) v128.store(out + at, truth(f64x2.eq(v, splat64(0))));
		else {
			store<f64>(out + at, elementary(fn, f64x2.extract_lane(v, 0)));
			store<f64>(out + at + 8, elementary(fn, f64x2.extract_lane(v, 1)));
		}
	}
}

function elementary(fn: i32, x: f64): f64 {
	if (fn == 2) return Math.exp(x);
	if (fn == 3) return Math.log(x);
	if (fn == 4) return Math.log2(x);
	return Math.sin(x);
}

/** One function of two: add, sub, mul, div (0 where the divisor is 0), min, max, less, atMost, equal. */
export function creditBinary(fn: i32, out: usize, a: usize, b: usize, count: i32): void {
	const bytes = <usize>count << 3;
	for (let at: usize = 0; at < bytes; at += 16) v128.store(out + at, joined(fn, v128.load(a + at), v128.load(b + at)));
}

@inline function joined(fn: i32, a: v128, b: v128): v128 {
	switch (fn) {
		case 0:
			return f64x2.add(a, b);
		case 1:
			return f64x2.sub(a, b);
		case 2:
			return f64x2.mul(a, b);
		case 3:
			return v128.andnot(f64x2.div(a, b), f64x2.eq(b, splat64(0)));
		case 4:
			return f64x2.min(a, b);
		case 5:
			return f64x2.max(a, b);
		case 6:
			return truth(f64x2.lt(a, b));
		case 7:
			return truth(f64x2.le(a, b));
		default:
			return truth(f64x2.eq(a, b));
	}
}

/** `yes` where the condition is not 0, else `no`. */
export function creditSelect(out: usize, condition: usize, yes: usize, no: usize, count: i32): void {
	const bytes = <usize>count << 3;
	for (let at: usize = 0; at < bytes; at += 16) {
		const taken = f64x2.ne(v128.load(condition + at), splat64(0));
		v128.store(out + at, v128.bitselect(v128.load(yes + at), v128.load(no + at), taken));
	}
}

/** x[index[i]], and 0 where the index is negative. */
export function creditGather(out: usize, x: usize, index: usize, count: i32): void {
	for (let i: usize = 0; i < <usize>count; i++) {
		const from = load<i32>(index + (i << 2));
		store<f64>(out + (i << 3), from < 0 ? 0 : load<f64>(x + (<usize>from << 3)));
	}
}
