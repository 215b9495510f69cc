/** Worth of an expression: x uses a number twice, v is valid, h hits the target. */
export type Worth = "x" | "v" | "h";
export const REWARD: Readonly<Record<Worth, number>> = { x: 0, v: 0.1, h: 1 };
export const OPS = ["+", "-", "*", "/"] as const;

/** An exact fraction with positive denominator. */
type Fraction = readonly [number, number];

function applied([n, d]: Fraction, op: number, by: number): Fraction {
	if (op === 0) return [n + by * d, d];
	if (op === 1) return [n - by * d, d];
	return op === 2 ? [n * by, d] : [n, d * by];
}

export interface Prompt {
	/** Ascending. */
	readonly numbers: readonly number[];
	readonly target: number;
}

/** An expression that is being written, left to right. */
export interface Expression {
	/** Bit i: number i is used. */
	readonly used: number;
	readonly value: Fraction;
	/** Operation that waits for its second operand. */
	readonly op: number | null;
	/** Tokens written. */
	readonly length: number;
	/** The worth of every way to finish it, in a fixed order; x once a number has been used twice. */
	readonly future: string;
}

/** Nothing written yet: the first number will be added to nothing. */
export function empty({ numbers, target }: Prompt): Expression {
	let future = "";
	eachExpression(numbers, (_, [a, b]) => {
		future += a === target * b ? "h" : "v";
	});
	return { used: 0, value: [0, 1], op: 0, length: 0, future };
}

/** The i-th of `parts` equal parts: what is left of a future after one of so many choices. */
function part(future: string, parts: number, i: number): string {
	const length = future.length / parts;
	return future.slice(i * length, (i + 1) * length);
}

/** The expression after operation number `op` (its place in `OPS`). */
export function withOp(e: Expression, op: number): Expression {
	const future = e.future === "x" ? "x" : part(e.future, OPS.length, op);
	return { ...e, op, length: e.length + 1, future };
}

/** The expression after number i. */
export function withNumber(e: Expression, { numbers }: Prompt, i: number): Expression {
	const unused = [...numbers.keys()].filter((k) => !(e.used & (1 << k)));
	const twice = e.future === "x" || !unused.includes(i);
	return {
		used: e.used | (1 << i),
		value: applied(e.value, e.op as number, numbers[i] as number),
		op: null,
		length: e.length + 1,
		future: twice ? "x" : part(e.future, unused.length, unused.indexOf(i)),
	};
}

/** Calls back with every expression over the numbers: index, operation, index, … and its value. */
export function eachExpression(
	numbers: readonly number[],
	visit: (written: readonly number[], value: Fraction) => void,
): void {
	const written: number[] = [];
	const from = (used: number, value: Fraction, op: number) => {
		for (let i = 0; i < numbers.length; i++) {
			if (used & (1 << i)) continue;
			const next = applied(value, op, numbers[i] as number);
			written.push(i);
			if (written.length === 2 * numbers.length - 1) visit(written, next);
			else
				for (let o = 0; o < OPS.length; o++) {
					written.push(o);
					from(used | (1 << i), next, o);
					written.pop();
				}
			written.pop();
		}
	};
	from(0, [0, 1], 0);
}
