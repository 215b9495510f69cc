// Causal attention of a whole batch: mixed = Σ_j p_j v_j, p = softmax(q · k_j / √D), j ≤ t, and the log of each softmax's sum for
// the backward pass. A lane has one query and walks over the keys with a running softmax, four at a time (Milakov & Gimelshein
// 2018, https://arxiv.org/abs/1805.02867); a workgroup has LANES queries of one head. Lines with $c are written once for every four
// channels, lines with $i for each of the four keys. Rows after the end of a sequence become zero.
#subgroups enable subgroups;
#subgroups diagnostic(off, subgroup_uniformity);

override HEADS: u32;
override POSITIONS: u32;
override CHANNELS: u32; // of one head
override GROUPS: u32;
override WIDTH: u32 = HEADS * CHANNELS;
override BLOCKS: u32 = (POSITIONS + LANES - 1) / LANES;
const LOWEST = -1e30;

@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read_write> mixed: array<f32>;
@group(0) @binding(3) var<storage, read_write> logSums: array<f32>;

// Four channels that all lanes read.
fn four(at: u32, lane: u32) -> vec4f {
#subgroups 	let mine = qkv[at + lane];
#subgroups 	return vec4f(subgroupBroadcast(mine, 0u), subgroupBroadcast(mine, 1u), subgroupBroadcast(mine, 2u), subgroupBroadcast(mine, 3u));
#plain 	return vec4f(qkv[at], qkv[at + 1], qkv[at + 2], qkv[at + 3]);
}

fn own(at: u32, channel: u32) -> vec4f {
	let all = vec4f(qkv[at + channel], qkv[at + channel + 1], qkv[at + channel + 2], qkv[at + channel + 3]);
	return select(vec4f(), all, channel + vec4u(0, 1, 2, 3) < vec4u(CHANNELS));
}

fn put(at: u32, channel: u32, v: vec4f) {
	if (channel < CHANNELS) { mixed[at + channel] = v.x; }
	if (channel + 1 < CHANNELS) { mixed[at + channel + 1] = v.y; }
	if (channel + 2 < CHANNELS) { mixed[at + channel + 2] = v.z; }
	if (channel + 3 < CHANNELS) { mixed[at + channel + 3] = v.w; }
}

@compute @workgroup_size(LANES)
fn attention(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	let index = group.y * 32768 + group.x;
	if (index >= GROUPS) { return; }
	let row = index / BLOCKS / HEADS;
	let head = index / BLOCKS % HEADS;
	let first = index % BLOCKS * LANES;
	let t = min(first + lane, POSITIONS - 1);
	let length = min(lengths[row], POSITIONS);
	let to = (row * POSITIONS + t) * WIDTH + head * CHANNELS;
	let sequence = row * POSITIONS * 3 * WIDTH + head * CHANNELS;
	var out$c = vec4f();
	var top = LOWEST;
	var sum = 0.0;
	let q$c = own(sequence + t * 3 * WIDTH, $c * 4) * inverseSqrt(f32(CHANNELS));
	// Queries before `length` need keys before `length`; beyond it there is nothing to compute.
	let end = select(0, min(first + LANES, length), first < length);
	for (var j = 0u; j < end; j += 4) {
		let k$i = sequence + min(j + $i, POSITIONS - 1) * 3 * WIDTH + WIDTH;
		var s$i = 0.0;
		s$i += dot(q$c, four(k$i + $c * 4, lane));
		let scores = select(vec4f(LOWEST), vec4f(s0, s1, s2, s3), j + vec4u(0, 1, 2, 3) <= vec4u(t));
		let above = max(max(top, max(scores.x, scores.y)), max(scores.z, scores.w));
		let shrink = exp(top - above);
		let p = exp(scores - above);
		top = above;
		sum = sum * shrink + p.x + p.y + p.z + p.w;
		out$c *= shrink;
		out$c += p[$i] * four(k$i + WIDTH + $c * 4, lane);
	}
	if (first + lane >= POSITIONS) { return; }
	let scale = select(0.0, 1 / sum, t < length);
	put(to, $c * 4, scale * out$c);
	logSums[(row * HEADS + head) * POSITIONS + t] = select(0.0, top + log(sum), t < length);
}
