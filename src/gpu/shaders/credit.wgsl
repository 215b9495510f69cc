// Interprets a credit graph: one workgroup takes the rollouts of one set (a group, or the whole batch) through a list of
// instructions, so that an instruction may read what an earlier one wrote for any rollout of the set. Numbers lie in the arena as
// bits; the rollouts are only read.
//
// The float64 definition of every operation is in src/engine/credit. NaN means "not known": WGSL may assume that there is none, so it
// is recognised and made by its bits. Only active entries take part: tokens with mask 1, and spans.

struct Instruction {
	op: u32, sync: u32, domain: u32, out: u32, // sync: 1 = wait for what other lanes wrote; out: first word in the arena
	variant: u32, a: u32, b: u32, c: u32,
	d: u32, e: u32, f: u32, g: u32,
}

struct Members { first: u32, count: u32 } // a range of the list of rollouts, sorted by group

override LANES: u32 = 64;
@group(0) @binding(0) var<storage, read> program: array<u32>; // number of instructions, first set; instructions from word 16 on
@group(0) @binding(1) var<storage, read> tables: array<u32>; // header, then sets, spans and constants
@group(0) @binding(2) var<storage, read> record: array<u32>;
@group(0) @binding(3) var<storage, read> rows: array<u32>;
@group(0) @binding(4) var<storage, read> signals: array<u32>;
@group(0) @binding(5) var<storage, read_write> arena: array<u32>;

// Words of the header: sizes, then first words of tables and of sections.
fn tokensOfRow() -> u32 { return tables[1]; } // T
fn sectionSize() -> u32 { return tables[2]; } // words of a token section in the arena
fn largestSet() -> u32 { return tables[3]; }
fn setAt(s: u32) -> Members { return Members(tables[tables[4] + 2u * s], tables[tables[4] + 2u * s + 1u]); }
fn memberOf(s: Members, r: u32) -> u32 { return tables[tables[5] + s.first + r]; }
fn acted(b: u32, t: u32) -> bool { return record[tables[6] + b * tokensOfRow() + t] != 0u; }
fn tokenAt(b: u32, t: u32) -> u32 { return record[tables[7] + b * tokensOfRow() + t]; }
fn rewardAt(b: u32, t: u32) -> f32 { return bitcast<f32>(record[tables[8] + b * tokensOfRow() + t]); }
fn stateAt(b: u32, t: u32) -> u32 { return record[tables[9] + b * tokensOfRow() + t]; }
fn lengthOf(b: u32) -> u32 { return rows[tables[10] + b]; }

const NAN = 0x7fc00000u;
const NONE = 0xffffffffu;
// Domains; a span domain is 2 + first word of its partition.
const TOKEN = 0u;
const ROLLOUT = 1u;

var<private> lane: u32;

fn unknown(word: u32) -> bool { return (word & 0x7fffffffu) > 0x7f800000u; }
fn zero(word: u32) -> bool { return (word & 0x7fffffffu) == 0u; }
fn flag(yes: bool) -> u32 { return select(0u, 0x3f800000u, yes); }

// An operand is a first word, above it in three bits the buffer, and in the highest whether there is a number for every entry.
fn bits(operand: u32, b: u32, i: u32) -> u32 {
	let at = operand & 0x0fffffffu;
	let n = at + select(b, b * tokensOfRow() + i, operand >> 31u == 1u);
	switch (operand >> 28u) & 7u {
		case 0u: { return arena[n]; }
		case 1u: { return tables[at]; }
		case 2u: { return record[n]; }
		case 3u, 4u: {
			let word = rows[n];
			return select(word, bitcast<u32>(f32(word)), (operand >> 28u) == 4u);
		}
		default: { return signals[n]; }
	}
}
fn load(operand: u32, b: u32, i: u32) -> f32 { return bitcast<f32>(bits(operand, b, i)); }

fn width(domain: u32) -> u32 { return select(tokensOfRow(), 1u, domain == ROLLOUT); }
fn entryAddress(out: u32, b: u32, i: u32) -> u32 { return out + b * tokensOfRow() + i; }
fn rolloutAddress(out: u32, b: u32, i: u32) -> u32 { return out + b; }
fn address(out: u32, domain: u32, b: u32, i: u32) -> u32 {
	return select(entryAddress(out, b, i), rolloutAddress(out, b, i), domain == ROLLOUT);
}
// Entries of a rollout that may take part.
fn extentToken(b: u32) -> u32 { return lengthOf(b); }
fn extentRollout(b: u32) -> u32 { return 1u; }
fn extentSpan(p: u32, b: u32) -> u32 { return spanCount(p, b); }
fn extent(domain: u32, b: u32) -> u32 {
	if (domain == TOKEN) { return extentToken(b); }
	if (domain == ROLLOUT) { return extentRollout(b); }
	return extentSpan(domain - 2u, b);
}
fn takesPartToken(b: u32, i: u32) -> bool { return i < lengthOf(b) && acted(b, i); }
fn takesPartRollout(b: u32, i: u32) -> bool { return i == 0u; }
fn takesPartSpan(p: u32, b: u32, i: u32) -> bool { return i < spanCount(p, b); }
fn takesPart(domain: u32, b: u32, i: u32) -> bool {
	if (domain == TOKEN) { return takesPartToken(b, i); }
	if (domain == ROLLOUT) { return takesPartRollout(b, i); }
	return takesPartSpan(domain - 2u, b, i);
}

// sin within a quarter turn, to float32 precision of the number itself however small.
fn sineWithin(h: f32) -> f32 {
	let q = h * h;
	return h * (1.0 + q * (-0.16666667 + q * (0.008333333 + q * (-1.9841270e-4 + q * (2.7557319e-6 + q * -2.5052108e-8)))));
}

// sin to float32 precision; the built-in promises three digits.
fn sine(x: f32) -> f32 {
	let turns = round(x * 0.15915494);
	let r = (x - turns * 6.28125) - turns * 0.0019353072;
	if (abs(r) <= 1.5707964) { return sineWithin(r); }
	return sineWithin(sign(r) * 3.1415927 - r);
}

fn plus(p: u32, q: u32) -> u32 { return select(bitcast<u32>(bitcast<f32>(p) + bitcast<f32>(q)), NAN, unknown(p) || unknown(q)); }
fn minus(p: u32, q: u32) -> u32 { return select(bitcast<u32>(bitcast<f32>(p) - bitcast<f32>(q)), NAN, unknown(p) || unknown(q)); }
fn times(p: u32, q: u32) -> u32 { return select(bitcast<u32>(bitcast<f32>(p) * bitcast<f32>(q)), NAN, unknown(p) || unknown(q)); }
fn smaller(p: u32, q: u32) -> u32 { return select(bitcast<u32>(min(bitcast<f32>(p), bitcast<f32>(q))), NAN, unknown(p) || unknown(q)); }
fn larger(p: u32, q: u32) -> u32 { return select(bitcast<u32>(max(bitcast<f32>(p), bitcast<f32>(q))), NAN, unknown(p) || unknown(q)); }
fn over(p: u32, q: u32) -> u32 {
	if (zero(q)) { return 0u; }
	return select(bitcast<u32>(bitcast<f32>(p) / bitcast<f32>(q)), NAN, unknown(p) || unknown(q));
}
fn less(p: u32, q: u32) -> u32 { return flag(!unknown(p) && !unknown(q) && bitcast<f32>(p) < bitcast<f32>(q)); }
fn atMost(p: u32, q: u32) -> u32 { return flag(!unknown(p) && !unknown(q) && bitcast<f32>(p) <= bitcast<f32>(q)); }
fn equal(p: u32, q: u32) -> u32 { return flag(!unknown(p) && !unknown(q) && bitcast<f32>(p) == bitcast<f32>(q)); }

fn negative(p: u32) -> u32 { return select(bitcast<u32>(-bitcast<f32>(p)), NAN, unknown(p)); }
fn magnitude(p: u32) -> u32 { return select(bitcast<u32>(abs(bitcast<f32>(p))), NAN, unknown(p)); }
fn exponential(p: u32) -> u32 { return select(bitcast<u32>(exp(bitcast<f32>(p))), NAN, unknown(p)); }
fn logarithm(p: u32) -> u32 { return select(bitcast<u32>(log(bitcast<f32>(p))), NAN, unknown(p) || bitcast<f32>(p) < 0.0); }
fn logarithm2(p: u32) -> u32 { return select(bitcast<u32>(log2(bitcast<f32>(p))), NAN, unknown(p) || bitcast<f32>(p) < 0.0); }
fn root(p: u32) -> u32 { return select(bitcast<u32>(sqrt(bitcast<f32>(p))), NAN, unknown(p) || bitcast<f32>(p) < 0.0); }
fn sineOf(p: u32) -> u32 { return select(bitcast<u32>(sine(bitcast<f32>(p))), NAN, unknown(p)); }
fn isKnown(p: u32) -> u32 { return flag(!unknown(p)); }
fn isZero(p: u32) -> u32 { return flag(zero(p)); }
fn choice(condition: u32, yes: u32, no: u32) -> u32 { return select(yes, no, zero(condition)); }

fn unary(variant: u32, p: u32) -> u32 {
	switch variant {
		case 0u: { return negative(p); }
		case 1u: { return magnitude(p); }
		case 2u: { return exponential(p); }
		case 3u: { return logarithm(p); }
		case 4u: { return logarithm2(p); }
		case 5u: { return root(p); }
		case 6u: { return sineOf(p); }
		case 7u: { return isKnown(p); }
		default: { return isZero(p); }
	}
}

fn binary(variant: u32, p: u32, q: u32) -> u32 {
	switch variant {
		case 0u: { return plus(p, q); }
		case 1u: { return minus(p, q); }
		case 2u: { return times(p, q); }
		case 3u: { return over(p, q); }
		case 4u: { return smaller(p, q); }
		case 5u: { return larger(p, q); }
		case 6u: { return less(p, q); }
		case 7u: { return atMost(p, q); }
		default: { return equal(p, q); }
	}
}

// One number from those of the same entry. ops 0 copy, 1 unary, 2 binary, 3 select
fn pointwise(i: Instruction, b: u32, n: u32) -> u32 {
	let a = bits(i.a, b, n);
	if (i.op == 0u) { return a; }
	if (i.op == 1u) { return unary(i.variant, a); }
	if (i.op == 2u) { return binary(i.variant, a, bits(i.b, b, n)); }
	return choice(a, bits(i.b, b, n), bits(i.c, b, n));
}

fn pointwiseAll(i: Instruction, s: Members) {
	let w = width(i.domain);
	for (var e = lane; e < s.count * w; e += LANES) {
		let b = memberOf(s, e / w);
		let n = e % w;
		if (takesPart(i.domain, b, n)) { arena[address(i.out, i.domain, b, n)] = pointwise(i, b, n); }
	}
}

// A number for every token by its id; a = table
fn lookUpAll(i: Instruction, s: Members) {
	let w = tokensOfRow();
	for (var e = lane; e < s.count * w; e += LANES) {
		let b = memberOf(s, e / w);
		let t = e % w;
		if (takesPart(TOKEN, b, t)) { arena[i.out + b * w + t] = tables[i.a + tokenAt(b, t)]; }
	}
}

// A result, for every token, 0 where the policy did not act; b is 0 where the method does not score.
// variant: 0 the operand, NaN where not scored; 1 the operand, 0 where not scored or not known; 2 one where scored and known
fn finished(i: Instruction, b: u32, t: u32) -> u32 {
	if (!takesPart(TOKEN, b, t)) { return 0u; }
	let result = select(bits(i.a, b, t), NAN, zero(bits(i.b, b, t)));
	if (i.variant == 2u) { return flag(!unknown(result)); }
	return select(result, 0u, i.variant == 1u && unknown(result));
}

fn finish(i: Instruction, s: Members) {
	let w = tokensOfRow();
	for (var e = lane; e < s.count * w; e += LANES) {
		let b = memberOf(s, e / w);
		arena[i.out + b * w + e % w] = finished(i, b, e % w);
	}
}

fn instructionAt(n: u32) -> Instruction {
	let at = 16u + 12u * n;
	return Instruction(
		program[at], program[at + 1u], program[at + 2u], program[at + 3u],
		program[at + 4u], program[at + 5u], program[at + 6u], program[at + 7u],
		program[at + 8u], program[at + 9u], program[at + 10u], program[at + 11u],
	);
}

@compute @workgroup_size(LANES)
fn credit(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
	lane = index;
	let s = setAt(program[1] + group.x);
	let count = program[0];
	for (var n = 0u; n < count; n++) {
		let i = instructionAt(n);
		if (i.sync == 1u) { storageBarrier(); workgroupBarrier(); }
		switch i.op {
			case 0u, 1u, 2u, 3u: { pointwiseAll(i, s); }
			case 4u: { scan(i, s); }
			case 5u: { shift(i, s); }
			case 6u: { reduce(i, s); }
			case 7u: { actionRewards(i, s); }
			case 8u: { positions(i, s); }
			case 9u: { topShare(i, s); }
			case 10u: { buildSpans(i, s); }
			case 11u: { spanColumn(i, s); }
			case 12u: { spreadSpans(i, s); }
			case 13u: { eachStatistic(i, s); }
			case 14u: { wholeStatistic(i, s); }
			case 15u: { agreement(i, s); }
			case 16u: { readTree(i, s); }
			case 17u: { earliestAgreement(i, s); }
			case 18u: { childValues(i, s); }
			case 19u: { readDepth(i, s); }
			case 20u: { lookUpAll(i, s); }
			default: { finish(i, s); }
		}
	}
}
