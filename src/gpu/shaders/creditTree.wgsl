// Statistics of the prefix tree of a group. A node at depth d of a rollout's path is known by who shares its first d tokens or spans:
// the members whose agreement with it is at least d. Members are in the order of the batch.

// First token after span n of a rollout and the environment's reply to it.
fn spanReach(p: u32, b: u32, n: u32) -> u32 {
	if (n + 1u < spanCount(p, b)) { return spanStart(p, b, n + 1u); }
	return lengthOf(b);
}

// How many leading tokens (variant 0) or spans (domain, variant 1) each two members share.
fn agreement(i: Instruction, s: Members) {
	for (var e = lane; e < s.count * s.count; e += LANES) {
		let row = memberOf(s, e / s.count);
		let other = memberOf(s, e % s.count);
		let most = min(lengthOf(row), lengthOf(other));
		var agreed = 0u;
		while (agreed < most && tokenAt(row, agreed) == tokenAt(other, agreed)) { agreed += 1u; }
		if (i.variant == 1u) {
			let p = i.domain - 2u;
			let spans = min(spanCount(p, row), spanCount(p, other));
			var n = 0u;
			while (n < spans && spanReach(p, row, n) == spanReach(p, other, n) && spanReach(p, row, n) <= agreed) { n += 1u; }
			agreed = n;
		}
		arena[i.out + row * largestSet() + e % s.count] = agreed;
	}
}

fn agree(table: u32, row: u32, m: u32) -> u32 { return arena[table + row * largestSet() + m]; }

// Read at depth n + c: variant 0 mean of a over the rollouts below, 1 how many, 2 how many of them come earlier; b = agreement.
// Sums run over differences from the rollout's own number; numbers that only rounding tells apart have the first as mean.
fn readTree(i: Instruction, s: Members) {
	let w = width(i.domain);
	for (var e = lane; e < s.count * w; e += LANES) {
		let row = memberOf(s, e / w);
		let n = e % w;
		if (!takesPart(i.domain, row, n)) { continue; }
		let own = load(i.a, row, 0u);
		var lost = unknown(bits(i.a, row, 0u));
		var sum = 0.0;
		var below = 0.0;
		var earlier = 0.0;
		var first = own;
		var least = own;
		var most = own;
		for (var m = 0u; m < s.count; m++) {
			if (agree(i.b, row, m) < n + i.c) { continue; }
			let x = bits(i.a, memberOf(s, m), 0u);
			lost = lost || unknown(x);
			let y = bitcast<f32>(x);
			if (below == 0.0) { first = y; }
			least = min(least, y);
			most = max(most, y);
			sum += y - own;
			below += 1.0;
			if (m < e / w) { earlier += 1.0; }
		}
		let mean = select(own + sum / below, first, alikeBetween(least, most));
		var result = select(bitcast<u32>(mean), NAN, lost);
		if (i.variant == 1u) { result = bitcast<u32>(below); }
		if (i.variant == 2u) { result = bitcast<u32>(earlier); }
		arena[address(i.out, i.domain, row, n)] = result;
	}
}

// Largest agreement with an earlier member: the rollout is the first of its node at every greater depth. b = agreement
fn earliestAgreement(i: Instruction, s: Members) {
	for (var r = lane; r < s.count; r += LANES) {
		let row = memberOf(s, r);
		// One more than the agreement, so that the first member of all is told from one that shares nothing but the root.
		var most = 0u;
		for (var m = 0u; m < r; m++) { most = max(most, agree(i.b, row, m) + 1u); }
		arena[i.out + row] = most;
	}
}

struct Children { n: f32, first: f32, shifted: f32, least: f32, most: f32, squares: f32, lost: bool }

// What the children of the node of `row` at depth d amount to; the end of a rollout is a child with its own number.
fn childrenOf(i: Instruction, s: Members, row: u32, d: u32, offset: f32) -> Children {
	var c = Children(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, false);
	for (var m = 0u; m < s.count; m++) {
		if (agree(i.b, row, m) < d) { continue; }
		let other = memberOf(s, m);
		let ends = spanCount(i.domain - 2u, other) == d;
		if (!ends && arena[i.d + other] > d + 1u) { continue; }
		var word = bits(i.a, other, 0u);
		if (!ends) { word = arena[i.out + other * (tokensOfRow() + 1u) + d + 1u]; }
		if (unknown(word)) { c.lost = true; continue; }
		let v = bitcast<f32>(word);
		if (c.n == 0.0) { c.first = v; c.least = v; c.most = v; }
		c.n += 1.0;
		c.shifted += v - c.first;
		c.least = min(c.least, v);
		c.most = max(c.most, v);
		c.squares += (v - c.first - offset) * (v - c.first - offset);
	}
	return c;
}

fn alike(c: Children) -> bool { return alikeBetween(c.least, c.most); }

// Mean (out) and deviation (c) over the children of the nodes of each path, deepest first, by depth; a rollout's number, b agreement,
// d earliest agreement.
fn childValues(i: Instruction, s: Members) {
	let depths = tokensOfRow() + 1u;
	for (var k = 0u; k < depths; k++) {
		let d = depths - 1u - k;
		storageBarrier();
		workgroupBarrier();
		for (var r = lane; r < s.count; r += LANES) {
			let row = memberOf(s, r);
			if (d > spanCount(i.domain - 2u, row)) { continue; }
			let at = row * depths + d;
			var mean = 0.0;
			var offset = 0.0;
			var deviation = 0.0;
			var lost = false;
			for (var pass_ = 0u; pass_ < 2u; pass_++) {
				let c = childrenOf(i, s, row, d, offset);
				lost = c.lost;
				if (pass_ == 1u) { deviation = sqrt(c.squares / c.n); }
				offset = select(c.shifted / c.n, 0.0, alike(c));
				mean = c.first + offset;
				if (alike(c)) { break; }
			}
			arena[i.out + at] = select(bitcast<u32>(mean), NAN, lost);
			arena[i.c + at] = select(bitcast<u32>(deviation), NAN, lost);
		}
	}
}

// Number of a span from one by depth (a), at the depth before it (c = 0) or after it (1).
fn readDepth(i: Instruction, s: Members) {
	let w = width(i.domain);
	for (var e = lane; e < s.count * w; e += LANES) {
		let row = memberOf(s, e / w);
		let n = e % w;
		if (!takesPart(i.domain, row, n)) { continue; }
		arena[address(i.out, i.domain, row, n)] = arena[i.a + row * (tokensOfRow() + 1u) + n + i.c];
	}
}
