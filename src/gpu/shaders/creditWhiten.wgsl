// Normalises the counted tokens of the whole batch. One workgroup: every invocation sums a fixed stripe in order, then a tree
// over the stripes, so the bits depend on nothing but the numbers. Differences from the first counted token keep equal numbers exact.
//
// The float64 definition is in src/engine/credit/groupOps.ts.

override N: u32; // B·T
override X: u32; // first words in the arena: numbers, flags of counted tokens, result
override WHERE: u32;
override HAS_WHERE: bool;
override OUT: u32;
override MASK: u32;
override CENTER: u32;
override SCALE: u32;
override ON_VARIANCE: bool;
override EPS_BITS: u32;
override RAW: bool;

@group(0) @binding(0) var<storage, read> record: array<u32>;
@group(0) @binding(1) var<storage, read_write> arena: array<f32>;

const LANES = 256u;
var<workgroup> sums: array<f32, LANES>;
var<workgroup> counts: array<u32, LANES>;
var<workgroup> firsts: array<u32, LANES>;

fn counted(i: u32) -> bool {
	if (record[MASK + i] == 0u) { return false; }
	return !HAS_WHERE || arena[WHERE + i] != 0.0;
}

fn total(lane: u32) -> f32 {
	for (var width = LANES / 2u; width > 0u; width /= 2u) {
		workgroupBarrier();
		if (lane < width) { sums[lane] += sums[lane + width]; }
	}
	workgroupBarrier();
	let result = sums[0];
	workgroupBarrier();
	return result;
}

@compute @workgroup_size(256)
fn creditWhiten(@builtin(local_invocation_index) lane: u32) {
	let stripe = (N + LANES - 1u) / LANES;
	let from_ = lane * stripe;
	let to = min(N, from_ + stripe);
	var n = 0u;
	var first = N;
	for (var i = from_; i < to; i++) {
		if (!counted(i)) { continue; }
		first = min(first, i);
		n += 1u;
	}
	counts[lane] = n;
	firsts[lane] = first;
	workgroupBarrier();
	var all = 0u;
	var start = N;
	for (var k = 0u; k < LANES; k++) {
		all += counts[k];
		start = min(start, firsts[k]);
	}
	let origin = arena[X + min(start, N - 1u)];
	var sum = 0.0;
	for (var i = from_; i < to; i++) { if (counted(i)) { sum += arena[X + i] - origin; } }
	sums[lane] = sum;
	let mean = total(lane) / f32(max(all, 1u)); // relative to the origin
	var squares = 0.0;
	for (var i = from_; i < to; i++) {
		if (!counted(i)) { continue; }
		let d = arena[X + i] - origin - mean;
		squares += d * d;
	}
	sums[lane] = squares;
	let variance = total(lane) / max(f32(all) - select(0.0, 1.0, SCALE == 1u), 1e-30);
	var by = 1.0;
	if (SCALE != 0u) {
		let eps = bitcast<f32>(EPS_BITS);
		by = select(sqrt(variance) + eps, sqrt(variance + eps), ON_VARIANCE);
	}
	for (var i = from_; i < to; i++) {
		var y = 0.0;
		if (counted(i)) {
			let d = arena[X + i] - origin - mean;
			if (CENTER == 0u) { y = arena[X + i] / by; } else { y = d / by; }
			if (all == 1u) { y = select(0.0, arena[X + i], RAW); }
			if (all > 1u && variance == 0.0 && (CENTER != 0u || SCALE != 0u)) { y = 0.0; }
		}
		arena[OUT + i] = y;
	}
}
