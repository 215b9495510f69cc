// Gradient of `attention` in queries, keys and values, in one dispatch and without atomics: the first GROUPS workgroups gather dq for
// LANES queries each, the others dk and dv for LANES keys each. Weights are computed again from the saved log-sums. With
// dP = dmixed · vᵀ and D = Σ_channels dmixed ∘ mixed: dS = P ∘ (dP − D) / √channels, dq = dS · k, dk = dSᵀ · q, dv = Pᵀ · dmixed.
// Lines with $c are written once for every four channels. Rows after the end of a sequence become zero.
#subgroups enable subgroups;
#subgroups diagnostic(off, subgroup_uniformity);

override HEADS: u32;
override POSITIONS: u32;
override CHANNELS: u32; // of one head
override GROUPS: u32;
override WIDTH: u32 = HEADS * CHANNELS;
override BLOCKS: u32 = (POSITIONS + LANES - 1) / LANES;

@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> lengths: array<u32>;
@group(0) @binding(2) var<storage, read> mixed: array<f32>;
@group(0) @binding(3) var<storage, read> logSums: array<f32>;
@group(0) @binding(4) var<storage, read> dmixed: array<f32>;
@group(0) @binding(5) var<storage, read_write> dqkv: array<f32>;

// Four channels that all lanes read, of each input.
#subgroups fn shared4(mine: f32) -> vec4f {
#subgroups 	return vec4f(subgroupBroadcast(mine, 0u), subgroupBroadcast(mine, 1u), subgroupBroadcast(mine, 2u), subgroupBroadcast(mine, 3u));
#subgroups }
fn fourQkv(at: u32, lane: u32) -> vec4f {
#subgroups 	return shared4(qkv[at + lane]);
#plain 	return vec4f(qkv[at], qkv[at + 1], qkv[at + 2], qkv[at + 3]);
}
fn fourGradients(at: u32, lane: u32) -> vec4f {
#subgroups 	return shared4(dmixed[at + lane]);
#plain 	return vec4f(dmixed[at], dmixed[at + 1], dmixed[at + 2], dmixed[at + 3]);
}
fn fourMixed(at: u32, lane: u32) -> vec4f {
#subgroups 	return shared4(mixed[at + lane]);
#plain 	return vec4f(mixed[at], mixed[at + 1], mixed[at + 2], mixed[at + 3]);
}

fn inHead(v: vec4f, channel: u32) -> vec4f {
	return select(vec4f(), v, channel + vec4u(0, 1, 2, 3) < vec4u(CHANNELS));
}
fn ownQkv(at: u32, channel: u32) -> vec4f {
	return inHead(vec4f(qkv[at + channel], qkv[at + channel + 1], qkv[at + channel + 2], qkv[at + channel + 3]), channel);
}
fn ownGradients(at: u32, c: u32) -> vec4f {
	return inHead(vec4f(dmixed[at + c], dmixed[at + c + 1], dmixed[at + c + 2], dmixed[at + c + 3]), c);
}
fn ownMixed(at: u32, c: u32) -> vec4f {
	return vec4f(mixed[at + c], mixed[at + c + 1], mixed[at + c + 2], mixed[at + c + 3]);
}

fn put(at: u32, channel: u32, v: vec4f) {
	if (channel < CHANNELS) { dqkv[at + channel] = v.x; }
	if (channel + 1 < CHANNELS) { dqkv[at + channel + 1] = v.y; }
	if (channel + 2 < CHANNELS) { dqkv[at + channel + 2] = v.z; }
	if (channel + 3 < CHANNELS) { dqkv[at + channel + 3] = v.w; }
}

struct Place { row: u32, head: u32, first: u32, length: u32, t: u32, lane: u32 }

fn queries(p: Place) {
	let scale = inverseSqrt(f32(CHANNELS));
	let sequence = p.row * POSITIONS * 3 * WIDTH + p.head * CHANNELS;
	let at = (p.row * POSITIONS + p.t) * WIDTH + p.head * CHANNELS;
	let logSum = logSums[(p.row * HEADS + p.head) * POSITIONS + p.t];
	let q$c = ownQkv(sequence + p.t * 3 * WIDTH, $c * 4);
	let g$c = ownGradients(at, $c * 4);
	var mean = 0.0;
	mean += dot(g$c, ownMixed(at, $c * 4));
	var dq$c = vec4f();
	let end = select(0, min(p.first + LANES, p.length), p.first < p.length);
	for (var j = 0u; j < end; j++) {
		let k = sequence + j * 3 * WIDTH + WIDTH;
		var score = 0.0;
		var dp = -mean;
		let k$c = fourQkv(k + $c * 4, p.lane);
		score += dot(q$c, k$c);
		dp += dot(g$c, fourQkv(k + WIDTH + $c * 4, p.lane));
		let weight = select(0.0, exp(score * scale - logSum), j <= p.t && p.t < p.length);
		let ds = weight * dp * scale;
		dq$c += ds * k$c;
	}
	if (p.first + p.lane >= POSITIONS) { return; }
	put(sequence + p.t * 3 * WIDTH, $c * 4, dq$c);
}

fn keys(p: Place) {
	let scale = inverseSqrt(f32(CHANNELS));
	let sequence = p.row * POSITIONS * 3 * WIDTH + p.head * CHANNELS;
	let own = sequence + p.t * 3 * WIDTH + WIDTH;
	let k$c = ownQkv(own, $c * 4);
	let v$c = ownQkv(own + WIDTH, $c * 4);
	var dk$c = vec4f();
	var dv$c = vec4f();
	for (var t = p.first; t < p.length; t++) {
		let q = sequence + t * 3 * WIDTH;
		let at = (p.row * POSITIONS + t) * WIDTH + p.head * CHANNELS;
		let logSum = logSums[(p.row * HEADS + p.head) * POSITIONS + t];
		var score = 0.0;
		var dp = 0.0;
		let q$c = fourQkv(q + $c * 4, p.lane);
		let g$c = inHead(fourGradients(at + $c * 4, p.lane), $c * 4);
		score += dot(k$c, q$c);
		dp += dot(g$c, v$c - fourMixed(at + $c * 4, p.lane));
		let weight = select(0.0, exp(score * scale - logSum), t >= p.t);
		let ds = weight * dp * scale;
		dk$c += ds * q$c;
		dv$c += weight * g$c;
	}
	if (p.first + p.lane >= POSITIONS) { return; }
	put(own, $c * 4, dk$c);
	put(own + WIDTH, $c * 4, dv$c);
}

@compute @workgroup_size(LANES)
fn attentionBackward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	let job = group.y * 32768 + group.x;
	if (job >= 2 * GROUPS) { return; }
	let index = job % GROUPS;
	let row = index / BLOCKS / HEADS;
	let first = index % BLOCKS * LANES;
	let length = min(lengths[row], POSITIONS);
	let place = Place(row, index / BLOCKS % HEADS, first, length, min(first + lane, POSITIONS - 1), lane);
	if (job < GROUPS) { queries(place); } else { keys(place); }
}
