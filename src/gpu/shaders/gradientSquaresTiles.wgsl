// Adds the slices of the gradient in order as `gradientSquares` does, for GPUs: one workgroup a block, its squares as a tree.

override BLOCKS: u32;
override SLICES: u32;
override ACCUMULATE: bool = false;
const BLOCK = 64u;

@group(0) @binding(0) var<storage, read> slices: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(2) var<storage, read_write> squares: array<f32>;

var<workgroup> partial: array<f32, BLOCK>;

@compute @workgroup_size(BLOCK)
fn gradientSquaresTiles(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	let block = group.y * 32768 + group.x;
	if (block >= BLOCKS) { return; }
	let i = block * BLOCK + lane;
	var g = 0.0;
	if (ACCUMULATE) { g = gradients[i]; }
	for (var s = 0u; s < SLICES; s++) { g += slices[s * BLOCKS * BLOCK + i]; }
	gradients[i] = g;
	partial[lane] = g * g;
	workgroupBarrier();
	for (var half = BLOCK / 2; half > 0; half /= 2) {
		if (lane < half) { partial[lane] += partial[lane + half]; }
		workgroupBarrier();
	}
	if (lane == 0) { squares[block] = partial[0]; }
}
