// The inner loops of every matrix product: a 4×8 tile of C in eight registers. Each entry is summed over k in order, one product
// at a time, from its initial value; so its bits depend neither on the tile it falls into nor on the rows computed beside it.

/** Where the sums start: at zero, at the bias of the column, at C itself (accumulating). */
export const FROM_ZERO = 0;
export const FROM_BIAS = 1;
export const FROM_OUTPUT = 2;

/** A whole tile, for tiles of which only a part lies inside C. Threads that share memory need one each: see `setSpill`. */
let spill: usize = memory.data(128, 16);

export function setSpill(address: usize): void {
	spill = address;
}

/**
 * C[4, 8] = init + A·B over K, A row-major (`lda` bytes a row), B with `ldb` bytes a row of eight columns.
 * Only m rows and n columns are stored; A is not read beyond row m, B and the bias are read eight columns wide.
 * @param residual 0, or rows laid out as C that are added at the end.
 */
@inline function tileRows(
	a: usize, lda: usize, b: usize, ldb: usize, K: i32,
	c: usize, ldc: usize, m: i32, n: i32, init: i32, bias: usize, residual: usize,
): void {
	const whole = m == 4 && n == 8;
	const from = init == FROM_BIAS ? bias : gather(c, ldc, m, n, init, whole);
	const step: usize = init == FROM_BIAS ? 0 : whole ? ldc : 32;
	let c00 = start(init, from + 0 * step), c01 = start(init, from + 0 * step + 16);
	let c10 = start(init, from + 1 * step), c11 = start(init, from + 1 * step + 16);
	let c20 = start(init, from + 2 * step), c21 = start(init, from + 2 * step + 16);
	let c30 = start(init, from + 3 * step), c31 = start(init, from + 3 * step + 16);
	let a0 = a;
	let a1 = a + (m > 1 ? lda : 0);
	let a2 = a1 + (m > 2 ? lda : 0);
	let a3 = a2 + (m > 3 ? lda : 0);
	// Left as it is on purpose: unrolled by hand, V8 hoists the loads and spills registers, a third of the speed.
	for (let k = K; k > 0; k--) {
		const b0 = v128.load(b), b1 = v128.load(b, 16);
		let s = v128.load32_splat(a0);
		c00 = f32x4.add(c00, f32x4.mul(s, b0));
		c01 = f32x4.add(c01, f32x4.mul(s, b1));
		s = v128.load32_splat(a1);
		c10 = f32x4.add(c10, f32x4.mul(s, b0));
		c11 = f32x4.add(c11, f32x4.mul(s, b1));
		s = v128.load32_splat(a2);
		c20 = f32x4.add(c20, f32x4.mul(s, b0));
		c21 = f32x4.add(c21, f32x4.mul(s, b1));
		s = v128.load32_splat(a3);
		c30 = f32x4.add(c30, f32x4.mul(s, b0));
		c31 = f32x4.add(c31, f32x4.mul(s, b1));
		a0 += 4;
		a1 += 4;
		a2 += 4;
		a3 += 4;
		b += ldb;
	}
	finish(c, ldc, m, n, residual, whole, c00, c01, c10, c11, c20, c21, c30, c31);
}

/** `tileRows` with B in a packed panel: rows of eight columns follow each other. */
export function tilePacked(
	a: usize, lda: usize, b: usize, K: i32,
	c: usize, ldc: usize, m: i32, n: i32, init: i32, bias: usize, residual: usize,
): void {
	tileRows(a, lda, b, 32, K, c, ldc, m, n, init, bias, residual);
}

/** `tileRows` with B where it lies. */
export function tileStrided(
	a: usize, lda: usize, b: usize, ldb: usize, K: i32,
	c: usize, ldc: usize, m: i32, n: i32, init: i32,
): void {
	tileRows(a, lda, b, ldb, K, c, ldc, m, n, init, 0, 0);
}

/**
 * C[4, 8] = Aᵀ·B over K, or C + Aᵀ·B with the product summed on its own first: A and B both run down their rows, `lda` and `ldb`
 * bytes apart; four columns of A make the rows of C.
 * A is read four columns wide whatever m is.
 */
export function tileColumns(
	a: usize, lda: usize, b: usize, ldb: usize, K: i32,
	c: usize, ldc: usize, m: i32, n: i32, add: bool,
): void {
	const whole = m == 4 && n == 8;
	let c00 = f32x4.splat(0), c01 = f32x4.splat(0);
	let c10 = f32x4.splat(0), c11 = f32x4.splat(0);
	let c20 = f32x4.splat(0), c21 = f32x4.splat(0);
	let c30 = f32x4.splat(0), c31 = f32x4.splat(0);
	for (let k = K; k > 0; k--) {
		const b0 = v128.load(b), b1 = v128.load(b, 16);
		let s = v128.load32_splat(a, 0);
		c00 = f32x4.add(c00, f32x4.mul(s, b0));
		c01 = f32x4.add(c01, f32x4.mul(s, b1));
		s = v128.load32_splat(a, 4);
		c10 = f32x4.add(c10, f32x4.mul(s, b0));
		c11 = f32x4.add(c11, f32x4.mul(s, b1));
		s = v128.load32_splat(a, 8);
		c20 = f32x4.add(c20, f32x4.mul(s, b0));
		c21 = f32x4.add(c21, f32x4.mul(s, b1));
		s = v128.load32_splat(a, 12);
		c30 = f32x4.add(c30, f32x4.mul(s, b0));
		c31 = f32x4.add(c31, f32x4.mul(s, b1));
		a += lda;
		b += ldb;
	}
	finish(c, ldc, m, n, add ? c : 0, whole, c00, c01, c10, c11, c20, c21, c30, c31);
}

@inline function start(init: i32, from: usize): v128 {
	return init == FROM_ZERO ? f32x4.splat(0) : v128.load(from);
}

/** Address to read the initial tile from: C itself, or a copy of its part in `spill`. */
@inline function gather(c: usize, ldc: usize, m: i32, n: i32, init: i32, whole: bool): usize {
	if (whole || init != FROM_OUTPUT) return c;
	for (let i = 0; i < m; i++) memory.copy(spill + (i << 5), c + <usize>i * ldc, <usize>n << 2);
	return spill;
}

@inline function finish(
	c: usize, ldc: usize, m: i32, n: i32, residual: usize, whole: bool,
	c00: v128, c01: v128, c10: v128, c11: v128, c20: v128, c21: v128, c30: v128, c31: v128,
): void {
	const to = whole ? c : spill;
	const step: usize = whole ? ldc : 32;
	if (residual != 0 && whole) {
		c00 = f32x4.add(c00, v128.load(residual + 0 * ldc, 0));
		c01 = f32x4.add(c01, v128.load(residual + 0 * ldc, 16));
		c10 = f32x4.add(c10, v128.load(residual + 1 * ldc, 0));
		c11 = f32x4.add(c11, v128.load(residual + 1 * ldc, 16));
		c20 = f32x4.add(c20, v128.load(residual + 2 * ldc, 0));
		c21 = f32x4.add(c21, v128.load(residual + 2 * ldc, 16));
		c30 = f32x4.add(c30, v128.load(residual + 3 * ldc, 0));
		c31 = f32x4.add(c31, v128.load(residual + 3 * ldc, 16));
	}
	v128.store(to + 0 * step, c00, 0);
	v128.store(to + 0 * step, c01, 16);
	v128.store(to + 1 * step, c10, 0);
	v128.store(to + 1 * step, c11, 16);
	v128.store(to + 2 * step, c20, 0);
	v128.store(to + 2 * step, c21, 16);
	v128.store(to + 3 * step, c30, 0);
	v128.store(to + 3 * step, c31, 16);
	if (whole) return;
	for (let i = 0; i < m; i++) {
		const row = <usize>i * ldc;
		for (let j = 0; j < n; j++) {
			const x = load<f32>(spill + (i << 5) + (j << 2));
			const at = row + (<usize>j << 2);
			store<f32>(c + at, residual != 0 ? x + load<f32>(residual + at) : x);
		}
	}
}
