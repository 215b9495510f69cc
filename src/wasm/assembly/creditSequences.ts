import { at, entry, put } from "./creditLanes";

// Recursions, neighbours and folds along lists of entries; rows are those of a rollout in order.

/** y_i = x_i + decay_i · y of the one before, or its minimum with that; from the end of each row, or from its start. */
export function creditScan(minimum: i32, backward: i32, out: usize, x: usize, decay: usize, entries: usize, offsets: usize, rows: i32): void {
	for (let row = 0; row < rows; row++) {
		const start = entry(offsets, row);
		const count = entry(offsets, row + 1) - start;
		let carry: f64 = minimum ? Infinity : 0;
		for (let k = 0; k < count; k++) {
			const i = entry(entries, start + (backward ? count - 1 - k : k));
			carry = minimum ? min<f64>(at(x, i), carry) : at(x, i) + at(decay, i) * carry;
			put(out, i, carry);
		}
	}
}

/** x of the next entry of the row, or of the previous one; `edge` of the entry's rollout where there is none. */
export function creditShift(backward: i32, out: usize, x: usize, edge: usize, rollout: usize, entries: usize, offsets: usize, rows: i32): void {
	for (let row = 0; row < rows; row++) {
		const start = entry(offsets, row);
		const end = entry(offsets, row + 1);
		for (let k = start; k < end; k++) {
			const i = entry(entries, k);
			const other = backward ? k - 1 : k + 1;
			put(out, i, other < start || other >= end ? at(edge, entry(rollout, i)) : at(x, entry(entries, other)));
		}
	}
}

/** One number of each list: sum, mean, first, last, min, max, count; 0 for an empty one. */
export function creditFold(how: i32, out: usize, x: usize, entries: usize, offsets: usize, lists: i32): void {
	for (let list = 0; list < lists; list++) {
		const start = entry(offsets, list);
		const end = entry(offsets, list + 1);
		put(out, list, start < end ? folded(how, x, entries, start, end) : 0);
	}
}

function folded(how: i32, x: usize, entries: usize, start: i32, end: i32): f64 {
	if (how == 6) return <f64>(end - start);
	if (how == 2) return at(x, entry(entries, start));
	if (how == 3) return at(x, entry(entries, end - 1));
	let least: f64 = Infinity;
	let most: f64 = -Infinity;
	let sum: f64 = 0;
	for (let k = start; k < end; k++) {
		const v = at(x, entry(entries, k));
		least = min<f64>(least, v);
		most = max<f64>(most, v);
		sum += v;
	}
	if (how == 4) return least;
	if (how == 5) return most;
	return how == 1 ? sum / <f64>(end - start) : sum;
}

/** 1 for the largest share of the counted, known entries of each row, earlier first among equals; else 0. */
export function creditTopShare(share: f64, out: usize, x: usize, where: usize, entries: usize, offsets: usize, rows: i32): void {
	for (let row = 0; row < rows; row++) {
		const start = entry(offsets, row);
		const end = entry(offsets, row + 1);
		let counted = 0;
		for (let k = start; k < end; k++) counted += i32(counts(x, where, entry(entries, k)));
		const kept = min<i32>(counted, max<i32>(1, <i32>Math.floor(share * <f64>counted + 0.5)));
		for (let k = start; k < end; k++) {
			const i = entry(entries, k);
			put(out, i, counts(x, where, i) && placeOf(i, x, where, entries, start, end) < kept ? 1 : 0);
		}
	}
}

@inline function counts(x: usize, where: usize, i: i32): bool {
	const v = at(x, i);
	return at(where, i) != 0 && v == v;
}

/** How many counted entries come before entry i in falling order. */
function placeOf(i: i32, x: usize, where: usize, entries: usize, start: i32, end: i32): i32 {
	let place = 0;
	for (let k = start; k < end; k++) {
		const j = entry(entries, k);
		if (!counts(x, where, j)) continue;
		if (at(x, j) > at(x, i) || (at(x, j) == at(x, i) && j < i)) place++;
	}
	return place;
}
