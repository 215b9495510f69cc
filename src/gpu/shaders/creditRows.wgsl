// The part of credit that stays within a rollout: one invocation runs a list of instructions over its row, in order, so that an
// instruction may read what an earlier one wrote for the same row. Numbers lie in the arena; the rollouts are only read.
//
// The float64 definition of every operation is in src/engine/credit. Statistics count active tokens (mask not 0) only.

struct Instruction {
	op: u32, level: u32, out: u32, count: u32, // level: 0 token, 1 rollout; out: first word in the arena; count: number of operands
	a: u32, b: u32, c: u32, variant: u32,
}

override B: u32;
override T: u32;
override G: u32; // rollouts of a group; rollout b belongs to group b / G
override INSTRUCTIONS: u32;
override MASK: u32; // first word of the sections of the record and of the rows
override TOKENS: u32;
override REWARDS: u32;
override LENGTH: u32;
override WORKGROUP: u32 = 64;

@group(0) @binding(0) var<storage, read> program: array<Instruction>;
@group(0) @binding(1) var<storage, read> record: array<u32>;
@group(0) @binding(2) var<storage, read> rows: array<u32>;
@group(0) @binding(3) var<storage, read_write> arena: array<f32>;

fn counted(b: u32, t: u32) -> bool { return record[MASK + b * T + t] != 0u; }

// An operand is a kind in the upper three bits and a first word below.
fn load(operand: u32, b: u32, t: u32) -> f32 {
	let at = operand & 0x1fffffffu;
	switch operand >> 29u {
		case 0u: { return arena[at + b * T + t]; }
		case 1u: { return arena[at + b]; }
		case 2u: { return arena[at]; }
		case 3u: { return bitcast<f32>(record[at + b * T + t]); }
		case 4u: { return bitcast<f32>(rows[at + b]); }
		case 5u: { return f32(record[at + b * T + t]); }
		default: { return f32(rows[at + b]); }
	}
}

fn bits(operand: u32, b: u32, t: u32) -> u32 {
	let at = operand & 0x1fffffffu;
	switch operand >> 29u {
		case 0u: { return bitcast<u32>(arena[at + b * T + t]); }
		case 1u: { return bitcast<u32>(arena[at + b]); }
		case 2u: { return bitcast<u32>(arena[at]); }
		case 4u, 6u: { return rows[at + b]; }
		default: { return record[at + b * T + t]; }
	}
}

fn unary(variant: u32, x: f32) -> f32 {
	switch variant {
		case 0u: { return -x; }
		case 1u: { return abs(x); }
		case 2u: { return exp(x); }
		case 3u: { return log(x); }
		case 4u: { return log2(x); }
		case 5u: { return sqrt(x); }
		case 6u: { return cos(x); }
		default: { return select(0.0, 1.0, x == 0.0); }
	}
}

fn binary(variant: u32, x: f32, y: f32) -> f32 {
	switch variant {
		case 0u: { return x + y; }
		case 1u: { return x - y; }
		case 2u: { return x * y; }
		case 3u: { if (y == 0.0) { return 0.0; } return x / y; }
		case 4u: { return min(x, y); }
		case 5u: { return max(x, y); }
		case 6u: { return select(0.0, 1.0, x < y); }
		case 7u: { return select(0.0, 1.0, x <= y); }
		default: { return select(0.0, 1.0, x == y); }
	}
}

// WGSL may assume that there is no NaN: it is recognised by its bits.
fn known(word: u32) -> bool { return (word & 0x7fffffffu) <= 0x7f800000u; }

fn pointwise(op: u32, i: Instruction, b: u32, t: u32) -> f32 {
	switch op {
		case 0u: { return load(i.a, b, t); }
		case 1u: {
			if (i.variant == 7u) { return select(0.0, 1.0, known(bits(i.a, b, t))); }
			return unary(i.variant, load(i.a, b, t));
		}
		case 2u: { return binary(i.variant, load(i.a, b, t), load(i.b, b, t)); }
		default: {
			if (load(i.a, b, t) != 0.0) { return load(i.b, b, t); }
			return load(i.c, b, t);
		}
	}
}

// variant: 0 suffix sum, 1 prefix sum, 2 suffix minimum, 3 prefix minimum
fn scan(i: Instruction, b: u32, length: u32) {
	var carry = 0.0;
	var first = true;
	for (var n = 0u; n < length; n++) {
		let t = select(n, length - 1u - n, (i.variant & 1u) == 0u);
		if (!counted(b, t)) { continue; }
		let x = load(i.a, b, t);
		if (i.variant < 2u) { carry = x + load(i.b, b, t) * carry; }
		else { carry = select(min(x, carry), x, first); }
		first = false;
		arena[i.out + b * T + t] = carry;
	}
}

// variant: 0 next, 1 previous
fn shift(i: Instruction, b: u32, length: u32) {
	var neighbour = load(i.b, b, 0u);
	for (var n = 0u; n < length; n++) {
		let t = select(n, length - 1u - n, i.variant == 0u);
		if (!counted(b, t)) { continue; }
		arena[i.out + b * T + t] = neighbour;
		neighbour = load(i.a, b, t);
	}
}

// variant: 0 sum, 1 mean, 2 first, 3 last, 4 min, 5 max, 6 count
fn reduce(i: Instruction, b: u32, length: u32) {
	var sum = 0.0;
	var n = 0.0;
	var least = 0.0;
	var most = 0.0;
	var first = 0.0;
	var last = 0.0;
	for (var t = 0u; t < length; t++) {
		if (!counted(b, t)) { continue; }
		let x = load(i.a, b, t);
		if (n == 0.0) { first = x; least = x; most = x; }
		sum += x;
		n += 1.0;
		least = min(least, x);
		most = max(most, x);
		last = x;
	}
	var result = sum;
	switch i.variant {
		case 1u: { result = sum / max(n, 1.0); }
		case 2u: { result = first; }
		case 3u: { result = last; }
		case 4u: { result = least; }
		case 5u: { result = most; }
		case 6u: { result = n; }
		default: {}
	}
	arena[i.out + b] = result;
}

// Rewards of the policy's tokens: what is paid after an environment token belongs to the last policy token before it.
fn actionRewards(i: Instruction, b: u32, length: u32) {
	var carry = 0.0;
	for (var n = 0u; n < length; n++) {
		let t = length - 1u - n;
		carry += bitcast<f32>(record[REWARDS + b * T + t]);
		if (!counted(b, t)) { continue; }
		arena[i.out + b * T + t] = carry;
		carry = 0.0;
	}
}

// Index of each policy token among them (variant 0), or 1 where an environment token follows (variant 1).
fn positions(i: Instruction, b: u32, length: u32) {
	var n = 0.0;
	for (var t = 0u; t < length; t++) {
		if (!counted(b, t)) { continue; }
		let gap = t + 1u < length && !counted(b, t + 1u);
		arena[i.out + b * T + t] = select(n, select(0.0, 1.0, gap), i.variant == 1u);
		n += 1.0;
	}
}

// Mean of a rollout number over the members that share this row's tokens up to here: variant 0 before the token, 1 after it.
// Sums run over differences from the row's own number, so that equal numbers give it back exactly.
fn prefixMean(i: Instruction, b: u32, length: u32) {
	let own = load(i.a, b, 0u);
	for (var t = 0u; t < length; t++) {
		let prefix = t + i.variant;
		var sum = 0.0;
		var n = 0.0;
		for (var j = b / G * G; j < b / G * G + G; j++) {
			if (rows[LENGTH + j] < prefix) { continue; }
			var same = true;
			for (var s = 0u; s < prefix && same; s++) { same = record[TOKENS + j * T + s] == record[TOKENS + b * T + s]; }
			if (!same) { continue; }
			sum += load(i.a, j, 0u) - own;
			n += 1.0;
		}
		arena[i.out + b * T + t] = own + sum / n;
	}
}

// 0 where the mask is 0 or the token is not scored, else the operand; b is the flag of scored tokens.
fn finish(i: Instruction, b: u32) {
	for (var t = 0u; t < T; t++) {
		var x = 0.0;
		if (counted(b, t) && load(i.b, b, t) != 0.0) { x = load(i.a, b, t); }
		arena[i.out + b * T + t] = x;
	}
}

@compute @workgroup_size(WORKGROUP)
fn creditRows(@builtin(global_invocation_id) id: vec3u) {
	let b = id.x;
	if (b >= B) { return; }
	let length = rows[LENGTH + b];
	for (var n = 0u; n < INSTRUCTIONS; n++) {
		let i = program[n];
		switch i.op {
			case 0u, 1u, 2u, 3u: {
				if (i.level == 1u) { arena[i.out + b] = pointwise(i.op, i, b, 0u); continue; }
				for (var t = 0u; t < length; t++) {
					if (counted(b, t)) { arena[i.out + b * T + t] = pointwise(i.op, i, b, t); }
				}
			}
			case 4u: { scan(i, b, length); }
			case 5u: { shift(i, b, length); }
			case 6u: { reduce(i, b, length); }
			case 7u: { actionRewards(i, b, length); }
			case 8u: { positions(i, b, length); }
			case 9u: { prefixMean(i, b, length); }
			default: { finish(i, b); }
		}
	}
}
