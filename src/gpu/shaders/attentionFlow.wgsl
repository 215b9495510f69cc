// What the attention of one block says of each response token, head by head: how far the token looks back, the same with distances cut at
// WINDOW, and how much later tokens look at it. Weights are computed again from queries, keys and saved log-sums, so that no map is
// stored. One invocation a token and head; numbers after the end of a response are zero.
//   distance_t = Σ_s w[t,s]·(t − s), waad_t = Σ_s w[t,s]·min(t − s, WINDOW), fai_s = mean of w[t,s] over s + FROM ≤ t ≤ s + TO

override HEADS: u32;
override POSITIONS: u32;
override CHANNELS: u32; // of one head
override ROWS: u32; // of a minibatch
override B: u32;
override T: u32;
override GROUP: u32; // rollouts per prompt
override WINDOW: u32;
override FROM: u32;
override TO: u32;
override PROMPT: bool; // whether looking at the prompt counts
override FIRST_HEAD: u32; // of this block, among all that are read
override ALL_HEADS: u32;
const REQUEST_HEADER = 4u;
override WIDTH: u32 = HEADS * CHANNELS;

struct Slot { learningRate: f32, first: u32, update: u32, reference: u32 } // first row of the minibatch

@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> logSums: array<f32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> request: array<u32>;
@group(0) @binding(4) var<storage, read_write> flow: array<f32>; // sections distance, waad, fai of [ALL_HEADS, B, T]
@group(0) @binding(5) var<uniform> slot: Slot;

fn weight(row: u32, head: u32, t: u32, s: u32) -> f32 {
	let q = (row * POSITIONS + t) * 3 * WIDTH + head * CHANNELS;
	let k = (row * POSITIONS + s) * 3 * WIDTH + WIDTH + head * CHANNELS;
	var score = 0.0;
	for (var c = 0u; c < CHANNELS; c++) { score += qkv[q + c] * qkv[k + c]; }
	return exp(score * inverseSqrt(f32(CHANNELS)) - logSums[(row * HEADS + head) * POSITIONS + t]);
}

@compute @workgroup_size(64)
fn attentionFlow(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	let index = (group.y * 32768 + group.x) * 64 + lane;
	let row = index / T / HEADS;
	let head = index / T % HEADS;
	let t = index % T;
	if (row >= ROWS) { return; }
	let b = slot.first + row;
	let prompt = request[REQUEST_HEADER + b / GROUP];
	let length = lengths[row];
	let n = prompt + t;
	var distance = 0.0;
	var looked = 0.0;
	var influence = 0.0;
	if (n < length) {
		for (var s = select(prompt, 0u, PROMPT); s <= n; s++) {
			let w = weight(row, head, n, s);
			distance += w * f32(n - s);
			looked += w * f32(min(n - s, WINDOW));
		}
		let last = min(length - 1, n + TO);
		for (var u = n + FROM; u <= last; u++) { influence += weight(row, head, u, n); }
		if (n + FROM <= last) { influence /= f32(last - n - FROM + 1); }
	}
	let at = ((FIRST_HEAD + head) * B + b) * T + t;
	flow[at] = distance;
	flow[ALL_HEADS * B * T + at] = looked;
	flow[2 * ALL_HEADS * B * T + at] = influence;
}
