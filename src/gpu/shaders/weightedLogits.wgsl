// Loss −Σ w·log p of one target a row, all tokens legal, and its gradient in the logits: one invocation a row. Rows whose w is 0 get
// zeros; those after the end of a sequence are among them.

override ROWS: u32; // B·N
override VOCAB: u32;
override ROW_STRIDE: u32;
override COLUMN_STRIDE: u32;
override COLUMNS: u32; // with the value head, whose gradient is zero

@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read> weights: array<f32>;
@group(0) @binding(3) var<storage, read_write> dlogits: array<f32>;
@group(0) @binding(4) var<storage, read_write> losses: array<f32>;

@compute @workgroup_size(8)
fn weightedLogits(@builtin(global_invocation_id) id: vec3u) {
	let row = id.x;
	if (row >= ROWS) { return; }
	let at = row * ROW_STRIDE;
	let w = weights[row];
	losses[row] = 0;
	if (w == 0) {
		for (var v = 0u; v < COLUMNS; v++) { dlogits[at + v * COLUMN_STRIDE] = 0; }
		return;
	}
	let next = min(targets[row], VOCAB - 1);
	var top = -1e30;
	for (var v = 0u; v < VOCAB; v++) { top = max(top, logits[at + v * COLUMN_STRIDE]); }
	var sum = 0.0;
	for (var v = 0u; v < VOCAB; v++) { sum += exp(logits[at + v * COLUMN_STRIDE] - top); }
	let logSum = top + log(sum);
	losses[row] = -w * (logits[at + next * COLUMN_STRIDE] - logSum);
	for (var v = 0u; v < COLUMNS; v++) {
		let p = exp(logits[at + v * COLUMN_STRIDE] - logSum);
		let d = w * (p - select(0.0, 1.0, v == next));
		dlogits[at + v * COLUMN_STRIDE] = select(0.0, d, v < VOCAB);
	}
}
