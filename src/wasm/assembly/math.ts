// Own exp, log and tanh on four float32 lanes. Only IEEE additions, products, quotients and integer shifts, in a fixed order:
// the same bits on every machine. Polynomials: Cephes (Moshier 1992), expf, logf, tanhf, https://www.netlib.org/cephes/.

@inline export function splat(x: f32): v128 {
	return f32x4.splat(x);
}

/** e^x. Below −87.3365 the result is 0, above 88.3763 it stays at the largest power; NaN stays NaN. At most 2 ulp. */
@inline export function exp4(x: v128): v128 {
	const under = f32x4.lt(x, splat(-87.3365));
	const c = f32x4.pmax(f32x4.pmin(x, splat(88.37626)), splat(-87.3365));
	// Rounds to an integer by pushing the fraction out of the mantissa; its low bits then are the integer.
	const z = f32x4.add(f32x4.mul(c, splat(1.44269504088896341)), splat(12582912.0));
	const n = f32x4.sub(z, splat(12582912.0));
	const r = f32x4.sub(f32x4.sub(c, f32x4.mul(n, splat(0.693359375))), f32x4.mul(n, splat(-2.12194440e-4)));
	let p = splat(1.9875691500e-4);
	p = f32x4.add(f32x4.mul(p, r), splat(1.3981999507e-3));
	p = f32x4.add(f32x4.mul(p, r), splat(8.3334519073e-3));
	p = f32x4.add(f32x4.mul(p, r), splat(4.1665795894e-2));
	p = f32x4.add(f32x4.mul(p, r), splat(1.6666665459e-1));
	p = f32x4.add(f32x4.mul(p, r), splat(5.0000001201e-1));
	p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), splat(1));
	return v128.andnot(i32x4.add(p, i32x4.shl(z, 23)), under);
}

/** log(1 + x) for x in [√½ − 1, √2 − 1], plus e·log 2. */
@inline export function logTail(x: v128, e: v128): v128 {
	const z = f32x4.mul(x, x);
	let p = splat(7.0376836292e-2);
	p = f32x4.add(f32x4.mul(p, x), splat(-1.1514610310e-1));
	p = f32x4.add(f32x4.mul(p, x), splat(1.1676998740e-1));
	p = f32x4.add(f32x4.mul(p, x), splat(-1.2420140846e-1));
	p = f32x4.add(f32x4.mul(p, x), splat(1.4249322787e-1));
	p = f32x4.add(f32x4.mul(p, x), splat(-1.6668057665e-1));
	p = f32x4.add(f32x4.mul(p, x), splat(2.0000714765e-1));
	p = f32x4.add(f32x4.mul(p, x), splat(-2.4999993993e-1));
	p = f32x4.add(f32x4.mul(p, x), splat(3.3333331174e-1));
	let y = f32x4.mul(f32x4.mul(x, z), p);
	y = f32x4.add(y, f32x4.mul(e, splat(-2.12194440e-4)));
	y = f32x4.sub(y, f32x4.mul(splat(0.5), z));
	return f32x4.add(f32x4.add(x, y), f32x4.mul(e, splat(0.693359375)));
}

/** log x of positive normal numbers; anything else is unspecified. At most 2 ulp. */
@inline export function log4(x: v128): v128 {
	// x = m·2^e with m in [√½, √2): shifting by the bits of √½ carries into the exponent exactly when m ≥ √½.
	const bits = i32x4.sub(x, i32x4.splat(0x3f3504f3));
	const e = f32x4.convert_i32x4_s(i32x4.shr_s(bits, 23));
	const m = i32x4.add(v128.and(bits, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
	return logTail(f32x4.sub(m, splat(1)), e);
}

/** tanh x: a polynomial below 0.625, 1 − 2/(e^{2|x|} + 1) above; NaN stays NaN. At most 2 ulp. */
@inline export function tanh4(x: v128): v128 {
	const a = f32x4.abs(x);
	const z = f32x4.mul(x, x);
	let p = splat(-5.70498872745e-3);
	p = f32x4.add(f32x4.mul(p, z), splat(2.06390887954e-2));
	p = f32x4.add(f32x4.mul(p, z), splat(-5.37397155531e-2));
	p = f32x4.add(f32x4.mul(p, z), splat(1.33314422036e-1));
	p = f32x4.add(f32x4.mul(p, z), splat(-3.33332819422e-1));
	const small = f32x4.add(f32x4.mul(f32x4.mul(p, z), x), x);
	const e = exp4(f32x4.add(a, a));
	const large = f32x4.sub(splat(1), f32x4.div(splat(2), f32x4.add(e, splat(1))));
	const signed = v128.or(large, v128.and(x, splat(-0.0)));
	return v128.bitselect(small, signed, f32x4.lt(a, splat(0.625)));
}

/** Sum of the lanes as (0 + 2) + (1 + 3). */
@inline export function sumLanes(x: v128): f32 {
	const y = f32x4.add(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
	return f32x4.extract_lane(y, 0) + f32x4.extract_lane(y, 1);
}

/** Largest lane; NaN if any lane is. */
@inline export function maxLanes(x: v128): f32 {
	const y = f32x4.max(x, i32x4.shuffle(x, x, 2, 3, 0, 1));
	return max<f32>(f32x4.extract_lane(y, 0), f32x4.extract_lane(y, 1));
}

/** e^x, log x or tanh x (kind 0, 1, 2) of `count` numbers, rounded up to a multiple of four. */
export function mapMath(kind: i32, out: usize, x: usize, count: i32): void {
	for (let i = 0; i < count; i += 4) {
		const at = <usize>i << 2;
		const v = v128.load(x + at);
		if (kind == 0) v128.store(out + at, exp4(v));
		else if (kind == 1) v128.store(out + at, log4(v));
		else v128.store(out + at, tanh4(v));
	}
}
