// Lays one minibatch out for the transformer and the loss: sequences and their lengths, and for each response token what the loss
// needs to know. A workgroup takes a row of the minibatch; its lanes share the tokens.

override N: u32;
override GROUP: u32; // rollouts per prompt
override TOKEN_SECTION: u32; // words of one section of `record`, and of `rows`
override ROW_SECTION: u32;
override CREDIT_ADVANTAGE: u32; // first floats in `credit`
override CREDIT_SCORED: u32;
const REQUEST_HEADER = 4u;
const SEQUENCES = 9u; // sections before the whole sequences

@group(0) @binding(0) var<storage, read> request: array<u32>;
@group(0) @binding(1) var<storage, read> rows: array<u32>;
@group(0) @binding(2) var<storage, read> record: array<u32>;
@group(0) @binding(3) var<storage, read> credit: array<f32>;
@group(0) @binding(4) var<storage, read_write> tokens: array<u32>;
@group(0) @binding(5) var<storage, read_write> lengths: array<u32>;
@group(0) @binding(6) var<storage, read_write> block: array<u32>;
@group(0) @binding(7) var<uniform> slot: Slot;

fn put(section: u32, at: u32, word: u32) { block[section * R * T + at] = word; }

@compute @workgroup_size(LANES)
fn lossGather(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
	let i = group.x;
	let lane = local.x;
	let b = slot.first + i;
	let length = rows[ROW_SECTION + b];
	let promptLength = request[REQUEST_HEADER + b / GROUP];
	if (lane == 0u) {
		lengths[i] = promptLength + length;
		block[rowPlace(PROMPT, i)] = promptLength;
	}
	for (var n = lane; n < N; n += LANES) { tokens[i * N + n] = record[SEQUENCES * TOKEN_SECTION + b * N + n]; }
	for (var t = lane; t < T; t += LANES) {
		let from_ = b * T + t;
		let at = i * T + t;
		let acted = t < length && record[2 * TOKEN_SECTION + from_] != 0u;
		let scored = acted && credit[CREDIT_SCORED + from_] != 0.0;
		put(TARGET, at, record[from_]);
		put(STATE, at, record[TOKEN_SECTION + from_]);
		put(FLAGS, at, select(0u, ACTED, acted) | select(0u, SCORED, scored));
		put(OLD_LOG_PROB, at, record[3 * TOKEN_SECTION + from_]);
		put(OLD_ENTROPY, at, record[4 * TOKEN_SECTION + from_]);
		put(ADVANTAGE, at, bitcast<u32>(credit[CREDIT_ADVANTAGE + from_]));
		put(REF_LOG_PROB, at, record[7 * TOKEN_SECTION + from_]);
		put(VALUE_ERROR, at, record[8 * TOKEN_SECTION + from_]);
		put(OLD_VALUE, at, record[6 * TOKEN_SECTION + from_]);
	}
}
