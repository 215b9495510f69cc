// Causal attention of one query per row and head over the cache: out = Σ_j softmax_j(q·k_j) v_j, j ≤ position.
// The cache holds q, k and v of every position, [row][position][3][head][channel], channels padded to a multiple of 4 and
// 1/√D already inside q. One invocation has one row, one head and up to 32 channels of the output, and keeps a running softmax
// over four keys at a time (Milakov & Gimelshein 2018, https://arxiv.org/abs/1805.02867): no barriers, no workgroup memory.
// Keys past the position are read as the last one and weigh nothing, so that nothing stale is touched.

override ROWS: u32;
override HEADS: u32;
override CHANNELS4: u32; // padded head size / 4
override BLOCKS: u32; // ceil(CHANNELS4 / 8)
override CONTEXT: u32; // capacity of the cache
override CACHE_ROW4: u32; // padded width of q, k and v together / 4
override OUT_ROW4: u32;
override WORKGROUP: u32 = 8;
const LOWEST = -1e30;

struct Position { at: u32 }

@group(0) @binding(0) var<storage, read> cache: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> position: Position;

fn part(first: u32, c: u32) -> vec4f {
	if (c < CHANNELS4) { return cache[first + c]; }
	return vec4f();
}

@compute @workgroup_size(WORKGROUP)
fn decodeAttention(@builtin(global_invocation_id) id: vec3u) {
	if (id.x >= ROWS * HEADS * BLOCKS) { return; }
	let block = (id.x % BLOCKS) * 8;
	let row = id.x / BLOCKS / HEADS;
	let head = (id.x / BLOCKS % HEADS) * CHANNELS4;
	let third = HEADS * CHANNELS4;
	let first = row * CONTEXT * CACHE_ROW4 + head;
	let last = position.at;
	let q = first + last * CACHE_ROW4;
	let q0 = part(q, 0); let q1 = part(q, 1); let q2 = part(q, 2); let q3 = part(q, 3);
	let q4 = part(q, 4); let q5 = part(q, 5); let q6 = part(q, 6); let q7 = part(q, 7);
	var t0 = vec4f(); var t1 = vec4f(); var t2 = vec4f(); var t3 = vec4f();
	var t4 = vec4f(); var t5 = vec4f(); var t6 = vec4f(); var t7 = vec4f();
	var top = LOWEST;
	var sum = 0.0;
	for (var j = 0u; j <= last; j += 4) {
		var scores = vec4f(LOWEST);
		for (var i = 0u; i < 4; i++) {
			let key = first + min(j + i, last) * CACHE_ROW4 + third;
			var products = q0 * part(key, 0) + q1 * part(key, 1) + q2 * part(key, 2) + q3 * part(key, 3);
			if (CHANNELS4 > 4) { products += q4 * part(key, 4) + q5 * part(key, 5) + q6 * part(key, 6) + q7 * part(key, 7); }
			for (var c = 8u; c < CHANNELS4; c++) { products += cache[q + c] * cache[key + c]; }
			if (j + i <= last) { scores[i] = products.x + products.y + products.z + products.w; }
		}
		let above = max(max(top, max(scores.x, scores.y)), max(scores.z, scores.w));
		let shrink = exp(top - above);
		let weights = exp(scores - above);
		top = above;
		sum = sum * shrink + weights.x + weights.y + weights.z + weights.w;
		t0 *= shrink; t1 *= shrink; t2 *= shrink; t3 *= shrink;
		if (CHANNELS4 > 4) { t4 *= shrink; t5 *= shrink; t6 *= shrink; t7 *= shrink; }
		for (var i = 0u; i < 4; i++) {
			let value = first + min(j + i, last) * CACHE_ROW4 + 2 * third;
			let w = weights[i];
			t0 += w * part(value, block); t1 += w * part(value, block + 1);
			t2 += w * part(value, block + 2); t3 += w * part(value, block + 3);
			if (CHANNELS4 > 4) {
				t4 += w * part(value, block + 4); t5 += w * part(value, block + 5);
				t6 += w * part(value, block + 6); t7 += w * part(value, block + 7);
			}
		}
	}
	let to = row * OUT_ROW4 + head + block;
	let scale = 1 / sum;
	out[to] = scale * t0;
	if (block + 1 < CHANNELS4) { out[to + 1] = scale * t1; }
	if (block + 2 < CHANNELS4) { out[to + 2] = scale * t2; }
	if (block + 3 < CHANNELS4) { out[to + 3] = scale * t3; }
	if (block + 4 < CHANNELS4) { out[to + 4] = scale * t4; }
	if (block + 5 < CHANNELS4) { out[to + 5] = scale * t5; }
	if (block + 6 < CHANNELS4) { out[to + 6] = scale * t6; }
	if (block + 7 < CHANNELS4) { out[to + 7] = scale * t7; }
}
