import { largest, smallest } from "../core/extremes";
import type { CpuOps, Domain } from "./cpuOps";
import type { Fold, Kind, Node } from "./ops";
import type { Spans } from "./partition";

type Scan = Extract<Kind, { op: "scan" }>;

/** Active entries of each rollout in order. */
export function* rowsOf({ count, rollout, active }: Domain): Generator<number[]> {
	let row: number[] = [];
	for (let i = 0; i < count; i++) {
		if (i > 0 && rollout[i] !== rollout[i - 1]) {
			yield row;
			row = [];
		}
		if (active[i]) row.push(i);
	}
	yield row;
}

/** Recursions over the active entries of each rollout; see `suffixSum`. */
export function scanned(domain: Domain, { fold, direction }: Scan, x: Float64Array, decay: Float64Array): Float64Array {
	const out = new Float64Array(domain.count);
	for (const row of rowsOf(domain)) {
		let carry = fold === "min" ? Number.POSITIVE_INFINITY : 0;
		for (const i of direction === "suffix" ? row.reverse() : row) {
			carry = fold === "min" ? Math.min(x[i]!, carry) : x[i]! + decay[i]! * carry;
			out[i] = carry;
		}
	}
	return out;
}

/** The neighbour's number; `edge[rollout]` where there is no neighbour. */
export function shifted(domain: Domain, from: "next" | "previous", x: Float64Array, edge: Float64Array): Float64Array {
	const out = new Float64Array(domain.count);
	for (const row of rowsOf(domain))
		row.forEach((i, at) => {
			const neighbour = row[from === "next" ? at + 1 : at - 1];
			out[i] = neighbour === undefined ? edge[domain.rollout[i]!]! : x[neighbour]!;
		});
	return out;
}

/** One number a span or rollout from the active entries in it. */
export function foldRows(ops: CpuOps, node: Node, how: Fold): Float64Array {
	const x = ops.value(node.args[0]!);
	return Float64Array.from(foldedEntries(ops, node), (row) => FOLDS[how](row.map((i) => x[i]!)));
}

/** Entries that each number of a reduction is made from. */
export function foldedEntries(ops: CpuOps, node: Node): number[][] {
	const source = ops.domain(node.args[0]!);
	const target = node.level === "span" ? ops.spans(node.partition!).ofToken : source.rollout;
	const members: number[][] = Array.from({ length: ops.domain(node).count }, () => []);
	for (let i = 0; i < source.count; i++) if (source.active[i] && target[i]! >= 0) members[target[i]!]!.push(i);
	return members;
}

const total = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);
const FOLDS: Readonly<Record<Fold, (xs: readonly number[]) => number>> = {
	sum: total,
	mean: (xs) => (xs.length > 0 ? total(xs) / xs.length : 0),
	first: (xs) => xs[0] ?? 0,
	last: (xs) => xs.at(-1) ?? 0,
	min: (xs) => (xs.length > 0 ? smallest(xs) : 0),
	max: (xs) => (xs.length > 0 ? largest(xs) : 0),
	count: (xs) => xs.length,
};

export const covers = ({ ofToken }: Spans) => Float64Array.from(ofToken, (s) => (s < 0 ? 0 : 1));

/** 1 for the largest share of the counted entries of each rollout, unknown ones not counted; earlier first among equals. */
export function topShares(domain: Domain, share: number, x: Float64Array, where: Float64Array): Float64Array {
	const out = new Float64Array(domain.count);
	for (const row of rowsOf(domain)) {
		const counted = row.filter((i) => where[i] !== 0 && !Number.isNaN(x[i]!));
		const k = Math.min(counted.length, Math.max(1, Math.floor(share * counted.length + 0.5)));
		const order = [...counted].sort((a, b) => x[b]! - x[a]! || a - b);
		for (const i of order.slice(0, k)) out[i] = 1;
	}
	return out;
}
