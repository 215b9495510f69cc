// Recursions and reductions along one rollout: one invocation a rollout, in order, or one a span.

// variant: 0 suffix sum, 1 prefix sum, 2 suffix minimum, 3 prefix minimum; b decay
fn scan(i: Instruction, s: Members) {
	for (var r = lane; r < s.count; r += LANES) {
		let row = memberOf(s, r);
		let length = extent(i.domain, row);
		var carry = 0u;
		var first = true;
		for (var n = 0u; n < length; n++) {
			let t = select(n, length - 1u - n, (i.variant & 1u) == 0u);
			if (!takesPart(i.domain, row, t)) { continue; }
			let x = bits(i.a, row, t);
			if (i.variant < 2u) { carry = plus(x, times(bits(i.b, row, t), carry)); }
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

struct Folded { n: f32, sum: u32, first: u32, last: u32, least: u32, most: u32 }

fn folded(f: Folded, x: u32) -> Folded {
	if (f.n == 0.0) { return Folded(1.0, x, x, x, x, x); }
	return Folded(f.n + 1.0, plus(f.sum, x), f.first, x, smaller(f.least, x), larger(f.most, x));
}

// variant: 0 sum, 1 mean, 2 first, 3 last, 4 min, 5 max, 6 count; 0 for nothing
fn foldResult(variant: u32, f: Folded) -> u32 {
	switch variant {
		case 1u: { return over(f.sum, bitcast<u32>(f.n)); }
		case 2u: { return f.first; }
		case 3u: { return f.last; }
		case 4u: { return f.least; }
		case 5u: { return f.most; }
		case 6u: { return bitcast<u32>(f.n); }
		default: { return f.sum; }
	}
}

// Tokens or spans (domain b) of a rollout, or the tokens of a span, to one number.
fn reduce(i: Instruction, s: Members) {
	let w = width(i.domain);
	for (var e = lane; e < s.count * w; e += LANES) {
		let row = memberOf(s, e / w);
		let n = e % w;
		if (!takesPart(i.domain, row, n)) { continue; }
		var f = Folded(0.0, 0u, 0u, 0u, 0u, 0u);
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
		var carry = 0.0;
		for (var n = 0u; n < length; n++) {
			let t = length - 1u - n;
			carry += rewardAt(row, t);
			if (!acted(row, t)) { continue; }
			arena[address(i.out, TOKEN, row, t)] = bitcast<u32>(carry);
			carry = 0.0;
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
