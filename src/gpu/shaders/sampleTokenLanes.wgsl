// Chooses the token that follows `position` in every row, as sampleToken does, for GPUs: a workgroup of 64 lanes holds one row and
// its lanes share the vocabulary. Reductions are trees in workgroup memory, in an order that does not vary.

const LANES = 64u;
const MOST = 256u; // tokens of the largest vocabulary
const SHARE = 4u; // tokens of one lane
const IDLE = 2u; // not the number of an actor that acts

var<workgroup> z: array<f32, MOST>;
var<workgroup> kept: array<u32, MOST>;
var<workgroup> numbers: array<f32, LANES>;
var<workgroup> candidates: array<u32, LANES>;
var<workgroup> actor: u32;
var<workgroup> chosen: u32;

fn largest(lane: u32, mine: f32) -> f32 {
	numbers[lane] = mine;
	workgroupBarrier();
	for (var half = LANES / 2; half > 0; half /= 2) {
		if (lane < half) { numbers[lane] = max(numbers[lane], numbers[lane + half]); }
		workgroupBarrier();
	}
	let all = numbers[0];
	workgroupBarrier();
	return all;
}

fn total(lane: u32, mine: f32) -> f32 {
	numbers[lane] = mine;
	workgroupBarrier();
	for (var half = LANES / 2; half > 0; half /= 2) {
		if (lane < half) { numbers[lane] += numbers[lane + half]; }
		workgroupBarrier();
	}
	let all = numbers[0];
	workgroupBarrier();
	return all;
}

// Keeps the tokens of this lane whose survival was decided, once no lane reads the old flags.
fn keep(lane: u32, survives: vec4u) {
	workgroupBarrier();
	for (var i = 0u; i < SHARE; i++) { kept[lane + i * LANES] = survives[i]; }
	workgroupBarrier();
}

fn keepTopK(lane: u32) {
	var survives = vec4u();
	for (var i = 0u; i < SHARE; i++) {
		let v = lane + i * LANES;
		var rank = 0u;
		for (var u = 0u; u < VOCAB; u++) { rank += select(0u, kept[u], ahead(z[u], u, z[v], v)); }
		survives[i] = select(0u, kept[v], rank < mostKept());
	}
	keep(lane, survives);
}

fn keepTopP(lane: u32, top: f32) {
	var mine = 0.0;
	for (var v = lane; v < VOCAB; v += LANES) { if (kept[v] == 1u) { mine += exp(z[v] - top); } }
	let all = total(lane, mine);
	var survives = vec4u();
	for (var i = 0u; i < SHARE; i++) {
		let v = lane + i * LANES;
		var before = 0.0;
		for (var u = 0u; u < VOCAB; u++) { if (kept[u] == 1u && ahead(z[u], u, z[v], v)) { before += exp(z[u] - top); } }
		survives[i] = select(0u, kept[v], before < TOP_P * all);
	}
	keep(lane, survives);
}

fn draw(row: u32, lane: u32, policy: bool, at: u32) -> Draw {
	let weights = (2 * STATES + rows[row]) * VOCAB;
	var mine = LOWEST;
	for (var v = lane; v < MOST; v += LANES) {
		var weight = 0.0;
		if (v < VOCAB) { weight = bitcast<f32>(machine[weights + v]); }
		kept[v] = select(0u, 1u, weight > 0);
		z[v] = LOWEST;
		if (weight > 0) {
			if (policy) { z[v] = logits[row * LOGIT_STRIDE + v] / TEMPERATURE; } else { z[v] = log(weight); }
			mine = max(mine, z[v]);
		}
	}
	let top = largest(lane, mine);
	if (policy && mostKept() > 0) { keepTopK(lane); }
	if (policy && TOP_P < 1) { keepTopP(lane, top); }
	let key = drawKey(row, policy, at);
	var sum = 0.0;
	var moment = 0.0;
	var best = LOWEST;
	var token = NONE;
	for (var v = lane; v < VOCAB; v += LANES) {
		if (kept[v] == 0u) { continue; }
		let shifted = z[v] - top;
		let share = exp(shifted);
		sum += share;
		moment += share * shifted;
		let noisy = shifted + gumbel(pcg4d(vec4u(key.x ^ at, key.y, key.z ^ (v >> 2), key.w)))[v & 3];
		if (noisy > best || token == NONE) {
			best = noisy;
			token = v;
		}
	}
	let logSum = log(total(lane, sum));
	let entropy = logSum - total(lane, moment) / exp(logSum);
	token = winner(lane, best, token);
	return Draw(token, z[token] - top - logSum, entropy);
}

// The token with the largest number, the lower id on a tie.
fn winner(lane: u32, best: f32, token: u32) -> u32 {
	numbers[lane] = best;
	candidates[lane] = token;
	workgroupBarrier();
	for (var half = LANES / 2; half > 0; half /= 2) {
		if (lane < half) {
			let other = candidates[lane + half];
			let own = candidates[lane];
			if (other != NONE && (own == NONE || ahead(numbers[lane + half], other, numbers[lane], own))) {
				candidates[lane] = other;
				numbers[lane] = numbers[lane + half];
			}
		}
		workgroupBarrier();
	}
	return candidates[0];
}

@compute @workgroup_size(LANES)
fn sampleTokenLanes(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
	let row = group.x;
	let at = position.at + 1;
	let prompt = row / GROUP;
	let length = request[REQUEST_HEADER + prompt];
	if (lane == 0) {
		actor = IDLE;
		chosen = 0u;
		if (at < length) {
			chosen = request[REQUEST_HEADER + 2 * PROMPTS + prompt * PROMPT_LENGTH + at];
		} else if (at - length < limitOf(row)) {
			actor = actorOf(rows[row]);
		} else {
			keepBootstrap(row, at - length);
		}
	}
	let acts = workgroupUniformLoad(&actor);
	if (acts != IDLE) {
		let drawn = draw(row, lane, acts == POLICY, at);
		if (lane == 0) {
			enact(row, at - length, at, drawn);
			chosen = drawn.token;
		}
	}
	let token = workgroupUniformLoad(&chosen);
	if (at >= CONTEXT) { return; }
	let embedding = TOKEN_EMBEDDING + token * WIDTH;
	let place = POSITION_EMBEDDING + at * WIDTH;
	for (var c = lane; c < WIDTH; c += LANES) { x[row * STRIDE + c] = parameters[embedding + c] + parameters[place + c]; }
}
