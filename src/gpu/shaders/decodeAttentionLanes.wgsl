// Causal attention of one query per row and head over the cache, as decodeAttention computes it, for GPUs: a workgroup of 64
// lanes has one row and head; lanes share the keys, then the channels. Sums are in an order that does not vary.

override HEADS: u32;
override CHANNELS4: u32; // padded head size / 4, at most 32
override CONTEXT: u32; // capacity of the cache
override CACHE_ROW4: u32;
override OUT_ROW4: u32;
const LANES = 64u;
const LOWEST = -1e30;

struct Position { at: u32 }

@group(0) @binding(0) var<storage, read> cache: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(2) var<uniform> position: Position;

var<workgroup> weights: array<f32, CONTEXT>;
var<workgroup> numbers: array<f32, LANES>;
var<workgroup> parts: array<vec4f, LANES>;

@compute @workgroup_size(LANES)
fn decodeAttentionLanes(@builtin(local_invocation_index) lane: u32, @builtin(workgroup_id) group: vec3u) {
	let row = group.x / HEADS;
	let head = (group.x % HEADS) * CHANNELS4;
	let third = HEADS * CHANNELS4;
	let first = row * CONTEXT * CACHE_ROW4 + head;
	let last = position.at;
	let query = first + last * CACHE_ROW4;
	var mine = LOWEST;
	for (var j = lane; j <= last; j += LANES) {
		let key = first + j * CACHE_ROW4 + third;
		var score = 0.0;
		for (var c = 0u; c < CHANNELS4; c++) { score += dot(cache[query + c], cache[key + c]); }
		weights[j] = score;
		mine = max(mine, score);
	}
	numbers[lane] = mine;
	workgroupBarrier();
	for (var half = LANES / 2; half > 0; half /= 2) {
		if (lane < half) { numbers[lane] = max(numbers[lane], numbers[lane + half]); }
		workgroupBarrier();
	}
	let top = numbers[0];
	workgroupBarrier();
	var sum = 0.0;
	for (var j = lane; j <= last; j += LANES) {
		let weight = exp(weights[j] - top);
		weights[j] = weight;
		sum += weight;
	}
	numbers[lane] = sum;
	workgroupBarrier();
	for (var half = LANES / 2; half > 0; half /= 2) {
		if (lane < half) { numbers[lane] += numbers[lane + half]; }
		workgroupBarrier();
	}
	let slices = LANES / CHANNELS4;
	let channel = lane % CHANNELS4;
	var value = vec4f();
	if (lane < slices * CHANNELS4) {
		for (var j = lane / CHANNELS4; j <= last; j += slices) {
			value += weights[j] * cache[first + j * CACHE_ROW4 + 2 * third + channel];
		}
	}
	parts[lane] = value;
	workgroupBarrier();
	if (lane >= CHANNELS4) { return; }
	for (var s = 1u; s < slices; s++) { value += parts[s * CHANNELS4 + lane]; }
	out[row * OUT_ROW4 + head + lane] = value / numbers[0];
}
