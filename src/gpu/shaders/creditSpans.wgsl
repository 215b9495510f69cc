// Spans of a partition, kept by rollout: span n of rollout b is entry b·T + n. A partition has sections for the span of each token
// (NONE outside), first token, end, and row of the uploaded table; then the number of spans of each rollout.

fn spanOf(p: u32, b: u32, t: u32) -> u32 { return arena[p + b * tokensOfRow() + t]; }
fn spanStart(p: u32, b: u32, n: u32) -> u32 { return arena[p + sectionSize() + b * tokensOfRow() + n]; }
fn spanEnd(p: u32, b: u32, n: u32) -> u32 { return arena[p + 2u * sectionSize() + b * tokensOfRow() + n]; }
fn spanSource(p: u32, b: u32, n: u32) -> u32 { return arena[p + 3u * sectionSize() + b * tokensOfRow() + n]; }
fn spanCount(p: u32, b: u32) -> u32 { return arena[p + 4u * sectionSize() + b]; }

fn writeSpan(p: u32, b: u32, n: u32, start: u32, end: u32, source: u32) {
	let at = p + b * tokensOfRow() + n;
	arena[at + sectionSize()] = start;
	arena[at + 2u * sectionSize()] = end;
	arena[at + 3u * sectionSize()] = source;
}

// variant: 0 uploaded table, 1 runs of the policy's tokens, 2 states, 3 fixed length, 4 marks, 5 probability cuts, 6 the task's judge
fn buildSpans(i: Instruction, s: Members) {
	for (var r = lane; r < s.count; r += LANES) {
		let row = memberOf(s, r);
		for (var t = 0u; t < tokensOfRow(); t++) { arena[i.out + row * tokensOfRow() + t] = NONE; }
		var count = 0u;
		if (i.variant == 0u) { count = tableSpans(i, row); }
		else if (i.variant == 6u) { count = judgedSpans(i, row); }
		else { count = cutSpans(i, row); }
		arena[i.out + 4u * sectionSize() + row] = count;
	}
}

// Rows of a table: a = offsets, b = start, c = end, d = actor. A token belongs to the first span that has it.
fn tableSpans(i: Instruction, row: u32) -> u32 {
	var count = 0u;
	for (var k = tables[i.a + row]; k < tables[i.a + row + 1u]; k++) {
		if (tables[i.d + k] != 1u) { continue; }
		var some = false;
		let to = min(tables[i.c + k], tokensOfRow());
		for (var t = tables[i.b + k]; t < to; t++) {
			if (!acted(row, t) || spanOf(i.out, row, t) != NONE) { continue; }
			arena[i.out + row * tokensOfRow() + t] = count;
			some = true;
		}
		if (some) {
			writeSpan(i.out, row, count, tables[i.b + k], to, k);
			count += 1u;
		}
	}
	return count;
}

// Spans that start at some of the policy's tokens and end after the last one before the next.
fn cutSpans(i: Instruction, row: u32) -> u32 {
	let length = lengthOf(row);
	var all = 0u;
	for (var t = 0u; t < length; t++) { if (acted(row, t)) { all += 1u; } }
	var count = 0u;
	var position = 0u;
	var uncertain = 0u;
	for (var t = 0u; t < length; t++) {
		if (!acted(row, t)) { continue; }
		var starts = position == 0u;
		switch i.variant {
			case 1u: { starts = t == 0u || !acted(row, t - 1u); }
			case 2u: { starts = starts || tables[i.a + stateAt(row, t)] != 0u; } // a = flags of states
			case 3u: { starts = fixedStart(i, position, all); }
			case 4u: { // a = signal, b = 1 where the last token stands alone
				starts = starts || !zero(bits(i.a, row, t)) || (i.b == 1u && position + 1u == all);
			}
			default: { // a = log-probabilities, b = threshold, c = interval
				let p = bits(i.a, row, t);
				if (!unknown(p) && bitcast<f32>(p) < bitcast<f32>(tables[i.b])) {
					starts = starts || uncertain % max(i.c, 1u) == 0u;
					uncertain += 1u;
				}
			}
		}
		if (starts) { count += 1u; }
		position += 1u;
		arena[i.out + row * tokensOfRow() + t] = count - 1u;
		if (starts) { writeSpan(i.out, row, count - 1u, t, t + 1u, NONE); }
		arena[i.out + 2u * sectionSize() + row * tokensOfRow() + count - 1u] = t + 1u;
	}
	return count;
}

// Steps that the task's judge sees: a = its table, a word for each of its states and each of b tokens (next state, above it in two bits
// 1 where a step begins, 2 where it goes on); c = first state of each rollout, NONE where every token of the policy is a step; d = its state
// before each token, written here.
fn judgedSpans(i: Instruction, row: u32) -> u32 {
	let length = lengthOf(row);
	var count = 0u;
	var state = signals[i.c + row];
	for (var t = 0u; t < length; t++) {
		arena[i.d + row * tokensOfRow() + t] = state;
		var part = 1u;
		if (state != NONE) {
			let word = tables[i.a + state * i.b + tokenAt(row, t)];
			part = word >> 30u;
			state = word & 0x3fffffffu;
		}
		if (part == 0u || !acted(row, t)) { continue; }
		if (part == 1u) {
			writeSpan(i.out, row, count, t, t + 1u, NONE);
			count += 1u;
		}
		if (count == 0u) { continue; }
		arena[i.out + row * tokensOfRow() + t] = count - 1u;
		arena[i.out + 2u * sectionSize() + row * tokensOfRow() + count - 1u] = t + 1u;
	}
	return count;
}

// The smallest number that the judge says between the start of a span and that of the next: a = numbers for each of its states and each of
// b tokens, c = its state before each token.
fn verdict(i: Instruction, row: u32, n: u32) -> u32 {
	let p = i.domain - 2u;
	var end = lengthOf(row);
	if (n + 1u < spanCount(p, row)) { end = spanStart(p, row, n + 1u); }
	var least = NAN;
	for (var t = spanStart(p, row, n); t < end; t++) {
		let state = arena[i.c + row * tokensOfRow() + t];
		if (state == NONE) { continue; }
		let said = tables[i.a + state * i.b + tokenAt(row, t)];
		if (unknown(said)) { continue; }
		least = select(smaller(least, said), said, unknown(least));
	}
	return least;
}

// a = tokens of a span, b = 1 where the last token stands alone, c = most spans, 0 for no limit
fn fixedStart(i: Instruction, position: u32, all: u32) -> bool {
	let body = all - i.b;
	if (i.b == 1u && position == body) { return true; }
	return position < body && position % max(i.a, 1u) == 0u && (i.c == 0u || position / max(i.a, 1u) < i.c);
}

// variant: 0 index among the rollout's spans, 1 first token, 2 number of an uploaded column (a), 3 key of a column, as a word,
// 4 key of the state at the first token, by its table (a), 5 what the judge says
fn spanColumn(i: Instruction, s: Members) {
	let p = i.domain - 2u;
	let w = width(i.domain);
	for (var e = lane; e < s.count * w; e += LANES) {
		let row = memberOf(s, e / w);
		let n = e % w;
		if (!takesPart(i.domain, row, n)) { continue; }
		var result = 0u;
		switch i.variant {
			case 0u: { result = bitcast<u32>(f32(n)); }
			case 1u: { result = bitcast<u32>(f32(spanStart(p, row, n))); }
			case 5u: { result = verdict(i, row, n); }
			case 4u: { result = tables[i.a + stateAt(row, spanStart(p, row, n))]; }
			default: { result = tables[i.a + spanSource(p, row, n)]; }
		}
		arena[address(i.out, i.domain, row, n)] = result;
	}
}

// The number of its span for every token (a), 0 outside; variant 1: one inside. b = partition
fn spreadSpans(i: Instruction, s: Members) {
	let w = tokensOfRow();
	for (var e = lane; e < s.count * w; e += LANES) {
		let row = memberOf(s, e / w);
		let t = e % w;
		if (!takesPart(TOKEN, row, t)) { continue; }
		let span = spanOf(i.b, row, t);
		var result = 0u;
		if (span != NONE) {
			if (i.variant == 1u) { result = flag(true); } else { result = bits(i.a, row, span); }
		}
		arena[address(i.out, TOKEN, row, t)] = result;
	}
}
