import { largest } from "../core/extremes";
import { allAlike } from "./alike";
import type { CpuOps } from "./cpuOps";
import type { Kind, Node, Normaliser, Scope, Stat } from "./ops";

/** Members of each group of counted entries, in order. */
export function membersOf(ops: CpuOps, node: Node, scope: Scope): number[][] {
	const { count, active } = ops.domain(node);
	const where = ops.value(node.args[1]!);
	const keys = groupKeys(ops, node, scope, ops.value(node.args[2]!));
	const groups = new Map<number, number[]>();
	for (let i = 0; i < count; i++) {
		if (!active[i] || where[i] === 0) continue;
		const members = groups.get(keys[i]!);
		if (members) members.push(i);
		else groups.set(keys[i]!, [i]);
	}
	return [...groups.values()];
}

/** A number for each entry, equal exactly for those that are compared. A span without a state key is compared with none. */
export function groupKeys(ops: CpuOps, node: Node, { within, by }: Scope, key: Float64Array): Float64Array {
	const { count, rollout } = ops.domain(node);
	const { groupIds } = ops.batch;
	const base = (i: number) => (within === "batch" ? 0 : within === "rollout" ? rollout[i]! : groupIds[rollout[i]!]!);
	const out = new Float64Array(count);
	if (by === undefined) return out.map((_, i) => base(i));
	const part = by === "key" ? (i: number) => key[i]! : spanKey(ops, node, by);
	const numbers = new Map<string, number>();
	for (let i = 0; i < count; i++) {
		const name = `${base(i)} ${part(i)}`;
		const known = numbers.get(name) ?? numbers.size;
		numbers.set(name, known);
		out[i] = known;
	}
	return out;
}

function spanKey(ops: CpuOps, node: Node, by: "state" | "rank"): (s: number) => string | number {
	const spans = ops.spans(node.partition!);
	if (by === "rank") return (s) => s - spans.offsets[spans.rollout[s]!]!;
	const table = node.partition!.kind === "turns" ? ops.batch.turns : ops.batch.steps;
	return (s) => {
		const key = table?.stateKeys?.[spans.source[s]!];
		return key == null ? `alone ${s}` : `key ${key}`;
	};
}

/** A statistic given back to each member; see `groupStat`. */
export function groupStatistic(
	ops: CpuOps,
	node: Node,
	{ stat, scope }: Extract<Kind, { op: "groupStat" }>,
): Float64Array {
	const x = ops.value(node.args[0]!);
	const weight = ops.value(node.args[3]!);
	const out = new Float64Array(x.length);
	for (const members of membersOf(ops, node, scope)) {
		const xs = members.map((i) => x[i]!);
		const ws = members.map((i) => weight[i]!);
		const of = STATS[stat](xs, ws);
		members.forEach((i, k) => {
			out[i] = of(k);
		});
	}
	return out;
}

const sum = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);

function weightedMean(xs: readonly number[], ws: readonly number[]): number {
	if (allAlike(xs)) return xs[0]!;
	const w = sum(ws);
	return w === 0 ? 0 : sum(xs.map((x, i) => x * ws[i]!)) / w;
}

/**
 * Standard deviation sqrt(Σ w (x − mean)² / (Σw − ddof)); `ddof` 1 or 0. Exactly 0 for numbers that count as equal, and where too little counts to
 * have one: Σw ≤ ddof.
 */
function deviation(xs: readonly number[], ws: readonly number[], ddof: number): number {
	if (allAlike(xs)) return 0;
	const freedom = sum(ws) - ddof;
	if (freedom <= 0) return unknownAmong(xs) ? Number.NaN : 0;
	const mean = weightedMean(xs, ws);
	return Math.sqrt(sum(xs.map((x, i) => ws[i]! * (x - mean) ** 2)) / freedom);
}

const unknownAmong = (xs: readonly number[]) => xs.some(Number.isNaN);

/** Mean of the others; the first among equal ones; 0 for one alone. */
function others(xs: readonly number[]): (k: number) => number {
	if (xs.length === 1) return () => 0;
	if (allAlike(xs)) return () => xs[0]!;
	const total = sum(xs);
	return (k) => (total - xs[k]!) / (xs.length - 1);
}

/** Largest of the others; 0 for one alone. */
function largestOther(xs: readonly number[]): (k: number) => number {
	if (xs.length === 1) return () => 0;
	if (unknownAmong(xs)) return () => Number.NaN;
	const [first, second] = [...xs].sort((a, b) => b - a);
	return (k) => (xs[k] === first ? second! : first!);
}

function ranks(xs: readonly number[]): (k: number) => number {
	if (unknownAmong(xs)) return () => Number.NaN;
	const sorted = [...xs].sort((a, b) => a - b);
	const first = new Map<number, number>();
	for (const [i, x] of sorted.entries()) if (!first.has(x)) first.set(x, i);
	return (k) => first.get(xs[k]!)!;
}

type Statistic = (xs: readonly number[], ws: readonly number[]) => (k: number) => number;
const same =
	(of: (xs: readonly number[], ws: readonly number[]) => number): Statistic =>
	(xs, ws) => {
		const value = of(xs, ws);
		return () => value;
	};
const STATS: Readonly<Record<Stat, Statistic>> = {
	sum: same(sum),
	mean: same(weightedMean),
	looMean: others,
	looMax: largestOther,
	sd1: same((xs, ws) => deviation(xs, ws, 1)),
	sd0: same((xs, ws) => deviation(xs, ws, 0)),
	min: same((xs) => -largest(xs.map((x) => -x))),
	max: same((xs) => largest(xs)),
	count: same((xs) => xs.length),
	rank: ranks,
};

/** (x − centre) / (scale + eps); see `normalise`. */
export function normalised(ops: CpuOps, node: Node, options: Normaliser): Float64Array {
	const x = ops.value(node.args[0]!);
	const weight = ops.value(node.args[3]!);
	const out = new Float64Array(x.length);
	for (const members of membersOf(ops, node, options)) {
		const xs = members.map((i) => x[i]!);
		const ws = members.map((i) => weight[i]!);
		const scaled = xs.length === 1 ? [alone(xs[0]!, options)] : centred(xs, ws, options);
		members.forEach((i, k) => {
			out[i] = scaled[k]!;
		});
	}
	return out;
}

function alone(x: number, { center, scale, singleton, ...eps }: Normaliser): number {
	if (center === "none" && scale === "none") return x;
	return singleton === "zero" ? 0 : scale === "none" ? x : x / divisor(1, eps);
}

function centred(xs: readonly number[], ws: readonly number[], options: Normaliser): readonly number[] {
	const { center, scale } = options;
	if (center === "none" && scale === "none") return xs;
	if (allAlike(xs)) return xs.map(() => 0);
	const middle = center === "none" ? () => 0 : STATS[center === "loo" ? "looMean" : "mean"](xs, ws);
	const by = scale === "none" ? 1 : divisor(deviation(xs, ws, scale === "sd1" ? 1 : 0), options);
	return xs.map((x, k) => (x - middle(k)) / by);
}

function divisor(sd: number, { eps, epsOn }: Pick<Normaliser, "eps" | "epsOn">): number {
	return epsOn === "sd" ? sd + eps : Math.sqrt(sd * sd + eps);
}
