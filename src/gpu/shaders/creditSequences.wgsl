// Recursions and reductions along one rollout: one invocation a rollout, in order, or one a span. Sums keep what rounding left out of
// them (two-sum, Knuth), so that the same rewards in another order come to the same number. A driver may drop it: then ALIKE decides.

struct Total { sum: f32, rest: f32 }

fn added(t: Total, x: f32) -> Total {
	let sum = t.sum + x;
	let back = sum - t.sum;
	return Total(sum, t.rest + ((t.sum - (sum - back)) + (x - back)));
}

// variant: 0 suffix sum, 1 prefix sum, 2 suffix minimum, 3 prefix minimum; b decay
fn scan(i: Instruction, s: Members) {
	for (var r = lane; r < s.count; r += LANES) {
		let row = memberOf(s, r);
		let length = extent(i.domain, row);
		var total = Total(0.0, 0.0);
		var carry = 0u;
		var first = true;
		for (var n = 0u; n < length; n++) {
			let t = select(n, length - 1u - n, (i.variant & 1u) == 0u);
			if (!takesPart(i.domain, row, t)) { continue; }
			let x = bits(i.a, row, t);
			if (i.variant < 2u) {
				let decay = bits(i.b, row, t);
				let weight = bitcast<f32>(decay);
				total = added(Total(weight * total.sum, weight * total.rest), bitcast<f32>(x));
				let lost = unknown(x) || unknown(decay) || unknown(carry);
				carry = select(bitcast<u32>(total.sum + total.rest), NAN, lost);
			}
			else if (first) { carry = x; }
			else { carry = smaller(x, carry); }
			first = false;
			arena[address(i.out, i.domain, row, t)] = carry;
		}
	}
}

// variant: 0 next, 1 previous; b what lies beyond the edge
fn shift(i: Instruction, s: Members) {
	for (var r = lane; r < s.count; r += LANES) {
		let row = memberOf(s, r);
		let length = extent(i.domain, row);
		var neighbour = bits(i.b, row, 0u);
		for (var n = 0u; n < length; n++) {
			let t = select(n, length - 1u - n, i.variant == 0u);
			if (!takesPart(i.domain, row, t)) { continue; }
			arena[address(i.out, i.domain, row, t)] = neighbour;
			neighbour = bits(i.a, row, t);
		}
	}
}

struct Folded { n: f32, total: Total, lost: bool, first: u32, last: u32, least: u32, most: u32 }

fn folded(f: Folded, x: u32) -> Folded {
	if (f.n == 0.0) { return Folded(1.0, Total(bitcast<f32>(x), 0.0), unknown(x), x, x, x, x); }
	let total = added(f.total, bitcast<f32>(x));
	return Folded(f.n + 1.0, total, f.lost || unknown(x), f.first, x, smaller(f.least, x), larger(f.most, x));
}

// variant: 0 sum, 1 mean, 2 first, 3 last, 4 min, 5 max, 6 count; 0 for nothing
fn foldResult(variant: u32, f: Folded) -> u32 {
	let sum = select(bitcast<u32>(f.total.sum + f.total.rest), NAN, f.lost);
	switch variant {
		case 1u: { return over(sum, bitcast<u32>(f.n)); }
		case 2u: { return f.first; }
		case 3u: { return f.last; }
		case 4u: { return f.least; }
		case 5u: { return f.most; }
		case 6u: { return bitcast<u32>(f.n); }
		default: { return sum; }
	}
}

// Tokens or spans (domain b) of a rollout, or the tokens of a span, to one number.
fn reduce(i: Instruction, s: Members) {
	let w = width(i.domain);
	for (var e = lane; e < s.count * w; e += LANES) {
		let row = memberOf(s, e / w);
		let n = e % w;
		if (!takesPart(i.domain, row, n)) { continue; }
		var f = Folded(0.0, Total(0.0, 0.0), false, 0u, 0u, 0u, 0u);
		if (i.domain == ROLLOUT) {
			let length = extent(i.b, row);
			for (var t = 0u; t < length; t++) { if (takesPart(i.b, row, t)) { f = folded(f, bits(i.a, row, t)); } }
		} else {
			let to = spanEnd(i.domain - 2u, row, n);
			for (var t = spanStart(i.domain - 2u, row, n); t < to; t++) {
				if (spanOf(i.domain - 2u, row, t) == n) { f = folded(f, bits(i.a, row, t)); }
			}
		}
		arena[address(i.out, i.domain, row, n)] = foldResult(i.variant, f);
	}
}

// Rewards of the policy's tokens: what is paid after an environment token belongs to the last policy token before it.
fn actionRewards(i: Instruction, s: Members) {
	for (var r = lane; r < s.count; r += LANES) {
		let row = memberOf(s, r);
		let length = lengthOf(row);
		var carry = Total(0.0, 0.0);
		for (var n = 0u; n < length; n++) {
			let t = length - 1u - n;
			carry = added(carry, rewardAt(row, t));
			if (!acted(row, t)) { continue; }
			arena[address(i.out, TOKEN, row, t)] = bitcast<u32>(carry.sum + carry.rest);
			carry = Total(0.0, 0.0);
		}
	}
}

// variant: 0 index of each policy token among them, 1 one where an environment token follows
fn positions(i: Instruction, s: Members) {
	for (var r = lane; r < s.count; r += LANES) {
		let row = memberOf(s, r);
		let length = lengthOf(row);
		var n = 0.0;
		for (var t = 0u; t < length; t++) {
			if (!acted(row, t)) { continue; }
			let gap = t + 1u < length && !acted(row, t + 1u);
			arena[address(i.out, TOKEN, row, t)] = select(bitcast<u32>(n), flag(gap), i.variant == 1u);
			n += 1.0;
		}
	}
}

// One for the largest share of the counted entries of each rollout, earlier first among equals; c = how many of n, by n.
fn topShare(i: Instruction, s: Members) {
	let w = width(i.domain);
	for (var e = lane; e < s.count * w; e += LANES) {
		let row = memberOf(s, e / w);
		let own = e % w;
		if (!takesPart(i.domain, row, own)) { continue; }
		let x = bits(i.a, row, own);
		var counted = 0u;
		var before = 0u;
		let length = extent(i.domain, row);
		for (var t = 0u; t < length; t++) {
			if (!takesPart(i.domain, row, t) || zero(bits(i.b, row, t))) { continue; }
			let y = bits(i.a, row, t);
			if (unknown(y)) { continue; }
			counted += 1u;
			let bigger = bitcast<f32>(y) > bitcast<f32>(x);
			if (bigger || (t < own && bitcast<f32>(y) == bitcast<f32>(x))) { before += 1u; }
		}
		let marked = !unknown(x) && !zero(bits(i.b, row, own)) && before < tables[i.c + counted];
		arena[address(i.out, i.domain, row, own)] = flag(marked);
	}
}
