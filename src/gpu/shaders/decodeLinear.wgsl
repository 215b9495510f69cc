// One Linear layer at one position for all rows: out = epilogue(norm(x) Wᵀ + bias), on matrices that decodePack wrote.
// One invocation computes 8 rows × 8 columns in registers: no barriers and no workgroup memory, which suits software adapters.
// Rows and columns are padded to multiples of 8 with finite values, so that nothing needs a guard.
// Statistics of the LayerNorm come from the same loads: variance = E[x²] − E[x]².

override INPUTS4: u32; // padded input width / 4
override OUTPUTS4: u32; // padded output width / 4, even
override ROW_TILES: u32;
override WIDTH: f32 = 1.0; // true width of what is normalised
override NORM: bool = false;
override GELU: bool = false;
override RESIDUAL: bool = false;
override OUT_ROW4: u32; // distance between output rows / 4
override OUT_POSITION4: u32 = 0; // distance between positions in the output / 4; 0 where it holds one position
override WORKGROUP: u32 = 8;
const EPS = 1e-5;

struct Position { at: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> packed: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> position: Position;

// ½ v (1 + tanh u) = v / (1 + exp(−2u)).
fn gelu(v: vec4f) -> vec4f {
	return v / (1 + exp(clamp(-1.5957691216057308 * (v + 0.044715 * v * v * v), vec4f(-80), vec4f(80))));
}

fn finish(row: u32, column: u32, left: vec4f, right: vec4f, sums: vec2f) {
	let tail = INPUTS4 * 4 * OUTPUTS4 + column;
	var a = left;
	var b = right;
	if (NORM) {
		let mean = sums.x / WIDTH;
		let rstd = inverseSqrt(max(sums.y / WIDTH - mean * mean, 0.0) + EPS);
		a = rstd * (a - mean * packed[tail + OUTPUTS4]);
		b = rstd * (b - mean * packed[tail + OUTPUTS4 + 1]);
	}
	a += packed[tail];
	b += packed[tail + 1];
	if (GELU) {
		a = gelu(a);
		b = gelu(b);
	}
	let at = row * OUT_ROW4 + position.at * OUT_POSITION4 + column;
	if (RESIDUAL) {
		a += out[at];
		b += out[at + 1];
	}
	out[at] = a;
	out[at + 1] = b;
}

fn rowSums(v: vec4f) -> vec2f { return vec2f(v.x + v.y + v.z + v.w, dot(v, v)); }

@compute @workgroup_size(WORKGROUP)
fn decodeLinear(@builtin(global_invocation_id) id: vec3u) {
	let tiles = OUTPUTS4 / 2;
	if (id.x >= tiles * ROW_TILES) { return; }
	let column = (id.x % tiles) * 2;
	let row = (id.x / tiles) * 8;
	let origin = row * INPUTS4;
	var a0 = vec4f(); var a1 = vec4f(); var a2 = vec4f(); var a3 = vec4f();
	var a4 = vec4f(); var a5 = vec4f(); var a6 = vec4f(); var a7 = vec4f();
	var b0 = vec4f(); var b1 = vec4f(); var b2 = vec4f(); var b3 = vec4f();
	var b4 = vec4f(); var b5 = vec4f(); var b6 = vec4f(); var b7 = vec4f();
	var s0 = vec2f(); var s1 = vec2f(); var s2 = vec2f(); var s3 = vec2f();
	var s4 = vec2f(); var s5 = vec2f(); var s6 = vec2f(); var s7 = vec2f();
	for (var k = 0u; k < INPUTS4; k++) {
		let w = k * 4 * OUTPUTS4 + column;
		let p0 = packed[w]; let q0 = packed[w + 1];
		let p1 = packed[w + OUTPUTS4]; let q1 = packed[w + OUTPUTS4 + 1];
		let p2 = packed[w + 2 * OUTPUTS4]; let q2 = packed[w + 2 * OUTPUTS4 + 1];
		let p3 = packed[w + 3 * OUTPUTS4]; let q3 = packed[w + 3 * OUTPUTS4 + 1];
		var v = x[origin + k];
		a0 += v.x * p0 + v.y * p1 + v.z * p2 + v.w * p3;
		b0 += v.x * q0 + v.y * q1 + v.z * q2 + v.w * q3;
		if (NORM) { s0 += rowSums(v); }
		v = x[origin + INPUTS4 + k];
		a1 += v.x * p0 + v.y * p1 + v.z * p2 + v.w * p3;
		b1 += v.x * q0 + v.y * q1 + v.z * q2 + v.w * q3;
		if (NORM) { s1 += rowSums(v); }
		v = x[origin + 2 * INPUTS4 + k];
		a2 += v.x * p0 + v.y * p1 + v.z * p2 + v.w * p3;
		b2 += v.x * q0 + v.y * q1 + v.z * q2 + v.w * q3;
		if (NORM) { s2 += rowSums(v); }
		v = x[origin + 3 * INPUTS4 + k];
		a3 += v.x * p0 + v.y * p1 + v.z * p2 + v.w * p3;
		b3 += v.x * q0 + v.y * q1 + v.z * q2 + v.w * q3;
		if (NORM) { s3 += rowSums(v); }
		v = x[origin + 4 * INPUTS4 + k];
		a4 += v.x * p0 + v.y * p1 + v.z * p2 + v.w * p3;
		b4 += v.x * q0 + v.y * q1 + v.z * q2 + v.w * q3;
		if (NORM) { s4 += rowSums(v); }
		v = x[origin + 5 * INPUTS4 + k];
		a5 += v.x * p0 + v.y * p1 + v.z * p2 + v.w * p3;
		b5 += v.x * q0 + v.y * q1 + v.z * q2 + v.w * q3;
		if (NORM) { s5 += rowSums(v); }
		v = x[origin + 6 * INPUTS4 + k];
		a6 += v.x * p0 + v.y * p1 + v.z * p2 + v.w * p3;
		b6 += v.x * q0 + v.y * q1 + v.z * q2 + v.w * q3;
		if (NORM) { s6 += rowSums(v); }
		v = x[origin + 7 * INPUTS4 + k];
		a7 += v.x * p0 + v.y * p1 + v.z * p2 + v.w * p3;
		b7 += v.x * q0 + v.y * q1 + v.z * q2 + v.w * q3;
		if (NORM) { s7 += rowSums(v); }
	}
	finish(row, column, a0, b0, s0);
	finish(row + 1, column, a1, b1, s1);
	finish(row + 2, column, a2, b2, s2);
	finish(row + 3, column, a3, b3, s3);
	finish(row + 4, column, a4, b4, s4);
	finish(row + 5, column, a5, b5, s5);
	finish(row + 6, column, a6, b6, s6);
	finish(row + 7, column, a7, b7, s7);
}
