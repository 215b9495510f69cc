// Which heads look near and which look far. Mean distance of each head over the response tokens of the whole batch; the COUNT
// smallest are local, the COUNT largest global, ties to the head with the smaller index. One workgroup; heads in turn, their tokens shared.

override LANES: u32;
override ALL_HEADS: u32;
override B: u32;
override T: u32;
override COUNT: u32;
override LENGTHS: u32; // first word of the lengths in `rows`

@group(0) @binding(0) var<storage, read> flow: array<f32>;
@group(0) @binding(1) var<storage, read> rows: array<u32>;
@group(0) @binding(2) var<storage, read_write> heads: array<f32>; // mean distance, then one for local heads, then for global ones

var<workgroup> parts: array<f32, LANES>;

// Sum over the lanes, in order, for the first of them.
fn together(lane: u32, part: f32) -> f32 {
	parts[lane] = part;
	workgroupBarrier();
	var sum = 0.0;
	if (lane == 0u) { for (var l = 0u; l < LANES; l++) { sum += parts[l]; } }
	workgroupBarrier();
	return sum;
}

@compute @workgroup_size(LANES)
fn attentionHeads(@builtin(local_invocation_index) lane: u32) {
	var counted = 0.0;
	for (var b = lane; b < B; b += LANES) { counted += f32(rows[LENGTHS + b]); }
	let tokens = together(lane, counted);
	for (var h = 0u; h < ALL_HEADS; h++) {
		var part = 0.0;
		for (var e = lane; e < B * T; e += LANES) { part += flow[h * B * T + e]; }
		let sum = together(lane, part);
		if (lane == 0u) { heads[h] = select(0.0, sum / tokens, tokens > 0.0); }
	}
	storageBarrier();
	for (var h = lane; h < ALL_HEADS; h += LANES) {
		var nearer = 0u;
		var farther = 0u;
		for (var other = 0u; other < ALL_HEADS; other++) {
			let first = other < h && heads[other] == heads[h];
			if (heads[other] < heads[h] || first) { nearer += 1u; }
			if (heads[other] > heads[h] || first) { farther += 1u; }
		}
		heads[ALL_HEADS + h] = select(0.0, 1.0, nearer < COUNT);
		heads[2 * ALL_HEADS + h] = select(0.0, 1.0, farther < COUNT);
	}
}
