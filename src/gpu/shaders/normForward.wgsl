// LayerNorm of every row of the residual stream, one invocation a row: out = (x − mean) · rstd · weight + bias, with mean and rstd
// kept for the backward pass. With EMBED the stream begins here: x[b, t] = wte[token] + wpe[t], zero after the end of a sequence.
// Sums are taken of x − x₀, so that a large mean costs no digits.

override ROWS: u32; // padding included
override WIDTH: u32;
override EMBED: bool = false;
override SEQUENCES: u32 = 0;
override POSITIONS: u32 = 1;
override VOCAB: u32 = 1;
override TOKEN_EMBEDDING: u32 = 0;
override POSITION_EMBEDDING: u32 = 0;
const EPS = 1e-5;

@group(0) @binding(0) var<storage, read> parameters: array<f32>;
@group(0) @binding(1) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
@group(0) @binding(3) var<storage, read> weight: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> x: array<f32>;
@group(0) @binding(6) var<storage, read_write> out: array<f32>;
@group(0) @binding(7) var<storage, read_write> stats: array<vec2f>;

fn embed(row: u32) {
	let t = row % POSITIONS;
	let sequence = row / POSITIONS;
	let inside = sequence < SEQUENCES && t < lengths[min(sequence, SEQUENCES - 1)];
	let token = TOKEN_EMBEDDING + min(tokens[min(row, SEQUENCES * POSITIONS - 1)], VOCAB - 1) * WIDTH;
	let position = POSITION_EMBEDDING + t * WIDTH;
	for (var c = 0u; c < WIDTH; c++) {
		x[row * WIDTH + c] = select(0.0, parameters[token + c] + parameters[position + c], inside);
	}
}

@compute @workgroup_size(8)
fn normForward(@builtin(global_invocation_id) id: vec3u) {
	let row = id.x;
	if (row >= ROWS) { return; }
	if (EMBED) { embed(row); }
	let at = row * WIDTH;
	let origin = x[at];
	var sum = 0.0;
	var squares = 0.0;
	for (var c = 0u; c < WIDTH; c++) {
		let v = x[at + c] - origin;
		sum += v;
		squares += v * v;
	}
	let shift = sum / f32(WIDTH);
	let rstd = inverseSqrt(max(squares / f32(WIDTH) - shift * shift, 0.0) + EPS);
	let mean = origin + shift;
	for (var c = 0u; c < WIDTH; c++) {
		out[at + c] = (x[at + c] - mean) * rstd * weight[c] + bias[c];
	}
	stats[row] = vec2f(mean, rstd);
}
