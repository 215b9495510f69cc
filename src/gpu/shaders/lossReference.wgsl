// Log-probabilities of the policy's tokens under the frozen reference, from its logits, into the rollouts' record.

override TOKEN_SECTION: u32;

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> machine: array<u32>;
@group(0) @binding(2) var<storage, read> block: array<u32>;
@group(0) @binding(3) var<storage, read_write> record: array<u32>;
@group(0) @binding(4) var<uniform> slot: Slot;

@compute @workgroup_size(LANES)
fn lossReference(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
	let i = group.x;
	for (var t = local.x; t < T; t += LANES) {
		let at = i * T + t;
		if ((token(FLAGS, at) & ACTED) == 0u) { continue; }
		let scores = scoresOf(predictor(i, t), token(TARGET, at), token(STATE, at));
		record[7 * TOKEN_SECTION + (slot.first + i) * T + t] = bitcast<u32>(scores.logProb);
	}
}
