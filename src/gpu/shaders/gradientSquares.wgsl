// Adds the slices of the gradient in order, over what was there before with ACCUMULATE, and the squares of each block of 64 floats:
// one invocation a block.

override BLOCKS: u32;
override SLICES: u32;
override ACCUMULATE: bool = false;
const BLOCK = 64u;

@group(0) @binding(0) var<storage, read> slices: array<f32>;
@group(0) @binding(1) var<storage, read_write> gradients: array<f32>;
@group(0) @binding(2) var<storage, read_write> squares: array<f32>;

@compute @workgroup_size(8)
fn gradientSquares(@builtin(global_invocation_id) id: vec3u) {
	if (id.x >= BLOCKS) { return; }
	var sum = 0.0;
	for (var i = id.x * BLOCK; i < (id.x + 1) * BLOCK; i++) {
		var g = 0.0;
		if (ACCUMULATE) { g = gradients[i]; }
		for (var s = 0u; s < SLICES; s++) { g += slices[s * BLOCKS * BLOCK + i]; }
		gradients[i] = g;
		sum += g * g;
	}
	squares[id.x] = sum;
}
