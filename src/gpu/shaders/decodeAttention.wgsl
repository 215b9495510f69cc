// Causal attention of one query per row and head over the cache: out = Σ_j softmax_j(q·k_j) v_j, j ≤ position.
// The cache holds q, k and v of every position, [row][position][3][head][channel], channels padded to a multiple of 4 and
// 1/√D already inside q. One invocation has one row and head and keeps a running softmax (Milakov & Gimelshein 2018,
// https://arxiv.org/abs/1805.02867), so that it needs neither barriers nor workgroup memory.

override ROWS: u32;
override HEADS: u32;
override CHANNELS4: u32; // padded head size / 4
override CONTEXT: u32; // capacity of the cache
override CACHE_ROW4: u32; // padded width of q, k and v together / 4
override OUT_ROW4: u32;
override WORKGROUP: u32 = 16;
const MAX_CHANNELS4 = 32u;

struct Position { at: u32 }

@group(0) @binding(0) var<storage, read> cache: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> position: Position;

@compute @workgroup_size(WORKGROUP)
fn decodeAttention(@builtin(global_invocation_id) id: vec3u) {
	if (id.x >= ROWS * HEADS) { return; }
	let row = id.x / HEADS;
	let head = (id.x % HEADS) * CHANNELS4;
	let third = HEADS * CHANNELS4;
	let first = row * CONTEXT * CACHE_ROW4 + head;
	let q = first + position.at * CACHE_ROW4;
	var query: array<vec4f, MAX_CHANNELS4>;
	var total: array<vec4f, MAX_CHANNELS4>;
	for (var c = 0u; c < CHANNELS4; c++) {
		query[c] = cache[q + c];
		total[c] = vec4f();
	}
	var top = -1e30;
	var sum = 0.0;
	for (var j = 0u; j <= position.at; j++) {
		let key = first + j * CACHE_ROW4 + third;
		var score = 0.0;
		for (var c = 0u; c < CHANNELS4; c++) { score += dot(query[c], cache[key + c]); }
		if (score > top) {
			let shrink = exp(top - score);
			top = score;
			sum *= shrink;
			for (var c = 0u; c < CHANNELS4; c++) { total[c] *= shrink; }
		}
		let weight = exp(score - top);
		sum += weight;
		for (var c = 0u; c < CHANNELS4; c++) { total[c] += weight * cache[key + third + c]; }
	}
	for (var c = 0u; c < CHANNELS4; c++) { out[row * OUT_ROW4 + head + c] = total[c] / sum; }
}
