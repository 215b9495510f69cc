// Numbers of one update, and sums over the rollouts of the step, for the host to read when it likes. One workgroup.

override GROUP: u32;
override GROUPS: u32;
override TOKEN_SECTION: u32;
override ROW_SECTION: u32;
override ROLLOUTS: bool; // false: a supervised step, without rollouts
const STEP_WORDS = 8u;
const UPDATE_WORDS = 12u;
const ALIKE = 9.5367431640625e-7; // as for credit: how far apart returns may lie that count as equal, as a part of the largest

@group(0) @binding(0) var<storage, read> block: array<u32>;
@group(0) @binding(1) var<storage, read> status: array<u32>; // gradient norm, finite
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read> record: array<u32>;
@group(0) @binding(4) var<storage, read_write> metrics: array<u32>;
@group(0) @binding(5) var<uniform> slot: Slot;

fn returnOf(b: u32) -> f32 { return bitcast<f32>(rows[4 * ROW_SECTION + b]); }

fn isDead(g: u32) -> bool {
	var least = returnOf(g * GROUP);
	var most = least;
	for (var m = 1u; m < GROUP; m++) {
		least = min(least, returnOf(g * GROUP + m));
		most = max(most, returnOf(g * GROUP + m));
	}
	return most - least <= ALIKE * max(abs(least), abs(most));
}

// Returns, successes and lengths of the step, its policy tokens and their entropies, dead groups, and tokens sampled: what rollouts
// of a tree write together counts once.
fn sumRollouts(lane: u32) {
	var own = vec4f();
	var more = vec4f();
	for (var g = lane; g < GROUPS; g += LANES) {
		if (isDead(g)) { more.y += 1.0; }
	}
	for (var b = lane; b < GROUP * GROUPS; b += LANES) {
		own += vec4f(returnOf(b), f32(rows[2 * ROW_SECTION + b]), f32(rows[ROW_SECTION + b]), 0.0);
	}
	for (var at = lane; at < GROUP * GROUPS * T; at += LANES) {
		if (record[2 * TOKEN_SECTION + at] == 0u) { continue; }
		own.w += 1.0;
		if (ownerOf(at / T, at % T) == at / T) { more.z += 1.0; }
		more.x += bitcast<f32>(record[4 * TOKEN_SECTION + at]);
	}
	own = total(lane, own);
	more = total(lane, more);
	if (lane == 0u) {
		for (var k = 0u; k < 4; k++) { metrics[k] = bitcast<u32>(own[k]); }
		metrics[4] = bitcast<u32>(more.x);
		metrics[5] = bitcast<u32>(more.y);
		metrics[6] = bitcast<u32>(more.z);
	}
}

@compute @workgroup_size(LANES)
fn lossMetrics(@builtin(local_invocation_id) local: vec3u) {
	let lane = local.x;
	let totals = countTotals(lane);
	var own = vec4f();
	var more = vec4f();
	for (var i = lane; i < R; i += LANES) {
		if (rowNumber(TOKENS, i) == 0.0) { continue; }
		own += vec4f(rowWeight(totals, i) * rowNumber(LOSS, i), rowNumber(CLIPPED, i), rowNumber(KL_BEHAVIOUR, i), rowNumber(KL_REFERENCE, i));
		more += vec4f(rowNumber(BROKEN, i), rowNumber(TOKENS, i), rowNumber(VALUE_LOSS, i), 0.0);
	}
	own = total(lane, own);
	more = total(lane, more);
	if (lane == 0u) {
		let at = STEP_WORDS + slot.update * UPDATE_WORDS;
		for (var k = 0u; k < 4; k++) { metrics[at + k] = bitcast<u32>(own[k]); }
		metrics[at + 4] = bitcast<u32>(more.x);
		metrics[at + 5] = bitcast<u32>(more.y);
		metrics[at + 6] = status[0];
		metrics[at + 7] = status[1];
		metrics[at + 8] = bitcast<u32>(more.z);
	}
	if (ROLLOUTS && slot.update == 0u) { sumRollouts(lane); }
}
