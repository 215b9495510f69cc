// Gradients of everything that is not a Linear layer as `leafGradients` computes them, for GPUs: a workgroup has 16 columns of
// one LayerNorm, position or token; 16 slices of lanes walk over the rows and meet as a tree.

override NORMS: u32;
override ROWS: u32; // padding included
override SECTION: u32; // floats from one LayerNorm's rows to the next
override STATS_SECTION: u32; // vec2f likewise
override WIDTH: u32;
override SEQUENCES: u32;
override POSITIONS: u32;
override VOCAB: u32;
override TOKEN_EMBEDDING: u32;
override POSITION_EMBEDDING: u32;
override TIED: bool = false;

@group(0) @binding(0) var<storage, read> dnorms: array<f32>;
@group(0) @binding(1) var<storage, read> streams: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> dx: array<f32>;
@group(0) @binding(4) var<storage, read> tokens: array<u32>;
@group(0) @binding(5) var<storage, read> lengths: array<u32>;
@group(0) @binding(6) var<storage, read> places: array<vec2u>; // first float of each LayerNorm's weight and bias
@group(0) @binding(7) var<storage, read_write> gradients: array<f32>;

override GROUPS: u32 = (WIDTH + 15) / 16;
const SLICES = 16u;
var<workgroup> partial: array<vec2f, 256>;

fn norm(n: u32, column: u32, slice: u32) -> vec2f {
	var sums = vec2f();
	for (var row = slice; row < ROWS; row += SLICES) {
		let at = n * SECTION + row * WIDTH + column;
		let s = stats[n * STATS_SECTION + row];
		sums += dnorms[at] * vec2f((streams[at] - s.x) * s.y, 1);
	}
	return sums;
}

fn position(t: u32, column: u32, slice: u32) -> vec2f {
	var sum = 0.0;
	for (var b = slice; b < SEQUENCES; b += SLICES) { sum += dx[(b * POSITIONS + t) * WIDTH + column]; }
	return vec2f(sum, 0);
}

fn token(v: u32, column: u32, slice: u32) -> vec2f {
	var sum = 0.0;
	for (var row = slice; row < SEQUENCES * POSITIONS; row += SLICES) {
		let inside = row % POSITIONS < lengths[row / POSITIONS];
		if (inside && min(tokens[row], VOCAB - 1) == v) { sum += dx[row * WIDTH + column]; }
	}
	return vec2f(sum, 0);
}

@compute @workgroup_size(16, 16)
fn leafGradientsTiles(
	@builtin(workgroup_id) group: vec3u,
	@builtin(local_invocation_id) lane: vec3u,
	@builtin(local_invocation_index) index: u32,
) {
	let all = group.y * 32768 + group.x;
	let item = all / GROUPS;
	let column = all % GROUPS * 16 + lane.x;
	let safe = min(column, WIDTH - 1);
	if (item >= NORMS + POSITIONS + VOCAB) { return; }
	var sums: vec2f;
	if (item < NORMS) {
		sums = norm(item, safe, lane.y);
	} else if (item < NORMS + POSITIONS) {
		sums = position(item - NORMS, safe, lane.y);
	} else {
		sums = token(item - NORMS - POSITIONS, safe, lane.y);
	}
	partial[index] = sums;
	workgroupBarrier();
	for (var half = SLICES / 2; half > 0; half /= 2) {
		if (lane.y < half) { partial[index] += partial[index + half * 16]; }
		workgroupBarrier();
	}
	if (lane.y > 0 || column >= WIDTH) { return; }
	sums = partial[lane.x];
	if (item < NORMS) {
		gradients[places[item].x + column] = sums.x;
		gradients[places[item].y + column] = sums.y;
	} else if (item < NORMS + POSITIONS) {
		gradients[POSITION_EMBEDDING + (item - NORMS) * WIDTH + column] = sums.x;
	} else {
		let to = TOKEN_EMBEDDING + (item - NORMS - POSITIONS) * WIDTH + column;
		gradients[to] = select(0.0, gradients[to], TIED) + sums.x;
	}
}
