// Chooses the token that follows `position` in every row, moves the machine, records what happened and embeds the token.
// Prompts are forced while they last; environment turns draw from the machine's weights; policy turns draw by Gumbel-max from
// softmax(logits / T) over the legal tokens, of these the top k, of these the smallest set that reaches p (lower id first on a
// tie). log p and entropy are those of exactly that distribution. Definition: engine/rollouts/drawToken.ts.
// One invocation per row: no barriers and no workgroup memory, which suits software adapters.

override WORKGROUP: u32 = 8;

var<private> kept: array<u32, 8>;

fn isKept(v: u32) -> bool { return ((kept[v >> 5] >> (v & 31u)) & 1u) == 1u; }

// Drops tokens from `kept` by rank, then by the probability ahead of them.
fn truncate(origin: u32, top: f32) {
	if (mostKept() > 0) {
		var survivors = array<u32, 8>();
		for (var v = 0u; v < VOCAB; v++) {
			if (!isKept(v)) { continue; }
			var rank = 0u;
			for (var u = 0u; u < VOCAB; u++) {
				if (isKept(u) && ahead(logits[origin + u], u, logits[origin + v], v)) { rank++; }
			}
			if (rank < mostKept()) { survivors[v >> 5] |= 1u << (v & 31u); }
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
	let key = drawKey(row, policy, at);
	kept = array<u32, 8>();
	var top = LOWEST;
	for (var v = 0u; v < VOCAB; v++) {
		let weight = bitcast<f32>(machine[weights + v]);
		if (weight > 0) {
			kept[v >> 5] |= 1u << (v & 31u);
			top = max(top, select(log(weight), logits[origin + v] / TEMPERATURE, policy));
		}
	}
	if (policy && (mostKept() > 0 || TOP_P < 1)) { truncate(origin, top); }
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
	let actor = actorOf(state);
	if (actor == DONE) { return 0u; }
	if (t >= limitOf(row)) {
		keepBootstrap(row, t);
		return 0u;
	}
	let drawn = draw(row, (2 * STATES + state) * VOCAB, actor == POLICY, at);
	enact(row, t, at, drawn);
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
