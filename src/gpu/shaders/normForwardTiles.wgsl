// LayerNorm of every row of the residual stream as `normForward` computes it, for GPUs: one workgroup a row, sums as trees.

override WIDTH: u32;
override EMBED: bool = false;
override SEQUENCES: u32 = 0;
override POSITIONS: u32 = 1;
override VOCAB: u32 = 1;
override TOKEN_EMBEDDING: u32 = 0;
override POSITION_EMBEDDING: u32 = 0;
override ROWS: u32; // padding included
const EPS = 1e-5;
const LANES = 64u;

@group(0) @binding(0) var<storage, read> parameters: array<f32>;
@group(0) @binding(1) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> x: array<f32>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;
@group(0) @binding(7) var<storage, read_write> stats: array<vec2f>;

var<workgroup> partial: array<f32, LANES>;

fn total(lane: u32, mine: f32) -> f32 {
	partial[lane] = mine;
	workgroupBarrier();
	for (var half = LANES / 2; half > 0; half /= 2) {
		if (lane < half) { partial[lane] += partial[lane + half]; }
		workgroupBarrier();
	}
	let all = workgroupUniformLoad(&partial[0]);
	return all;
}

fn embed(row: u32, lane: u32) {
	let t = row % POSITIONS;
	let sequence = row / POSITIONS;
	let inside = sequence < SEQUENCES && t < lengths[min(sequence, SEQUENCES - 1)];
	let token = TOKEN_EMBEDDING + min(tokens[min(row, SEQUENCES * POSITIONS - 1)], VOCAB - 1) * WIDTH;
	let position = POSITION_EMBEDDING + t * WIDTH;
	for (var c = lane; c < WIDTH; c += LANES) {
		x[row * WIDTH + c] = select(0.0, parameters[token + c] + parameters[position + c], inside);
	}
}

@compute @workgroup_size(LANES)
fn normForwardTiles(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	let row = group.y * 32768 + group.x;
	if (row >= ROWS) { return; }
	// A lane reads back only what it wrote itself.
	if (EMBED) { embed(row, lane); }
	let at = row * WIDTH;
	var sum = 0.0;
	for (var c = lane; c < WIDTH; c += LANES) { sum += x[at + c]; }
	let mean = total(lane, sum) / f32(WIDTH);
	var squares = 0.0;
	for (var c = lane; c < WIDTH; c += LANES) { squares += (x[at + c] - mean) * (x[at + c] - mean); }
	let rstd = inverseSqrt(total(lane, squares) / f32(WIDTH) + EPS);
	for (var c = lane; c < WIDTH; c += LANES) {
		out[at + c] = (x[at + c] - mean) * rstd * weight[c] + bias[c];
	}
	if (lane == 0) { stats[row] = vec2f(mean, rstd); }
}
