// Gradients of everything that is not a Linear layer, in one dispatch, each as an ordered sum over rows. Workgroups of four lanes:
// first every LayerNorm's weight and bias (a lane has one column), then position embeddings (one position, four columns), then token
// embeddings (one token, sixteen columns; a tied head has left its share there). Rows after the end of a sequence carry zeros.

override NORMS: u32;
override ROWS: u32; // padding included
override SECTION: u32; // floats from one LayerNorm's rows to the next
override STATS_SECTION: u32; // vec2f likewise
override WIDTH: u32;
override SEQUENCES: u32;
override POSITIONS: u32;
override VOCAB: u32;
override TOKEN_EMBEDDING: u32;
override POSITION_EMBEDDING: u32;
override TIED: bool = false;

@group(0) @binding(0) var<storage, read> dnorms: array<f32>;
@group(0) @binding(1) var<storage, read> streams: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec2f>;
@group(0) @binding(3) var<storage, read> dx: array<f32>;
@group(0) @binding(4) var<storage, read> tokens: array<u32>;
@group(0) @binding(5) var<storage, read> lengths: array<u32>;
@group(0) @binding(6) var<storage, read> places: array<vec2u>; // first float of each LayerNorm's weight and bias
@group(0) @binding(7) var<storage, read_write> gradients: array<f32>;

override COLUMN_GROUPS: u32 = (WIDTH + 3) / 4;
override WIDE_GROUPS: u32 = (WIDTH + 15) / 16;

fn norm(n: u32, column: u32) {
	if (column >= WIDTH) { return; }
	var dweight = 0.0;
	var dbias = 0.0;
	for (var row = 0u; row < ROWS; row++) {
		let at = n * SECTION + row * WIDTH + column;
		let s = stats[n * STATS_SECTION + row];
		let d = dnorms[at];
		dweight += d * (streams[at] - s.x) * s.y;
		dbias += d;
	}
	gradients[places[n].x + column] = dweight;
	gradients[places[n].y + column] = dbias;
}

fn position(t: u32, column: u32) {
	if (column >= WIDTH) { return; }
	var sum = 0.0;
	for (var b = 0u; b < SEQUENCES; b++) { sum += dx[(b * POSITIONS + t) * WIDTH + column]; }
	gradients[POSITION_EMBEDDING + t * WIDTH + column] = sum;
}

fn columns(row: u32, column: u32) -> vec4f {
	let at = row * WIDTH;
	let last = WIDTH - 1;
	return vec4f(
		dx[at + min(column, last)],
		dx[at + min(column + 4, last)],
		dx[at + min(column + 8, last)],
		dx[at + min(column + 12, last)],
	);
}

fn token(v: u32, column: u32) {
	var sum = vec4f();
	for (var b = 0u; b < SEQUENCES; b++) {
		let length = min(lengths[b], POSITIONS);
		for (var t = 0u; t < length; t++) {
			let row = b * POSITIONS + t;
			if (min(tokens[row], VOCAB - 1) == v) { sum += columns(row, column); }
		}
	}
	for (var i = 0u; i < 4; i++) {
		if (column + i * 4 < WIDTH) {
			let to = TOKEN_EMBEDDING + v * WIDTH + column + i * 4;
			gradients[to] = select(0.0, gradients[to], TIED) + sum[i];
		}
	}
}

@compute @workgroup_size(4)
fn leafGradients(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
	var index = group.y * 32768 + group.x;
	if (index < NORMS * COLUMN_GROUPS) {
		norm(index / COLUMN_GROUPS, index % COLUMN_GROUPS * 4 + lane);
		return;
	}
	index -= NORMS * COLUMN_GROUPS;
	if (index < POSITIONS * COLUMN_GROUPS) {
		position(index / COLUMN_GROUPS, index % COLUMN_GROUPS * 4 + lane);
		return;
	}
	index -= POSITIONS * COLUMN_GROUPS;
	if (index < VOCAB * WIDE_GROUPS) { token(index / WIDE_GROUPS, index % WIDE_GROUPS * 16 + lane); }
}
