// Linear layers of a whole batch, forward and backward, for GPUs; what `linear` computes, with tiles of 32 × 32 in workgroup memory and
// 4 × 4 sums in the registers of each of 64 lanes. Weight gradients are cut along the rows into slices, one tile and slice a
// workgroup, so that small matrices fill a device; `gradientSquares` adds the slices in order.

#job

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> inputs: array<f32>;
@group(0) @binding(3) var<storage, read_write> extra: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<storage, read_write> side: array<f32>;
@group(0) @binding(6) var<uniform> job: Job;

const TILE = 32u;
const DEPTH = 16u;
// [depth][row or column] / 4
var<workgroup> left: array<vec4f, 128>;
var<workgroup> right: array<vec4f, 128>;

#epilogue

fn multiply(lane: u32, sums: ptr<function, array<vec4f, 4>>) {
	let row = lane / 8;
	let column = lane % 8;
	for (var k = 0u; k < DEPTH; k++) {
		let l = left[k * 8 + row];
		let r = right[k * 8 + column];
		(*sums)[0] += l.x * r;
		(*sums)[1] += l.y * r;
		(*sums)[2] += l.z * r;
		(*sums)[3] += l.w * r;
	}
}

fn product(tile: u32, lane: u32) {
	let row = tile / job.productColumnTiles * TILE;
	let column = tile % job.productColumnTiles * TILE;
	var sums: array<vec4f, 4>;
	for (var k = 0u; k < job.depth; k += DEPTH) {
		for (var i = lane; i < 128; i += 64) {
			left[i] = rowsOfA(row + i % 8 * 4, k + i / 8);
			right[i] = columnsOfWeights(column + i % 8 * 4, k + i / 8);
		}
		workgroupBarrier();
		multiply(lane, &sums);
		workgroupBarrier();
	}
	let first = column + lane % 8 * 4;
	let biases = vec4f(biasOf(first), biasOf(first + 1), biasOf(first + 2), biasOf(first + 3));
	for (var r = 0u; r < 4; r++) { finish(row + lane / 8 * 4 + r, first, sums[r] + biases); }
}

fn finish(row: u32, column: u32, sums: vec4f) {
	let at = row * job.columns + column;
	var v = sums;
	if ((job.mode & VALUE_INPUT) != 0) {
		let w = job.valueWeight + column;
		v += a[row * job.aStride + job.valueColumn] * vec4f(weights[w], weights[w + 1], weights[w + 2], weights[w + 3]);
	}
	if ((job.mode & (RESIDUAL | GELU_SLOPE)) != 0) {
		let x = vec4f(extra[at], extra[at + 1], extra[at + 2], extra[at + 3]);
		if ((job.mode & RESIDUAL) != 0) { v += x; } else { v *= geluSlope(x); }
	}
	let before = v;
	if ((job.mode & GELU) != 0) { v *= gate(v); }
	for (var c = 0u; c < 4 && column + c < job.columns; c++) {
		if ((job.mode & GELU) != 0) { side[at + c] = before[c]; }
		out[at + c] = v[c];
	}
}

fn rowsOfA(row: u32, k: u32) -> vec4f {
	if (k >= job.depth) { return vec4f(); }
	let at = row * job.aStride + k;
	return vec4f(a[at], a[at + job.aStride], a[at + 2 * job.aStride], a[at + 3 * job.aStride]);
}

fn columnsOfWeights(column: u32, k: u32) -> vec4f {
	let last = job.columns - 1;
	let at = k * job.weightDepthStride;
	return vec4f(
		weights[weightOf(min(column, last)) + at],
		weights[weightOf(min(column + 1, last)) + at],
		weights[weightOf(min(column + 2, last)) + at],
		weights[weightOf(min(column + 3, last)) + at],
	);
}

fn gradient(index: u32, lane: u32) {
	let slice = index / job.sliceTiles;
	let tile = index % job.sliceTiles;
	let row = tile / job.gradientColumnTiles * TILE;
	let column = tile % job.gradientColumnTiles * TILE;
	let end = min((slice + 1) * job.sliceRows, job.rows);
	var sums: array<vec4f, 4>;
	var total = 0.0;
	for (var k = slice * job.sliceRows; k < end; k += DEPTH) {
		for (var i = lane; i < 128; i += 64) {
			let r = k + i / 8;
			left[i] = outputsOfA(r, row + i % 8 * 4, r < end);
			right[i] = columnsOfInputs(r, column + i % 8 * 4);
		}
		workgroupBarrier();
		multiply(lane, &sums);
		if (lane < TILE) {
			for (var d = 0u; d < DEPTH; d++) { total += left[d * 8 + lane / 4][lane % 4]; }
		}
		workgroupBarrier();
	}
	let to = slice * job.sliceSize;
	for (var r = 0u; r < 4; r++) {
		let o = row + lane / 8 * 4 + r;
		for (var c = 0u; c < 4; c++) {
			let i = column + lane % 8 * 4 + c;
			if (o < job.outputs && i < job.inputs) { side[to + gradientOf(o) + i] = sums[r][c]; }
		}
	}
	if (column == 0 && lane < TILE && row + lane < job.outputs) { storeBiasGradient(row + lane, to, total); }
}

fn outputsOfA(row: u32, output: u32, inside: bool) -> vec4f {
	if (!inside) { return vec4f(); }
	let at = row * job.aStride + output;
	return vec4f(a[at], a[at + 1], a[at + 2], a[at + 3]);
}

fn columnsOfInputs(row: u32, column: u32) -> vec4f {
	let at = min(row, job.rows - 1) * job.inputs;
	let last = job.inputs - 1;
	return vec4f(
		inputs[at + min(column, last)],
		inputs[at + min(column + 1, last)],
		inputs[at + min(column + 2, last)],
		inputs[at + min(column + 3, last)],
	);
}

@compute @workgroup_size(64)
fn linearTiles(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	let tile = group.y * GROUPS_WIDE + group.x;
	if (tile < job.productTiles) {
		product(tile, lane);
	} else if (tile < job.tiles) {
		gradient(tile - job.productTiles, lane);
	}
}
