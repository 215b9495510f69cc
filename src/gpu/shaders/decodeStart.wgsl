// Begins a rollout batch: clears what the last one recorded, copies the prompts, puts every row in its start state and embeds
// the first token. One invocation per row, padding rows included (they are embedded as zero, so that they stay finite).

override ROWS: u32;
override GROUP: u32; // rollouts per prompt
override PROMPTS: u32;
override PROMPT_LENGTH: u32; // of the longest prompt
override RESPONSE_LENGTH: u32;
override WIDTH: u32;
override STRIDE: u32; // padded width
override VOCAB: u32;
override STATES: u32;
override TOKEN_EMBEDDING: u32; // first float in the parameters
override POSITION_EMBEDDING: u32;
override ROW_SECTION: u32; // words of one section of `rows`
override TOKEN_SECTION: u32; // words of one section of `record`
override PADDED_ROWS: u32;
override WORKGROUP: u32 = 8;
const REQUEST_HEADER = 4u;
const SECTIONS = 9u;
const DONE = 2u;

@group(0) @binding(0) var<storage, read> machine: array<u32>;
@group(0) @binding(1) var<storage, read> request: array<u32>;
@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read_write> rows: array<u32>;
@group(0) @binding(4) var<storage, read_write> record: array<u32>;
@group(0) @binding(5) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn decodeStart(@builtin(global_invocation_id) id: vec3u) {
	let row = id.x;
	if (row >= PADDED_ROWS) { return; }
	if (row >= ROWS) {
		for (var c = 0u; c < STRIDE; c++) { x[row * STRIDE + c] = 0.0; }
		return;
	}
	let prompt = row / GROUP;
	let state = request[REQUEST_HEADER + PROMPTS + prompt];
	let kind = machine[3 * STATES * VOCAB + state];
	rows[row] = state;
	rows[ROW_SECTION + row] = 0u;
	rows[2 * ROW_SECTION + row] = kind >> 8;
	rows[3 * ROW_SECTION + row] = select(1u, 0u, (kind & 255u) == DONE);
	rows[4 * ROW_SECTION + row] = 0u;
	rows[5 * ROW_SECTION + row] = 0u;
	for (var s = 0u; s < SECTIONS; s++) {
		for (var t = 0u; t < RESPONSE_LENGTH; t++) { record[s * TOKEN_SECTION + row * RESPONSE_LENGTH + t] = 0u; }
	}
	let length = request[REQUEST_HEADER + prompt];
	let sequence = SECTIONS * TOKEN_SECTION + row * (PROMPT_LENGTH + RESPONSE_LENGTH);
	let tokens = REQUEST_HEADER + 2 * PROMPTS + prompt * PROMPT_LENGTH;
	for (var t = 0u; t < PROMPT_LENGTH + RESPONSE_LENGTH; t++) {
		var token = 0u;
		if (t < length) { token = request[tokens + t]; }
		record[sequence + t] = token;
	}
	let first = TOKEN_EMBEDDING + request[tokens] * WIDTH;
	for (var c = 0u; c < WIDTH; c++) { x[row * STRIDE + c] = parameters[first + c] + parameters[POSITION_EMBEDDING + c]; }
}
