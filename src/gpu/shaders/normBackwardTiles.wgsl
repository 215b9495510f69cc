// Gradient of a LayerNorm in its input as `normBackward` computes it, for GPUs: one workgroup a row, sums as trees.

override ROWS: u32; // padding included
override WIDTH: u32;
override ACCUMULATE: bool = true;
const LANES = 64u;

@group(0) @binding(0) var<storage, read> weight: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> dout: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

var<workgroup> partial: array<vec2f, LANES>;

@compute @workgroup_size(LANES)
fn normBackwardTiles(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	let row = group.y * 32768 + group.x;
	if (row >= ROWS) { return; }
	let at = row * WIDTH;
	let mean = stats[row].x;
	let rstd = stats[row].y;
	var mine = vec2f();
	for (var c = lane; c < WIDTH; c += LANES) {
		let g = dout[at + c] * weight[c];
		mine += vec2f(g, g * (x[at + c] - mean));
	}
	partial[lane] = mine;
	workgroupBarrier();
	for (var half = LANES / 2; half > 0; half /= 2) {
		if (lane < half) { partial[lane] += partial[lane + half]; }
		workgroupBarrier();
	}
	let sums = partial[0] / f32(WIDTH);
	let slope = sums.y * rstd * rstd;
	for (var c = lane; c < WIDTH; c += LANES) {
		var v = rstd * (dout[at + c] * weight[c] - sums.x - (x[at + c] - mean) * slope);
		if (ACCUMULATE) { v += dx[at + c]; }
		dx[at + c] = v;
	}
}
