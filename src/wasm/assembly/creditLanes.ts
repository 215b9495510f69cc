// What the credit routines share: two float64 lanes, and lists of entries. A list of lists is a table of entries and the offsets at
// which each list starts, one more than there are lists.

@inline export function splat64(x: f64): v128 {
	return f64x2.splat(x);
}

/** 1 where the lanes are all ones, else 0. */
@inline export function truth(lanes: v128): v128 {
	return v128.and(lanes, splat64(1));
}

/** Number k of a table of int32. */
@inline export function entry(table: usize, k: i32): i32 {
	return load<i32>(table + (<usize>k << 2));
}

@inline export function at(x: usize, i: i32): f64 {
	return load<f64>(x + (<usize>i << 3));
}

@inline export function put(out: usize, i: i32, value: f64): void {
	store<f64>(out + (<usize>i << 3), value);
}
