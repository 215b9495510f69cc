// Ends the gradient norm and decides about the step: ‖g‖₂, the clipping factor, whether the norm is finite (tested by its bits,
// because shaders may assume that numbers are), and the bias corrections of the step. One invocation.
// 1 − βᵗ follows from 1 − βᵗ⁻¹ as β (1 − βᵗ⁻¹) + (1 − β), which keeps its digits.

override BLOCKS: u32;

#decision

@group(0) @binding(0) var<storage, read> squares: array<f32>;

@compute @workgroup_size(1)
fn gradientNorm() {
	var sum = 0.0;
	for (var i = 0u; i < BLOCKS; i++) { sum += squares[i]; }
	decide(sum);
}
