// What both sampling kernels share; appended to each. Sizes, bindings, random numbers, and what follows from a drawn token.

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
override CONTINUES: bool; // prompts are prefixes of rollouts; most tokens after each, then two keys of each row, follow them in the request
const REQUEST_HEADER = 4u;
const SECTIONS = 9u;
const POLICY = 0u;
const DONE = 2u;
const ENVIRONMENT_STREAM = 1u;
const LOWEST = -1e30;
const NONE = 0xffffffffu;

struct Position { at: u32 }

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> machine: array<u32>; // successors, rewards and weights [S·V] each, then actor | success << 8 [S]
@group(0) @binding(2) var<storage, read> request: array<u32>; // step, stream, seed, 1 where the policy takes the most likely token, prompt lengths, start states, prompt tokens
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> rows: array<u32>; // state, length, success, truncated, return, bootstrap
@group(0) @binding(5) var<storage, read_write> record: array<u32>; // tokens, states, mask, log p, entropy, rewards, values, reference log p, value targets [B·T]; sequence [B·N]
@group(0) @binding(6) var<storage, read_write> x: array<f32>;
@group(0) @binding(7) var<uniform> position: Position;

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

fn ahead(zu: f32, u: u32, zv: f32, v: u32) -> bool { return zu > zv || (zu == zv && u < v); }

fn actorOf(state: u32) -> u32 { return machine[3 * STATES * VOCAB + state] & 255u; }

fn continuation() -> u32 { return REQUEST_HEADER + PROMPTS * (2 + PROMPT_LENGTH); }

// Most tokens of a response.
fn limitOf(row: u32) -> u32 {
	if (!CONTINUES) { return RESPONSE_LENGTH; }
	return request[continuation() + row / GROUP];
}

// Most tokens that the policy draws from, the likeliest; 0: all.
fn mostKept() -> u32 {
	if (!CONTINUES) { return TOP_K; }
	return select(TOP_K, 1u, request[3] == 1u);
}

fn drawKey(row: u32, policy: bool, at: u32) -> vec4u {
	if (CONTINUES) {
		let k = continuation() + PROMPTS + 8 * row + select(4u, 0u, policy);
		return vec4u(request[k], request[k + 1], request[k + 2], request[k + 3]);
	}
	let owner = ownerOf(row, at - request[REQUEST_HEADER + row / GROUP]);
	return pcg4d(vec4u(request[2], select(ENVIRONMENT_STREAM, request[1], policy), request[0], owner));
}

// Token t of the response, drawn in the row's present state, which takes position `at`: records it and moves the machine.
fn enact(row: u32, t: u32, at: u32, drawn: Draw) {
	let state = rows[row];
	let entry = row * RESPONSE_LENGTH + t;
	record[entry] = drawn.token;
	record[TOKEN_SECTION + entry] = state;
	if (actorOf(state) == POLICY) {
		record[2 * TOKEN_SECTION + entry] = 1u;
		record[3 * TOKEN_SECTION + entry] = bitcast<u32>(drawn.logProb);
		record[4 * TOKEN_SECTION + entry] = bitcast<u32>(drawn.entropy);
	}
	if (VALUE_HEAD) { record[6 * TOKEN_SECTION + entry] = bitcast<u32>(logits[row * LOGIT_STRIDE + VOCAB]); }
	record[SECTIONS * TOKEN_SECTION + row * (PROMPT_LENGTH + RESPONSE_LENGTH) + at] = drawn.token;
	let edge = state * VOCAB + drawn.token;
	let reward = machine[STATES * VOCAB + edge];
	record[5 * TOKEN_SECTION + entry] = reward;
	let to = machine[edge];
	rows[row] = to;
	rows[ROW_SECTION + row] = t + 1;
	rows[2 * ROW_SECTION + row] = machine[3 * STATES * VOCAB + to] >> 8;
	rows[3 * ROW_SECTION + row] = select(1u, 0u, actorOf(to) == DONE);
	rows[4 * ROW_SECTION + row] = bitcast<u32>(bitcast<f32>(rows[4 * ROW_SECTION + row]) + bitcast<f32>(reward));
}

// Value after the last token of a response that the limit cut.
fn keepBootstrap(row: u32, t: u32) {
	if (VALUE_HEAD && t == RESPONSE_LENGTH) { rows[5 * ROW_SECTION + row] = bitcast<u32>(logits[row * LOGIT_STRIDE + VOCAB]); }
}
