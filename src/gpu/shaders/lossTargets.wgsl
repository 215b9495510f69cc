// What the value head should say before each of the policy's tokens, into the rollouts' record: GAE + V with the values of
// sampling time. Definition: engine/training/critic.ts.

override SIZE: u32; // B·T
override TOKEN_SECTION: u32;
override ADVANTAGE: u32; // first float in `gae`

@group(0) @binding(0) var<storage, read> gae: array<f32>;
@group(0) @binding(1) var<storage, read_write> record: array<u32>;

@compute @workgroup_size(64)
fn lossTargets(@builtin(global_invocation_id) id: vec3u) {
	let at = id.x;
	if (at >= SIZE || record[2 * TOKEN_SECTION + at] == 0u) { return; }
	record[8 * TOKEN_SECTION + at] = bitcast<u32>(gae[ADVANTAGE + at] + bitcast<f32>(record[6 * TOKEN_SECTION + at]));
}
