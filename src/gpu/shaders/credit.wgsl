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
// Which operations the program has; the others are compiled away.
override SEQUENCES: bool = true;
override SPANS: bool = true;
override EACH: bool = true;
override WHOLE: bool = true;
override TREE: bool = true;

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

// An operand is a kind in the upper four bits and a first word below.
fn bits(operand: u32, b: u32, i: u32) -> u32 {
	let at = operand & 0x0fffffffu;
	let entry = at + b * tokensOfRow() + i;
	switch operand >> 28u {
		case 0u: { return arena[entry]; }
		case 1u: { return arena[at + b]; }
		case 2u: { return tables[at]; }
		case 3u: { return record[entry]; }
		case 4u: { return rows[at + b]; }
		case 5u: { return bitcast<u32>(f32(rows[at + b])); }
		case 6u: { return signals[entry]; }
		default: { return signals[at + b]; }
	}
}
fn load(operand: u32, b: u32, i: u32) -> f32 { return bitcast<f32>(bits(operand, b, i)); }

fn width(domain: u32) -> u32 { return select(tokensOfRow(), 1u, domain == ROLLOUT); }
fn address(out: u32, domain: u32, b: u32, i: u32) -> u32 {
	return out + select(b * tokensOfRow() + i, b, domain == ROLLOUT);
}
// Entries of a rollout that may be active.
fn extent(domain: u32, b: u32) -> u32 {
	if (domain == TOKEN) { return lengthOf(b); }
	if (domain == ROLLOUT) { return 1u; }
	return spanCount(domain - 2u, b);
}
fn takesPart(domain: u32, b: u32, i: u32) -> bool {
	return i < extent(domain, b) && (domain != TOKEN || acted(b, i));
}

// cos to float32 precision; the built-in promises three digits.
fn cosine(x: f32) -> f32 {
	let turns = round(x * 0.15915494);
	let r = (x - turns * 6.28125) - turns * 0.0019353072;
	let h = 0.5 * r;
	let q = h * h;
	let s = h * (1.0 + q * (-0.16666667 + q * (0.008333333 + q * (-1.9841270e-4 + q * (2.7557319e-6 + q * -2.5052108e-8)))));
	return 1.0 - 2.0 * s * s;
}

fn unary(variant: u32, p: u32) -> u32 {
	if (variant == 7u) { return flag(!unknown(p)); }
	if (variant == 8u) { return flag(zero(p)); }
	if (unknown(p)) { return NAN; }
	let x = bitcast<f32>(p);
	switch variant {
		case 0u: { return bitcast<u32>(-x); }
		case 1u: { return bitcast<u32>(abs(x)); }
		case 2u: { return bitcast<u32>(exp(x)); }
		case 3u: { return select(bitcast<u32>(log(x)), NAN, x < 0.0); }
		case 4u: { return select(bitcast<u32>(log2(x)), NAN, x < 0.0); }
		case 5u: { return select(bitcast<u32>(sqrt(x)), NAN, x < 0.0); }
		default: { return bitcast<u32>(cosine(x)); }
	}
}

fn binary(variant: u32, p: u32, q: u32) -> u32 {
	if (variant == 3u && zero(q)) { return 0u; }
	let lost = unknown(p) || unknown(q);
	let x = bitcast<f32>(p);
	let y = bitcast<f32>(q);
	if (variant == 6u) { return flag(!lost && x < y); }
	if (variant == 7u) { return flag(!lost && x <= y); }
	if (variant == 8u) { return flag(!lost && x == y); }
	if (lost) { return NAN; }
	switch variant {
		case 0u: { return bitcast<u32>(x + y); }
		case 1u: { return bitcast<u32>(x - y); }
		case 2u: { return bitcast<u32>(x * y); }
		case 3u: { return bitcast<u32>(x / y); }
		case 4u: { return bitcast<u32>(min(x, y)); }
		default: { return bitcast<u32>(max(x, y)); }
	}
}

// One number from those of the same entry. ops 0 copy, 1 unary, 2 binary, 3 select
fn pointwise(i: Instruction, b: u32, n: u32) -> u32 {
	let a = bits(i.a, b, n);
	if (i.op == 0u) { return a; }
	if (i.op == 1u) { return unary(i.variant, a); }
	if (i.op == 2u) { return binary(i.variant, a, bits(i.b, b, n)); }
	if (zero(a)) { return bits(i.c, b, n); }
	return bits(i.b, b, n);
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

// Results, for every token, 0 where the policy did not act; b is 0 where the method does not score.
// variant: 0 the operand, NaN where not scored; 1 the operand, 0 where not scored or not known; 2 one where scored and known
fn finish(i: Instruction, s: Members) {
	let w = tokensOfRow();
	for (var e = lane; e < s.count * w; e += LANES) {
		let b = memberOf(s, e / w);
		let t = e % w;
		var result = 0u;
		if (takesPart(TOKEN, b, t)) {
			result = select(bits(i.a, b, t), NAN, zero(bits(i.b, b, t)));
			if (i.variant == 1u && unknown(result)) { result = 0u; }
			if (i.variant == 2u) { result = flag(!unknown(result)); }
		}
		arena[i.out + b * w + t] = result;
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
			case 4u: { if (SEQUENCES) { scan(i, s); } }
			case 5u: { if (SEQUENCES) { shift(i, s); } }
			case 6u: { if (SEQUENCES) { reduce(i, s); } }
			case 7u: { if (SEQUENCES) { actionRewards(i, s); } }
			case 8u: { if (SEQUENCES) { positions(i, s); } }
			case 9u: { if (SEQUENCES) { topShare(i, s); } }
			case 10u: { if (SPANS) { buildSpans(i, s); } }
			case 11u: { if (SPANS) { spanColumn(i, s); } }
			case 12u: { if (SPANS) { spreadSpans(i, s); } }
			case 13u, 14u, 15u: { if (EACH) { eachStatistic(i, s); } }
			case 16u: { if (WHOLE) { wholeStatistic(i, s); } }
			case 17u: { if (TREE) { agreement(i, s); } }
			case 18u: { if (TREE) { readTree(i, s); } }
			case 19u: { if (TREE) { earliestAgreement(i, s); } }
			case 20u: { if (TREE) { childValues(i, s); } }
			case 21u: { if (TREE) { readDepth(i, s); } }
			case 22u: { lookUpAll(i, s); }
			default: { finish(i, s); }
		}
	}
}
