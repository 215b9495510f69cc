// Gradient in the logits of a whole minibatch, zeros included:
//   dz_v = dlogp · (1[v = target] − p_v) − dH · p_v (log p_v + H),  dlogits = dz / temperature.
// A workgroup takes a row of the minibatch; its lanes share positions and vocabulary. Definition: engine/model/tokenLogProbs.ts.

override COLUMNS: u32; // vocabulary and the value column where there is one
override VALUE_COLUMN: u32;
override ENTROPY_COEF: f32;
override VALUE_COEF: f32; // of the mean ½(V − target)²; 0: the value head does not learn

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> machine: array<u32>;
@group(0) @binding(2) var<storage, read> block: array<u32>;
@group(0) @binding(3) var<storage, read_write> dlogits: array<f32>;

fn gradientOf(at: u32, row: u32, v: u32, weight: f32) -> f32 {
	if (!isLegal(token(STATE, at), v)) { return 0.0; }
	let logP = logit(row, v) - number(PARTITION, at);
	let p = exp(logP);
	let hit = select(0.0, 1.0, v == token(TARGET, at));
	let slope = weight * number(SLOPE, at);
	return (slope * (hit - p) + ENTROPY_COEF * weight * p * (logP + number(ENTROPY, at))) / TEMPERATURE;
}

@compute @workgroup_size(LANES)
fn lossLogits(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
	let i = group.x;
	let totals = countTotals(local.x);
	let weight = rowWeight(totals, i);
	let first = block[rowPlace(PROMPT, i)] - 1u;
	for (var k = local.x; k < N * COLUMNS; k += LANES) {
		let n = k / COLUMNS;
		let c = k % COLUMNS;
		let row = i * N + n;
		var d = 0.0;
		if (n >= first && n < first + T) {
			let at = i * T + n - first;
			if (isScored(at) && c < V) { d = gradientOf(at, row, c, weight); }
			if (isScored(at) && c == V && VALUE_COEF > 0) { d = VALUE_COEF * number(VALUE_ERROR, at) / totals.x; }
		}
		dlogits[row * ROW_STRIDE + select(c, VALUE_COLUMN, c == V) * COLUMN_STRIDE] = d;
	}
}
