// Linear layers of a whole batch, forward and backward, for software adapters. Workgroups before `productTiles` compute 32 rows
// × 32 columns of a product with weights, out = epilogue(a · W); the others a tile of a weight gradient, aᵀ · inputs, and of the bias
// gradient, so that one dispatch has both halves of a backward step. A line with $r, $k or $j is written once for each of its values.
//
// Four lanes share a tile: lane l has columns l, l + 4, … A software adapter pays for a load what it pays for 20 multiplications, so
// each number of a tile is loaded by one lane and handed to the others; where there are no subgroups of four, every lane loads it.
#subgroups enable subgroups;
#subgroups diagnostic(off, subgroup_uniformity);

#job

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> inputs: array<f32>;
@group(0) @binding(3) var<storage, read_write> extra: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;
@group(0) @binding(5) var<storage, read_write> side: array<f32>;
@group(0) @binding(6) var<uniform> given: Job;
// A uniform costs a software adapter what a storage buffer costs, each time it is read: it is read once.
var<private> job: Job;

#epilogue

// Four numbers of `a`, `stride` apart, zero from number `left` on.
fn four(at: u32, stride: u32, left: u32, lane: u32) -> vec4f {
#subgroups 	let mine = select(0.0, a[at + lane * stride], lane < left);
#subgroups 	return vec4f(subgroupBroadcast(mine, 0u), subgroupBroadcast(mine, 1u), subgroupBroadcast(mine, 2u), subgroupBroadcast(mine, 3u));
#plain 	let all = vec4f(a[at], a[at + stride], a[at + 2 * stride], a[at + 3 * stride]);
#plain 	return select(vec4f(), all, vec4u(0, 1, 2, 3) < vec4u(left));
}

fn product(tile: u32, lane: u32) {
	let row = tile / job.productColumnTiles * 32;
	let column = tile % job.productColumnTiles * 32 + lane;
	let b$j = weightOf(min(column + $j * 4, job.columns - 1));
	let a$r = (row + $r) * job.aStride;
	var low$r = vec4f(); var high$r = vec4f();
	for (var k = 0u; k < job.depth; k += 4) {
		let s$k = (k + $k) * job.weightDepthStride;
		let p$k = vec4f(weights[b0 + s$k], weights[b1 + s$k], weights[b2 + s$k], weights[b3 + s$k]);
		let q$k = vec4f(weights[b4 + s$k], weights[b5 + s$k], weights[b6 + s$k], weights[b7 + s$k]);
		let x$r = four(a$r + k, 1, job.depth - k, lane);
		low$r += x$r.x * p0 + x$r.y * p1 + x$r.z * p2 + x$r.w * p3;
		high$r += x$r.x * q0 + x$r.y * q1 + x$r.z * q2 + x$r.w * q3;
	}
	var lows: array<vec4f, 32>;
	var highs: array<vec4f, 32>;
	lows[$r] = low$r; highs[$r] = high$r;
	let edge = edgeOf(column, job.columns);
	let biases = Biases(biasesOf(column), biasesOf(column + 16));
	// Branches cost in every row, and most layers need none.
	if (job.mode == 0) {
		for (var r = 0u; r < 32; r++) {
			keep((row + r) * edge.end + column, column, edge, lows[r] + biases.low);
			keep((row + r) * edge.end + column + 16, column + 16, edge, highs[r] + biases.high);
		}
		return;
	}
	for (var r = 0u; r < 32; r++) {
		finish(row + r, column, edge, lows[r] + biases.low);
		finish(row + r, column + 16, edge, highs[r] + biases.high);
	}
}

struct Biases { low: vec4f, high: vec4f }
struct Edge { end: u32, inside: bool }

// First column that does not exist, and whether all of the tile does.
fn edgeOf(column: u32, end: u32) -> Edge { return Edge(end, column / 32 * 32 + 32 <= end); }

fn biasesOf(column: u32) -> vec4f {
	return vec4f(biasOf(column), biasOf(column + 4), biasOf(column + 8), biasOf(column + 12));
}

fn finish(row: u32, column: u32, edge: Edge, sums: vec4f) {
	let at = row * edge.end + column;
	var v = sums;
	if ((job.mode & VALUE_INPUT) != 0) {
		let w = job.valueWeight + column;
		let value = a[row * job.aStride + job.valueColumn];
		v += value * vec4f(weights[w], weights[w + 4], weights[w + 8], weights[w + 12]);
	}
	if ((job.mode & (RESIDUAL | GELU_SLOPE)) != 0) {
		let x = vec4f(extra[at], extra[at + 4], extra[at + 8], extra[at + 12]);
		if ((job.mode & RESIDUAL) != 0) { v += x; } else { v *= geluSlope(x); }
	}
	if ((job.mode & GELU) != 0) {
		if (edge.inside || column < edge.end) { side[at] = v.x; }
		if (edge.inside || column + 4 < edge.end) { side[at + 4] = v.y; }
		if (edge.inside || column + 8 < edge.end) { side[at + 8] = v.z; }
		if (edge.inside || column + 12 < edge.end) { side[at + 12] = v.w; }
		v *= gate(v);
	}
	keep(at, column, edge, v);
}

fn keep(at: u32, column: u32, edge: Edge, v: vec4f) {
	if (edge.inside) {
		out[at] = v.x;
		out[at + 4] = v.y;
		out[at + 8] = v.z;
		out[at + 12] = v.w;
		return;
	}
	if (column < edge.end) { out[at] = v.x; }
	if (column + 4 < edge.end) { out[at + 4] = v.y; }
	if (column + 8 < edge.end) { out[at + 8] = v.z; }
	if (column + 12 < edge.end) { out[at + 12] = v.w; }
}

fn gradient(tile: u32, lane: u32) {
	let row = tile / job.gradientColumnTiles * 32;
	let column = tile % job.gradientColumnTiles * 32 + lane;
	let b$j = min(column + $j * 4, job.inputs - 1);
	var low$r = vec4f(); var high$r = vec4f(); var sum$r = 0.0;
	for (var k = 0u; k < job.rows; k += 4) {
		let s$k = (k + $k) * job.inputs;
		let p$k = vec4f(inputs[b0 + s$k], inputs[b1 + s$k], inputs[b2 + s$k], inputs[b3 + s$k]);
		let q$k = vec4f(inputs[b4 + s$k], inputs[b5 + s$k], inputs[b6 + s$k], inputs[b7 + s$k]);
		let x$r = four(k * job.aStride + row + $r, job.aStride, 4, lane);
		low$r += x$r.x * p0 + x$r.y * p1 + x$r.z * p2 + x$r.w * p3;
		high$r += x$r.x * q0 + x$r.y * q1 + x$r.z * q2 + x$r.w * q3;
		sum$r += x$r.x + x$r.y + x$r.z + x$r.w;
	}
	var lows: array<vec4f, 32>;
	var highs: array<vec4f, 32>;
	var sums: array<f32, 32>;
	lows[$r] = low$r; highs[$r] = high$r; sums[$r] = sum$r;
	let end = min(32u, job.outputs - row);
	for (var r = 0u; r < end; r++) {
		let to = gradientOf(row + r);
		finishGradient(to, column, job.inputs, lows[r]);
		finishGradient(to, column + 16, job.inputs, highs[r]);
		if (column == 0) { storeBiasGradient(row + r, 0, sums[r]); }
	}
}

fn finishGradient(to: u32, column: u32, end: u32, sums: vec4f) {
	if (column < end) { side[to + column] = sums.x; }
	if (column + 4 < end) { side[to + column + 4] = sums.y; }
	if (column + 8 < end) { side[to + column + 8] = sums.z; }
	if (column + 12 < end) { side[to + column + 12] = sums.w; }
}

@compute @workgroup_size(4)
fn linear(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	job = given;
	let tile = group.y * GROUPS_WIDE + group.x;
	if (tile < job.productTiles) {
		product(tile, lane);
	} else if (tile < job.tiles) {
		gradient(tile - job.productTiles, lane);
	}
}
