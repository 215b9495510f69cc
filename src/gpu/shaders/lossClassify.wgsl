// log p and entropy of every counted token, for losses that compare tokens across the minibatch before anything else.

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> machine: array<u32>;
@group(0) @binding(2) var<storage, read_write> block: array<u32>;

@compute @workgroup_size(LANES)
fn lossClassify(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
	let i = group.x;
	for (var t = local.x; t < T; t += LANES) {
		let at = i * T + t;
		if (!isScored(at)) { continue; }
		let scores = scoresOf(predictor(i, t), token(TARGET, at), token(STATE, at));
		block[LOG_PROB * R * T + at] = bitcast<u32>(scores.logProb);
		block[ENTROPY * R * T + at] = bitcast<u32>(scores.entropy);
		block[PARTITION * R * T + at] = bitcast<u32>(scores.logSum);
	}
}
