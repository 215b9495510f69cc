// Attention weights of the first sequence of a batch, out of its queries, keys and saved log-sums: P[h, t, j], zero after the query.
// One invocation a weight.

override HEADS: u32;
override POSITIONS: u32;
override CHANNELS: u32; // of one head

@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> logSums: array<f32>;
@group(0) @binding(2) var<storage, read_write> weights: array<f32>;

@compute @workgroup_size(64)
fn attentionWeights(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	let index = (group.y * 32768 + group.x) * 64 + lane;
	let j = index % POSITIONS;
	let t = index / POSITIONS % POSITIONS;
	let head = index / POSITIONS / POSITIONS;
	if (head >= HEADS) { return; }
	let width = HEADS * CHANNELS;
	let q = t * 3 * width + head * CHANNELS;
	let k = j * 3 * width + width + head * CHANNELS;
	var score = 0.0;
	for (var c = 0u; c < CHANNELS; c++) { score += qkv[q + c] * qkv[k + c]; }
	let weight = exp(score * inverseSqrt(f32(CHANNELS)) - logSums[head * POSITIONS + t]);
	weights[index] = select(0.0, weight, j <= t);
}
