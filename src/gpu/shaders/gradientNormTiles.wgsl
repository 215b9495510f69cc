// Ends the gradient norm and decides about the step as `gradientNorm` does, for GPUs: one workgroup, the sum as a tree.

override BLOCKS: u32;
const LANES = 256u;

#decision

@group(0) @binding(0) var<storage, read> squares: array<f32>;

var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn gradientNormTiles(@builtin(local_invocation_index) lane: u32) {
	var sum = 0.0;
	for (var i = lane; i < BLOCKS; i += LANES) { sum += squares[i]; }
	partial[lane] = sum;
	workgroupBarrier();
	for (var half = LANES / 2; half > 0; half /= 2) {
		if (lane < half) { partial[lane] += partial[lane + half]; }
		workgroupBarrier();
	}
	if (lane == 0) { decide(partial[0]); }
}
