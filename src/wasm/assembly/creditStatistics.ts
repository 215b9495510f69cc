import { at, entry, put } from "./creditLanes";

// Statistics of the entries that are compared with each other, given back to each of them.

/** How far apart numbers may lie that count as equal, as a part of the largest magnitude: `ALIKE` of the engine. */
const ALIKE: f64 = 1.0 / 1048576.0;

@inline function alikeBetween(least: f64, most: f64): bool {
	return most - least <= ALIKE * max<f64>(Math.abs(least), Math.abs(most));
}

/** Whether only rounding tells the numbers of a list apart: then they have no deviation, to the last bit. */
function alike(x: usize, entries: usize, start: i32, end: i32): bool {
	let least = at(x, entry(entries, start));
	let most = least;
	for (let k = start + 1; k < end; k++) {
		const v = at(x, entry(entries, k));
		least = min<f64>(least, v);
		most = max<f64>(most, v);
	}
	return alikeBetween(least, most);
}

function known(x: usize, entries: usize, start: i32, end: i32): bool {
	for (let k = start; k < end; k++) if (isNaN(at(x, entry(entries, k)))) return false;
	return true;
}

function total(x: usize, entries: usize, start: i32, end: i32): f64 {
	let sum: f64 = 0;
	for (let k = start; k < end; k++) sum += at(x, entry(entries, k));
	return sum;
}

function weightedMean(x: usize, weight: usize, entries: usize, start: i32, end: i32): f64 {
	if (alike(x, entries, start, end)) return at(x, entry(entries, start));
	const all = total(weight, entries, start, end);
	if (all == 0) return 0;
	let sum: f64 = 0;
	for (let k = start; k < end; k++) {
		const i = entry(entries, k);
		sum += at(x, i) * at(weight, i);
	}
	return sum / all;
}

function deviation(x: usize, weight: usize, entries: usize, start: i32, end: i32, ddof: f64): f64 {
	if (alike(x, entries, start, end)) return 0;
	const freedom = total(weight, entries, start, end) - ddof;
	if (freedom <= 0) return known(x, entries, start, end) ? 0 : NaN;
	const mean = weightedMean(x, weight, entries, start, end);
	let sum: f64 = 0;
	for (let k = start; k < end; k++) {
		const i = entry(entries, k);
		const d = at(x, i) - mean;
		sum += at(weight, i) * (d * d);
	}
	return Math.sqrt(sum / freedom);
}

/** sum, mean, looMean, looMax, sd1, sd0, min, max, count, rank; `scratch` has room for the longest list. */
export function creditStatistic(stat: i32, out: usize, x: usize, weight: usize, entries: usize, offsets: usize, lists: i32, scratch: usize): void {
	for (let list = 0; list < lists; list++) {
		const start = entry(offsets, list);
		const end = entry(offsets, list + 1);
		if (stat == 2 || stat == 3) others(stat, out, x, entries, start, end);
		else if (stat == 9) ranks(out, x, entries, start, end, scratch);
		else {
			const value = common(stat, x, weight, entries, start, end);
			for (let k = start; k < end; k++) put(out, entry(entries, k), value);
		}
	}
}

function common(stat: i32, x: usize, weight: usize, entries: usize, start: i32, end: i32): f64 {
	switch (stat) {
		case 0:
			return total(x, entries, start, end);
		case 1:
			return weightedMean(x, weight, entries, start, end);
		case 4:
			return deviation(x, weight, entries, start, end, 1);
		case 5:
			return deviation(x, weight, entries, start, end, 0);
		case 8:
			return <f64>(end - start);
	}
	let least: f64 = Infinity;
	let most: f64 = -Infinity;
	for (let k = start; k < end; k++) {
		const v = at(x, entry(entries, k));
		least = min<f64>(least, v);
		most = max<f64>(most, v);
	}
	return stat == 6 ? least : most;
}

/** Mean or largest of the others; 0 for one alone. */
function others(stat: i32, out: usize, x: usize, entries: usize, start: i32, end: i32): void {
	const count = end - start;
	const equal = alike(x, entries, start, end);
	const own = at(x, entry(entries, start));
	const sum = total(x, entries, start, end);
	let first: f64 = -Infinity;
	let second: f64 = -Infinity;
	for (let k = start; k < end; k++) {
		const v = at(x, entry(entries, k));
		second = max<f64>(second, min<f64>(first, v));
		first = max<f64>(first, v);
	}
	for (let k = start; k < end; k++) {
		const i = entry(entries, k);
		const v = at(x, i);
		if (count == 1) put(out, i, 0);
		else if (stat == 2) put(out, i, equal ? own : (sum - v) / <f64>(count - 1));
		else put(out, i, v == first ? second : first);
	}
}

/** How many are smaller; not known where one number is not. */
function ranks(out: usize, x: usize, entries: usize, start: i32, end: i32, scratch: usize): void {
	const count = end - start;
	const told = known(x, entries, start, end);
	for (let k = 0; k < count; k++) put(scratch, k, at(x, entry(entries, start + k)));
	if (told) heapSort(scratch, count);
	for (let k = start; k < end; k++) {
		const i = entry(entries, k);
		put(out, i, told ? <f64>smaller(scratch, count, at(x, i)) : NaN);
	}
}

function heapSort(x: usize, count: i32): void {
	for (let root = (count >> 1) - 1; root >= 0; root--) sift(x, root, count);
	for (let last = count - 1; last > 0; last--) {
		const top = at(x, 0);
		put(x, 0, at(x, last));
		put(x, last, top);
		sift(x, 0, last);
	}
}

function sift(x: usize, root: i32, count: i32): void {
	const value = at(x, root);
	for (;;) {
		let child = 2 * root + 1;
		if (child >= count) break;
		if (child + 1 < count && at(x, child + 1) > at(x, child)) child++;
		if (at(x, child) <= value) break;
		put(x, root, at(x, child));
		root = child;
	}
	put(x, root, value);
}

/** How many of the sorted numbers are below v. */
function smaller(x: usize, count: i32, v: f64): i32 {
	let low = 0;
	let high = count;
	while (low < high) {
		const middle = (low + high) >> 1;
		if (at(x, middle) < v) low = middle + 1;
		else high = middle;
	}
	return low;
}

/** (x − centre) / (scale + eps). Centre: none, mean, loo; scale: none, sd1, sd0; eps on the deviation or on the variance. */
export function creditNormalise(center: i32, scale: i32, eps: f64, onVariance: i32, rawAlone: i32, out: usize, x: usize, weight: usize, entries: usize, offsets: usize, lists: i32): void {
	for (let list = 0; list < lists; list++) {
		const start = entry(offsets, list);
		const end = entry(offsets, list + 1);
		if (center == 0 && scale == 0) for (let k = start; k < end; k++) put(out, entry(entries, k), at(x, entry(entries, k)));
		else if (end - start == 1) put(out, entry(entries, start), rawAlone ? at(x, entry(entries, start)) / divisor(scale, 1, eps, onVariance) : 0);
		else if (alike(x, entries, start, end)) for (let k = start; k < end; k++) put(out, entry(entries, k), 0);
		else {
			const sd = scale == 0 ? 0 : deviation(x, weight, entries, start, end, scale == 1 ? 1 : 0);
			const by = divisor(scale, sd, eps, onVariance);
			const mean = center == 1 ? weightedMean(x, weight, entries, start, end) : 0;
			const sum = center == 2 ? total(x, entries, start, end) : 0;
			const rest = <f64>(end - start - 1);
			for (let k = start; k < end; k++) {
				const v = at(x, entry(entries, k));
				put(out, entry(entries, k), (v - (center == 2 ? (sum - v) / rest : mean)) / by);
			}
		}
	}
}

@inline function divisor(scale: i32, sd: f64, eps: f64, onVariance: i32): f64 {
	if (scale == 0) return 1;
	return onVariance ? Math.sqrt(sd * sd + eps) : sd + eps;
}

/**
 * Mean and deviation (divisor n) of what lies below each node of a tree, nodes after their children: entries are earlier nodes, or
 * −1 − b for rollout b of x.
 */
export function creditTree(means: usize, deviations: usize, x: usize, entries: usize, offsets: usize, nodes: i32): void {
	for (let node = 0; node < nodes; node++) {
		const start = entry(offsets, node);
		const end = entry(offsets, node + 1);
		let least: f64 = Infinity;
		let most: f64 = -Infinity;
		let sum: f64 = 0;
		for (let k = start; k < end; k++) {
			const v = below(entry(entries, k), means, x);
			least = min<f64>(least, v);
			most = max<f64>(most, v);
			sum += v;
		}
		const first = below(entry(entries, start), means, x);
		const equal = alikeBetween(least, most);
		const mean = equal ? first : sum / <f64>(end - start);
		let squares: f64 = 0;
		for (let k = start; k < end; k++) {
			const d = below(entry(entries, k), means, x) - mean;
			squares += d * d;
		}
		put(means, node, mean);
		put(deviations, node, equal ? 0 : Math.sqrt(squares / <f64>(end - start)));
	}
}

@inline function below(ref: i32, means: usize, x: usize): f64 {
	return ref < 0 ? at(x, -1 - ref) : at(means, ref);
}
