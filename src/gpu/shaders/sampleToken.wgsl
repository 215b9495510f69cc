// Chooses the token that follows `position` in every row, moves the machine, records what happened and embeds the token.
// Prompts are forced while they last; environment turns draw from the machine's weights; policy turns draw by Gumbel-max from
// softmax(logits / T) over the legal tokens, of these the top k, of these the smallest set that reaches p (lower id first on a
// tie). log p and entropy are those of exactly that distribution. Definition: engine/rollouts/drawToken.ts.
// One invocation per row: no barriers and no workgroup memory, which suits software adapters.

override ROWS: u32;
override GROUP: u32;
override PROMPTS: u32;
override PROMPT_LENGTH: u32;
override RESPONSE_LENGTH: u32;
override CONTEXT: u32; // positions that the model has
override WIDTH: u32;
override STRIDE: u32;
override VOCAB: u32;
override LOGIT_STRIDE: u32;
override STATES: u32;
override TOKEN_EMBEDDING: u32;
override POSITION_EMBEDDING: u32;
override ROW_SECTION: u32;
override TOKEN_SECTION: u32;
override PADDED_ROWS: u32;
override VALUE_HEAD: bool; // the value is the logit after the last token's
override TEMPERATURE: f32;
override TOP_K: u32; // 0 = all
override TOP_P: f32; // 1 = all
override WORKGROUP: u32 = 8;
const REQUEST_HEADER = 4u;
const SECTIONS = 7u;
const POLICY = 0u;
const DONE = 2u;
const ENVIRONMENT_STREAM = 1u;
const LOWEST = -1e30;
const NONE = 0xffffffffu;

struct Position { at: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> machine: array<u32>; // successors, rewards and weights [S·V] each, then actor | success << 8 [S]
@group(0) @binding(2) var<storage, read> request: array<u32>; // step, stream, seed, 0, prompt lengths, start states, prompt tokens
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> rows: array<u32>; // state, length, success, truncated, return, bootstrap
@group(0) @binding(5) var<storage, read_write> record: array<u32>; // tokens, states, mask, log p, entropy, rewards, values [B·T]; sequence [B·N]
@group(0) @binding(6) var<storage, read_write> x: array<f32>;
@group(0) @binding(7) var<uniform> position: Position;

var<private> kept: array<u32, 8>;

struct Draw { token: u32, logProb: f32, entropy: f32 }

fn pcg4d(key: vec4u) -> vec4u {
	var v = key * 1664525u + 1013904223u;
	v.x += v.y * v.w; v.y += v.z * v.x; v.z += v.x * v.y; v.w += v.y * v.z;
	v ^= v >> vec4u(16);
	v.x += v.y * v.w; v.y += v.z * v.x; v.z += v.x * v.y; v.w += v.y * v.z;
	return v;
}

// −log(−log u) with u = (n + ½)/2²⁴, n the top 24 bits. Near 1, −log u comes from the series of 2·artanh(d/(2−d)), d = 1 − u, because
// u itself is rounded there.
fn gumbel(words: vec4u) -> vec4f {
	let n = words >> vec4u(8);
	let u = (vec4f(n) + 0.5) * 5.9604644775390625e-8;
	let d = (vec4f(0x1000000u - n) - 0.5) * 5.9604644775390625e-8;
	let s = d / (2 - d);
	let q = s * s;
	let series = 2 * s * (1 + q * (1.0 / 3 + q * (1.0 / 5 + q * (1.0 / 7 + q * (1.0 / 9 + q * (1.0 / 11 + q * (1.0 / 13)))))));
	return -log(select(series, -log(u), n < vec4u(0x800000u)));
}

fn isKept(v: u32) -> bool { return ((kept[v >> 5] >> (v & 31u)) & 1u) == 1u; }

fn ahead(zu: f32, u: u32, zv: f32, v: u32) -> bool { return zu > zv || (zu == zv && u < v); }

// Drops tokens from `kept` by rank, then by the probability ahead of them.
fn truncate(origin: u32, top: f32) {
	if (TOP_K > 0) {
		var survivors = array<u32, 8>();
		for (var v = 0u; v < VOCAB; v++) {
			if (!isKept(v)) { continue; }
			var rank = 0u;
			for (var u = 0u; u < VOCAB; u++) {
				if (isKept(u) && ahead(logits[origin + u], u, logits[origin + v], v)) { rank++; }
			}
			if (rank < TOP_K) { survivors[v >> 5] |= 1u << (v & 31u); }
		}
		kept = survivors;
	}
	if (TOP_P < 1) {
		var survivors = array<u32, 8>();
		for (var v = 0u; v < VOCAB; v++) {
			if (!isKept(v)) { continue; }
			var before = 0.0;
			var all = 0.0;
			for (var u = 0u; u < VOCAB; u++) {
				if (!isKept(u)) { continue; }
				let share = exp(logits[origin + u] / TEMPERATURE - top);
				all += share;
				if (ahead(logits[origin + u], u, logits[origin + v], v)) { before += share; }
			}
			if (before < TOP_P * all) { survivors[v >> 5] |= 1u << (v & 31u); }
		}
		kept = survivors;
	}
}

fn draw(row: u32, weights: u32, policy: bool, at: u32) -> Draw {
	let origin = row * LOGIT_STRIDE;
	let stream = select(ENVIRONMENT_STREAM, request[1], policy);
	let key = pcg4d(vec4u(request[2], stream, request[0], row));
	kept = array<u32, 8>();
	var top = LOWEST;
	for (var v = 0u; v < VOCAB; v++) {
		let weight = bitcast<f32>(machine[weights + v]);
		if (weight > 0) {
			kept[v >> 5] |= 1u << (v & 31u);
			top = max(top, select(log(weight), logits[origin + v] / TEMPERATURE, policy));
		}
	}
	if (policy && (TOP_K > 0 || TOP_P < 1)) { truncate(origin, top); }
	var chosen = Draw(NONE, 0.0, 0.0);
	var best = LOWEST;
	var sum = 0.0;
	var moment = 0.0;
	for (var group = 0u; group * 4 < VOCAB; group++) {
		if (((kept[group >> 3] >> ((group & 7u) * 4)) & 15u) == 0u) { continue; }
		let noise = gumbel(pcg4d(vec4u(key.x ^ at, key.y, key.z ^ group, key.w)));
		for (var i = 0u; i < 4; i++) {
			let v = group * 4 + i;
			if (!isKept(v)) { continue; }
			var z = logits[origin + v] / TEMPERATURE;
			if (!policy) { z = log(bitcast<f32>(machine[weights + v])); }
			z -= top;
			let share = exp(z);
			sum += share;
			moment += share * z;
			let noisy = z + noise[i];
			if (noisy > best || chosen.token == NONE) {
				best = noisy;
				chosen.token = v;
				chosen.logProb = z;
			}
		}
	}
	let logSum = log(sum);
	chosen.logProb -= logSum;
	chosen.entropy = logSum - moment / sum;
	return chosen;
}

fn act(row: u32, t: u32, at: u32) -> u32 {
	let state = rows[row];
	let actor = machine[3 * STATES * VOCAB + state] & 255u;
	if (actor == DONE) { return 0u; }
	let value = logits[row * LOGIT_STRIDE + VOCAB];
	if (t >= RESPONSE_LENGTH) {
		if (VALUE_HEAD && t == RESPONSE_LENGTH) { rows[5 * ROW_SECTION + row] = bitcast<u32>(value); }
		return 0u;
	}
	let policy = actor == POLICY;
	let drawn = draw(row, (2 * STATES + state) * VOCAB, policy, at);
	let entry = row * RESPONSE_LENGTH + t;
	record[entry] = drawn.token;
	record[TOKEN_SECTION + entry] = state;
	if (policy) {
		record[2 * TOKEN_SECTION + entry] = 1u;
		record[3 * TOKEN_SECTION + entry] = bitcast<u32>(drawn.logProb);
		record[4 * TOKEN_SECTION + entry] = bitcast<u32>(drawn.entropy);
	}
	if (VALUE_HEAD) { record[6 * TOKEN_SECTION + entry] = bitcast<u32>(value); }
	record[SECTIONS * TOKEN_SECTION + row * (PROMPT_LENGTH + RESPONSE_LENGTH) + at] = drawn.token;
	let edge = state * VOCAB + drawn.token;
	let reward = machine[STATES * VOCAB + edge];
	record[5 * TOKEN_SECTION + entry] = reward;
	let to = machine[edge];
	let kind = machine[3 * STATES * VOCAB + to];
	rows[row] = to;
	rows[ROW_SECTION + row] = t + 1;
	rows[2 * ROW_SECTION + row] = kind >> 8;
	rows[3 * ROW_SECTION + row] = select(1u, 0u, (kind & 255u) == DONE);
	rows[4 * ROW_SECTION + row] = bitcast<u32>(bitcast<f32>(rows[4 * ROW_SECTION + row]) + bitcast<f32>(reward));
	return drawn.token;
}

@compute @workgroup_size(WORKGROUP)
fn sampleToken(@builtin(global_invocation_id) id: vec3u) {
	let row = id.x;
	if (row >= PADDED_ROWS) { return; }
	if (row >= ROWS) {
		for (var c = 0u; c < STRIDE; c++) { x[row * STRIDE + c] = 0.0; }
		return;
	}
	let at = position.at + 1;
	let prompt = row / GROUP;
	let length = request[REQUEST_HEADER + prompt];
	var token: u32;
	if (at < length) {
		token = request[REQUEST_HEADER + 2 * PROMPTS + prompt * PROMPT_LENGTH + at];
	} else {
		token = act(row, at - length, at);
	}
	if (at >= CONTEXT) { return; }
	let embedding = TOKEN_EMBEDDING + token * WIDTH;
	let place = POSITION_EMBEDDING + at * WIDTH;
	for (var c = 0u; c < WIDTH; c++) { x[row * STRIDE + c] = parameters[embedding + c] + parameters[place + c]; }
}
