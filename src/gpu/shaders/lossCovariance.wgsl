// Chooses the counted tokens whose (A − Ā)·(log p − mean log p) is largest, ties to the earlier. One workgroup: means, then keys that
// order like the covariances, then the smallest key chosen, bit by bit, then the last index chosen among equal ones.
// Definition: engine/losses/covariance.ts.

override COVARIANCE_MODE: u32; // 1 clip: only tokens inside the band that the ratio clip leaves alone; 2 kl: all
override SHARE: f32;
override BAND_LOW: f32;
override BAND_HIGH: f32;
override CLIP_LOW: f32;
override CLIP_HIGH: f32;

@group(0) @binding(0) var<storage, read_write> block: array<u32>;

fn put(at: u32, word: u32) { block[COVARIANCE * R * T + at] = word; }

// Larger numbers have larger keys; none is 0.
fn keyOf(x: f32) -> u32 {
	let word = bitcast<u32>(x + 0.0);
	return select(word | 0x80000000u, ~word, (word >> 31u) == 1u);
}

fn isCandidate(at: u32, covariance: f32) -> bool {
	if (COVARIANCE_MODE == 2u) { return true; }
	let ratio = exp(min(number(LOG_PROB, at) - number(OLD_LOG_PROB, at), 80));
	let a = number(ADVANTAGE, at);
	let clipped = -a * min(1 + CLIP_HIGH, max(1 - CLIP_LOW, ratio)) > -a * ratio;
	return !clipped && covariance > BAND_LOW && covariance < BAND_HIGH;
}

// Candidates with a key above `key` or equal to it and at or before `last`.
fn countAhead(lane: u32, key: u32, last: u32) -> f32 {
	var n = 0.0;
	for (var at = lane; at < R * T; at += LANES) {
		let own = token(COVARIANCE, at);
		if (own > key || (own == key && at <= last)) { n += 1.0; }
	}
	return total(lane, vec4f(n, 0.0, 0.0, 0.0)).x;
}

@compute @workgroup_size(LANES)
fn lossCovariance(@builtin(local_invocation_id) local: vec3u) {
	let lane = local.x;
	var own = vec4f();
	for (var at = lane; at < R * T; at += LANES) {
		if (isScored(at)) { own += vec4f(1.0, number(ADVANTAGE, at), number(LOG_PROB, at), 0.0); }
	}
	let sums = total(lane, own);
	for (var at = lane; at < R * T; at += LANES) {
		var key = 0u;
		if (isScored(at)) {
			let covariance = (number(ADVANTAGE, at) - sums.y / sums.x) * (number(LOG_PROB, at) - sums.z / sums.x);
			if (isCandidate(at, covariance)) { key = keyOf(covariance); }
		}
		put(at, key);
	}
	let wanted = max(1.0, floor(SHARE * sums.x + 1e-4));
	var key = 0u; // the largest that still leaves `wanted` tokens at or above it; 0 = all candidates are taken
	for (var bit = 0u; bit < 32u; bit++) {
		let next = key | (0x80000000u >> bit);
		if (countAhead(lane, next, R * T) >= wanted) { key = next; }
	}
	var low = 0u;
	var last = R * T;
	for (var step = 0u; step < 32u; step++) {
		let middle = (low + last) / 2;
		if (countAhead(lane, key, middle) >= wanted) { last = middle; } else { low = min(middle + 1, last); }
	}
	for (var at = lane; at < R * T; at += LANES) {
		let k = token(COVARIANCE, at);
		put(at, select(0u, 1u, k != 0u && (k > key || (k == key && at <= last))));
	}
}
