import type { Rng } from "../core/rng";

const modulo = (x: number, M: number) => ((x % M) + M) % M;

export const OPS = [
	{ name: "add", sign: "+", apply: (a: number, b: number, M: number) => modulo(a + b, M) },
	{ name: "sub", sign: "-", apply: (a: number, b: number, M: number) => modulo(a - b, M) },
	{ name: "mul", sign: "*", apply: (a: number, b: number, M: number) => modulo(a * b, M) },
] as const;

/** An operation on two nodes: the numbers come first, then the results of calls in order. */
export interface Call {
	readonly op: number;
	readonly a: number;
	readonly b: number;
}

/** A formula in postfix order: entries below 0 are operations (−1 − op), others positions of numbers. */
export interface Formula {
	/** The numbers of the formula from left to right, then spare ones. */
	readonly numbers: readonly number[];
	readonly postfix: readonly number[];
}

/** The calls that work a formula out, in postfix order. */
export function callsOf({ numbers, postfix }: Formula): Call[] {
	const calls: Call[] = [];
	const stack: number[] = [];
	for (const entry of postfix) {
		if (entry >= 0) {
			stack.push(entry);
			continue;
		}
		const [b, a] = [stack.pop() as number, stack.pop() as number];
		calls.push({ op: -1 - entry, a, b });
		stack.push(numbers.length + calls.length - 1);
	}
	return calls;
}

/** The value of every node modulo M; the last one is the formula's. */
export function valuesOf(formula: Formula, M: number): number[] {
	const values = [...formula.numbers];
	for (const { op, a, b } of callsOf(formula))
		values.push((OPS[op] as (typeof OPS)[number]).apply(values[a] as number, values[b] as number, M));
	return values;
}

/** A formula over `leaves` numbers below M, with random operations and, where wanted, random brackets. */
export function drawFormula(rng: Rng, leaves: number, spare: number, M: number, brackets: boolean): Formula {
	const numbers = Array.from({ length: leaves + spare }, () => rng.integer(M));
	const op = () => -1 - rng.integer(OPS.length);
	const between = (from: number, to: number): number[] => {
		if (to - from === 1) return [from];
		const cut = brackets ? from + 1 + rng.integer(to - from - 1) : to - 1;
		return [...between(from, cut), ...between(cut, to), op()];
	};
	return { numbers, postfix: between(0, leaves) };
}

/**
 * The node of the formula that a call brings, null where it is no gold call or its result is at hand already.
 * @param nodes the node that each pointer holds, null for none.
 * @param gold whether sums and products count with their operands swapped, too.
 */
export function nodeOf(
	formula: Formula,
	nodes: readonly (number | null)[],
	{ op, a, b }: Call,
	gold: "all" | "one",
): number | null {
	const [x, y] = [nodes[a] ?? null, nodes[b] ?? null];
	const swaps = gold === "all" && OPS[op]?.sign !== "-";
	const k = callsOf(formula).findIndex(
		(call) => call.op === op && ((call.a === x && call.b === y) || (swaps && call.a === y && call.b === x)),
	);
	const node = k < 0 ? null : formula.numbers.length + k;
	return node !== null && nodes.includes(node) ? null : node;
}

/** Says which node of the formula each pointer holds, as calls come in; null for results that are none. */
export class Ledger {
	private readonly nodes: (number | null)[];
	constructor(
		private readonly formula: Formula,
		private readonly gold: "all" | "one",
	) {
		this.nodes = formula.numbers.map((_, i) => i);
	}
	/** The pointers of a gold call whose operands are there and whose result is not, or null. */
	next(): Call | null {
		const { numbers } = this.formula;
		for (const [k, { op, a, b }] of callsOf(this.formula).entries()) {
			const pointers = [this.nodes.indexOf(a), this.nodes.indexOf(b)] as const;
			if (this.nodes.includes(numbers.length + k) || pointers.includes(-1)) continue;
			return { op, a: pointers[0], b: pointers[1] };
		}
		return null;
	}
	/** Records a call by its pointers; true if it is a gold call that was not made before. */
	record(call: Call): boolean {
		const node = nodeOf(this.formula, this.nodes, call, this.gold);
		this.nodes.push(node);
		return node !== null;
	}
	/** The pointer that holds the whole formula. */
	get answer(): number {
		return this.nodes.indexOf(this.formula.numbers.length + callsOf(this.formula).length - 1);
	}
}
