import { abs, add, atMost, div, groupStat, max, mul, type Node, type Operand, type Scope, select, sub } from "./ops";

/**
 * How far apart numbers may lie that count as equal, as a part of the largest magnitude among them: 2⁻²⁰, sixteen roundings of float32.
 *
 * Returns that are equal by right are sums of the same rewards in another order, or of rewards such as 0.1, which no binary number is; a
 * deviation of what rounding left, divided by itself, would be credit of 1. Every interpreter has this bound (`creditStatistics` in WGSL and
 * WebAssembly; `lossMetrics` for dead groups), a power of two, so that all of them decide alike on numbers of float32.
 */
export const ALIKE = 2 ** -20;

/** Whether all numbers count as equal; false where one is not known. */
export function allAlike(xs: ArrayLike<number>): boolean {
	let [low, high] = [xs[0]!, xs[0]!];
	for (let i = 1; i < xs.length; i++) {
		low = Math.min(low, xs[i]!);
		high = Math.max(high, xs[i]!);
	}
	return high - low <= ALIKE * Math.max(Math.abs(low), Math.abs(high));
}

/** 1 where all that is compared with an entry counts as equal, as in `allAlike`. */
export function alike<L extends Node["level"]>(x: Node<L>, scope: Scope): Node<L> {
	return alikeBetween(groupStat(x, "min", scope), groupStat(x, "max", scope));
}

/** 1 where numbers between these two count as equal. */
export function alikeBetween<L extends Node["level"]>(low: Node<L>, high: Node<L>): Node<L> {
	return atMost(sub(high, low), mul(max(abs(low), abs(high)), ALIKE));
}

/** x / (sd + eps), and 0 where the deviation is 0: nothing is told apart there, and eps alone would blow up what rounding left of x. */
export function overDeviation<L extends Node["level"]>(x: Operand<L>, sd: Node<L>, eps: number): Node<L> {
	return div(x, select(sd, add(sd, eps), 0));
}
