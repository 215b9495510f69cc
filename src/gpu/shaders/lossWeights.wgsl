// Weights that aggregate token losses: one number for each row of a minibatch. Appended to kernels that
// sum over lanes. Definition: engine/losses/aggregation.ts.

override AGGREGATION: u32; // 0 token-mean, 1 seq-mean-token-mean, 2 seq-mean-token-sum, 3 constant
override CONSTANT: f32;

// Counted tokens of the minibatch and rows that have any.
fn countTotals(lane: u32) -> vec2f {
	var own = vec4f();
	for (var i = lane; i < R; i += LANES) {
		let count = rowNumber(COUNT, i);
		own += vec4f(count, select(0.0, 1.0, count > 0), 0.0, 0.0);
	}
	return total(lane, own).xy;
}

fn rowWeight(totals: vec2f, i: u32) -> f32 {
	if (AGGREGATION == 0u) { return 1 / totals.x; }
	if (AGGREGATION == 1u) { return 1 / (totals.y * rowNumber(COUNT, i)); }
	if (AGGREGATION == 2u) { return 1 / totals.y; }
	return 1 / (f32(R) * CONSTANT);
}
