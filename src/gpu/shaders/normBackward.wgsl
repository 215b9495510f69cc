// Gradient of a LayerNorm in its input, one invocation a row, added to what the residual connection brings (ACCUMULATE) or
// written. With x̂ = (x − mean) · rstd and g = dout · weight: dx = rstd · (g − mean(g) − x̂ · mean(g · x̂)).

override ROWS: u32; // padding included
override WIDTH: u32;
override ACCUMULATE: bool = true;

@group(0) @binding(0) var<storage, read> weight: array<f32>;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> dout: array<f32>;
@group(0) @binding(4) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(8)
fn normBackward(@builtin(global_invocation_id) id: vec3u) {
	let row = id.x;
	if (row >= ROWS) { return; }
	let at = row * WIDTH;
	let mean = stats[row].x;
	let rstd = stats[row].y;
	var sum = 0.0;
	var products = 0.0;
	for (var c = 0u; c < WIDTH; c++) {
		let g = dout[at + c] * weight[c];
		sum += g;
		products += g * (x[at + c] - mean);
	}
	let meanG = sum / f32(WIDTH);
	let slope = products * rstd * rstd / f32(WIDTH);
	for (var c = 0u; c < WIDTH; c++) {
		var v = rstd * (dout[at + c] * weight[c] - meanG - (x[at + c] - mean) * slope);
		if (ACCUMULATE) { v += dx[at + c]; }
		dx[at + c] = v;
	}
}
