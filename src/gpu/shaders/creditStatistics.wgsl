// Statistics of the entries that are compared with each other. All is counted from the first number: float32 holds differences of near
// numbers exactly, and their mean not. Numbers that only rounding tells apart have the first as mean and a deviation of exactly 0. Where one
// number is not known, no statistic is.
//
// a = numbers, b = which count (0 = not), c = key, d = weights, f = eps. e, from its lowest bits, four each: by (0 all, 1 place in the
// rollout, 2 word c, 3 number c), within (0 batch, 1 group, 2 rollout), centre (0 none, 1 mean, 2 of the others), scale (0 none, 1 n − 1,
// 2 n), epsilon (0 on the deviation, 1 on the variance), what one alone gets (0 nothing, 1 itself).

const NORMALISE = 10u;
const ALIKE = 9.5367431640625e-7; // the engine's: how far apart numbers may lie that count as equal, as a part of the largest magnitude

fn byOf(i: Instruction) -> u32 { return i.e & 15u; }
fn withinOf(i: Instruction) -> u32 { return (i.e >> 4u) & 15u; }
fn centerOf(i: Instruction) -> u32 { return (i.e >> 8u) & 15u; }
fn scaleOf(i: Instruction) -> u32 { return (i.e >> 12u) & 15u; }

struct Moments {
	n: f32, first: f32, sum: f32, plain: f32, weights: f32, shifted: f32, // plain and shifted: sums of differences from the first
	least: f32, most: f32, second: f32, squares: f32, // second: largest but for one of the largest
	below: f32, lost: bool, // below: how many are smaller than the own number
}

fn noMoments() -> Moments {
	return Moments(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, false);
}

fn counts(i: Instruction, b: u32, n: u32) -> bool { return takesPart(i.domain, b, n) && !zero(bits(i.b, b, n)); }

fn sameKey(i: Instruction, row: u32, own: u32, b: u32, n: u32) -> bool {
	let by = byOf(i);
	if (by < 2u) { return true; }
	if (by == 2u) { // no key is equal to none but itself
		if (row == b && own == n) { return true; }
		let key = arena[i.c + row * tokensOfRow() + own];
		return key != NONE && key == arena[i.c + b * tokensOfRow() + n];
	}
	let key = bits(i.c, row, own);
	let other = bits(i.c, b, n);
	return (unknown(key) && unknown(other)) || equal(key, other) != 0u;
}

fn ranked(m: Moments, x: f32) -> Moments {
	var r = m;
	if (m.n == 1.0 || x > m.most) { r.second = m.most; r.most = x; }
	else if (m.n == 2.0) { r.second = x; }
	else { r.second = max(m.second, x); }
	return r;
}

// Moments of what the entry (row, own) is compared with; squares are about the mean, which lies `offset` from the first.
fn momentsOf(i: Instruction, s: Members, row: u32, own: u32, offset: f32) -> Moments {
	var m = noMoments();
	let x = load(i.a, row, own);
	let alone = withinOf(i) == 2u;
	for (var r = 0u; r < select(s.count, 1u, alone); r++) {
		var b = row;
		if (!alone) { b = memberOf(s, r); }
		var from_ = 0u;
		var to = extent(i.domain, b);
		if (byOf(i) == 1u) { from_ = own; to = min(to, own + 1u); }
		for (var n = from_; n < to; n++) {
			if (!counts(i, b, n) || !sameKey(i, row, own, b, n)) { continue; }
			let word = bits(i.a, b, n);
			let y = bitcast<f32>(word);
			m.lost = m.lost || unknown(word);
			m.n += 1.0;
			if (m.n == 1.0) { m.first = y; m.least = y; m.most = y; }
			else { m = ranked(m, y); m.least = min(m.least, y); }
			let weight = load(i.d, b, n);
			m.sum += y;
			let d = y - m.first;
			m.plain += d;
			m.weights += weight;
			m.shifted += weight * d;
			m.squares += weight * (d - offset) * (d - offset);
			if (y < x) { m.below += 1.0; }
		}
	}
	return m;
}

fn alikeBetween(least: f32, most: f32) -> bool { return most - least <= ALIKE * max(abs(least), abs(most)); }
fn equalAll(m: Moments) -> bool { return alikeBetween(m.least, m.most); }

// Of the mean from the first number.
fn offsetOf(m: Moments) -> f32 {
	if (equalAll(m)) { return 0.0; }
	return select(-m.first, m.shifted / m.weights, m.weights != 0.0);
}

fn meanOf(m: Moments) -> f32 { return m.first + offsetOf(m); }

fn deviation(m: Moments, scale: u32) -> f32 {
	let freedom = m.weights - select(0.0, 1.0, scale == 1u);
	if (equalAll(m) || freedom <= 0.0) { return 0.0; }
	return sqrt(m.squares / freedom);
}

fn divisor(i: Instruction, sd: f32) -> f32 {
	let eps = bitcast<f32>(i.f);
	if (((i.e >> 16u) & 15u) == 1u) { return sqrt(sd * sd + eps); }
	return sd + eps;
}

// Of the mean of the others from the first number, by the plain mean: x̄ + (x̄ − x)/(n − 1).
fn offsetOfOthers(m: Moments, x: f32) -> f32 {
	if (equalAll(m)) { return 0.0; }
	let mean = m.plain / m.n;
	return mean + (mean - (x - m.first)) / (m.n - 1.0);
}

fn withoutOwn(m: Moments, x: f32) -> f32 {
	if (m.n <= 1.0) { return 0.0; }
	return m.first + offsetOfOthers(m, x);
}

fn normalised(i: Instruction, m: Moments, x: f32) -> f32 {
	if (m.n <= 1.0) {
		if (((i.e >> 20u) & 15u) == 0u) { return 0.0; }
		if (scaleOf(i) == 0u) { return x; }
		return x / divisor(i, 1.0);
	}
	if (equalAll(m)) { return 0.0; }
	var centred = x;
	if (centerOf(i) == 1u) { centred = (x - m.first) - offsetOf(m); }
	if (centerOf(i) == 2u) { centred = (x - m.first) - offsetOfOthers(m, x); }
	if (scaleOf(i) == 0u) { return centred; }
	return centred / divisor(i, deviation(m, scaleOf(i)));
}

fn statistic(i: Instruction, m: Moments, word: u32) -> u32 {
	let x = bitcast<f32>(word);
	if (i.variant == 8u) { return bitcast<u32>(m.n); }
	let nothing = centerOf(i) == 0u && scaleOf(i) == 0u;
	if (i.variant == NORMALISE && nothing) { return word; }
	let others = i.variant == 2u || i.variant == 3u;
	let silent = m.n <= 1.0 && (others || (i.variant == NORMALISE && ((i.e >> 20u) & 15u) == 0u));
	if (m.lost && !silent) { return NAN; }
	switch i.variant {
		case 0u: { return bitcast<u32>(m.sum); }
		case 1u: { return bitcast<u32>(meanOf(m)); }
		case 2u: { return bitcast<u32>(withoutOwn(m, x)); }
		case 3u: { // largest of the others
			if (m.n <= 1.0) { return 0u; }
			return bitcast<u32>(select(m.most, m.second, x == m.most));
		}
		case 4u: { return bitcast<u32>(deviation(m, 1u)); }
		case 5u: { return bitcast<u32>(deviation(m, 2u)); }
		case 6u: { return bitcast<u32>(m.least); }
		case 7u: { return bitcast<u32>(m.most); }
		case 9u: { return bitcast<u32>(m.below); }
		default: { return bitcast<u32>(normalised(i, m, x)); }
	}
}

fn needsSquares(i: Instruction) -> bool {
	return i.variant == 4u || i.variant == 5u || (i.variant == NORMALISE && scaleOf(i) != 0u);
}

// Every entry goes through all that it is compared with: for few, and for keys.
fn eachStatistic(i: Instruction, s: Members) {
	let w = width(i.domain);
	for (var e = lane; e < s.count * w; e += LANES) {
		let row = memberOf(s, e / w);
		let n = e % w;
		if (!takesPart(i.domain, row, n)) { continue; }
		var result = 0u;
		if (counts(i, row, n)) {
			var m = noMoments();
			var passes = select(1u, 2u, needsSquares(i));
			for (var pass_ = 0u; pass_ < passes; pass_++) {
				m = momentsOf(i, s, row, n, offsetOf(m));
				if (equalAll(m)) { passes = 1u; }
			}
			result = statistic(i, m, bits(i.a, row, n));
		}
		arena[address(i.out, i.domain, row, n)] = result;
	}
}

struct Partial {
	n: f32, first: u32, least: f32, most: f32, second: f32, // first: earliest entry
	sum: f32, plain: f32, weights: f32, shifted: f32, squares: f32,
	lost: u32,
}
var<workgroup> partials: array<Partial, LANES>;
var<workgroup> whole: Moments;

// Every lane sums its entries in order, then one lane sums the lanes in order: the bits depend on nothing but the numbers.
// Passes: 0 how many, from where to where; 1 sums; 2 squares; 3 the result.
fn wholeStatistic(i: Instruction, s: Members) {
	let w = width(i.domain);
	var p = Partial(0.0, NONE, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0u);
	for (var pass_ = 0u; pass_ < 4u; pass_++) {
		let offset = offsetOf(whole);
		for (var e = lane; e < s.count * w; e += LANES) {
			let row = memberOf(s, e / w);
			let n = e % w;
			if (!takesPart(i.domain, row, n)) { continue; }
			let counted = counts(i, row, n);
			let word = bits(i.a, row, n);
			if (pass_ == 3u) { arena[address(i.out, i.domain, row, n)] = select(0u, statistic(i, whole, word), counted); }
			else if (counted) { p = taken(p, pass_, e, word, load(i.d, row, n), offset); }
		}
		partials[lane] = p;
		workgroupBarrier();
		if (lane == 0u) { joinAll(i, s, w, pass_); }
		workgroupBarrier();
	}
}

fn taken(before: Partial, pass_: u32, e: u32, word: u32, weight: f32, offset: f32) -> Partial {
	var p = before;
	let y = bitcast<f32>(word);
	if (pass_ == 0u) {
		if (unknown(word)) { p.lost = 1u; }
		p.n += 1.0;
		if (p.n == 1.0) { p.first = e; p.least = y; p.most = y; }
		else if (y > p.most) { p.second = p.most; p.most = y; }
		else if (p.n == 2.0) { p.second = y; }
		else { p.second = max(p.second, y); }
		p.least = min(p.least, y);
	}
	let d = y - whole.first;
	if (pass_ == 1u) {
		p.sum += y;
		p.plain += d;
		p.weights += weight;
		p.shifted += weight * d;
	}
	if (pass_ == 2u) { p.squares += weight * (d - offset) * (d - offset); }
	return p;
}

fn joinAll(i: Instruction, s: Members, w: u32, pass_: u32) {
	if (pass_ == 0u) { whole = joined(i, s, w); }
	for (var k = 0u; k < LANES; k++) {
		if (pass_ == 1u) {
			whole.sum += partials[k].sum;
			whole.plain += partials[k].plain;
			whole.weights += partials[k].weights;
			whole.shifted += partials[k].shifted;
		}
		if (pass_ == 2u) { whole.squares += partials[k].squares; }
	}
}

fn joined(i: Instruction, s: Members, w: u32) -> Moments {
	var m = noMoments();
	var start = NONE;
	for (var k = 0u; k < LANES; k++) {
		let p = partials[k];
		m.lost = m.lost || p.lost == 1u;
		if (p.n == 0.0) { continue; }
		if (m.n == 0.0) { m.least = p.least; m.most = p.most; m.second = p.second; }
		else {
			// Of two best and two second best: the loser of the best, or a second one that is there at all.
			var second = min(m.most, p.most);
			if (m.n > 1.0) { second = max(second, m.second); }
			if (p.n > 1.0) { second = max(second, p.second); }
			m.second = second;
			m.least = min(m.least, p.least);
			m.most = max(m.most, p.most);
		}
		m.n += p.n;
		start = min(start, p.first);
	}
	if (start != NONE) { m.first = load(i.a, memberOf(s, start / w), start % w); }
	return m;
}
