// One Linear layer at one position for all rows, as decodeLinear computes it, for GPUs: a workgroup holds one row and 16
// groups of 4 columns; its 4 slices of lanes walk a quarter of the inputs each and are added in order in workgroup memory.

override INPUTS4: u32;
override OUTPUTS4: u32;
override WIDTH: f32 = 1.0;
override NORM: bool = false;
override GELU: bool = false;
override RESIDUAL: bool = false;
override OUT_ROW4: u32;
override OUT_POSITION4: u32 = 0;
const EPS = 1e-5;
const SLICES = 4u;
const COLUMNS = 16u;

struct Position { at: u32 }

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> packed: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(3) var<uniform> position: Position;

var<workgroup> partial: array<vec4f, 64>;
var<workgroup> sums: array<vec2f, 64>;

// ½ v (1 + tanh u) = v / (1 + exp(−2u)).
fn gelu(v: vec4f) -> vec4f {
	return v / (1 + exp(clamp(-1.5957691216057308 * (v + 0.044715 * v * v * v), vec4f(-80), vec4f(80))));
}

@compute @workgroup_size(16, 4)
fn decodeLinearLanes(
	@builtin(local_invocation_id) lane: vec3u,
	@builtin(local_invocation_index) index: u32,
	@builtin(workgroup_id) group: vec3u,
) {
	let column = group.x * COLUMNS + lane.x;
	let row = group.y;
	let safe = min(column, OUTPUTS4 - 1);
	var total = vec4f();
	var sum = vec2f();
	for (var k = lane.y; k < INPUTS4; k += SLICES) {
		let v = x[row * INPUTS4 + k];
		let w = k * 4 * OUTPUTS4 + safe;
		total += v.x * packed[w] + v.y * packed[w + OUTPUTS4] + v.z * packed[w + 2 * OUTPUTS4] + v.w * packed[w + 3 * OUTPUTS4];
		if (NORM) { sum += vec2f(v.x + v.y + v.z + v.w, dot(v, v)); }
	}
	partial[index] = total;
	sums[index] = sum;
	workgroupBarrier();
	if (lane.y > 0 || column >= OUTPUTS4) { return; }
	for (var s = 1u; s < SLICES; s++) {
		total += partial[s * COLUMNS + lane.x];
		sum += sums[s * COLUMNS + lane.x];
	}
	let tail = INPUTS4 * 4 * OUTPUTS4 + column;
	if (NORM) {
		let mean = sum.x / WIDTH;
		let rstd = inverseSqrt(max(sum.y / WIDTH - mean * mean, 0.0) + EPS);
		total = rstd * (total - mean * packed[tail + OUTPUTS4]);
	}
	total += packed[tail];
	if (GELU) { total = gelu(total); }
	let at = row * OUT_ROW4 + position.at * OUT_POSITION4 + column;
	if (RESIDUAL) { total += out[at]; }
	out[at] = total;
}
