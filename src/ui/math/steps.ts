import type { TraceStep } from "../../engine/credit/traceOps";

/** One step of a method's arithmetic, as lines that stand below each other: what is computed, with numbers, and the result. */
export interface StepLines {
	/** Symbol of the step. */
	readonly symbol: string;
	/** The operation in words; empty where the first line says it. */
	readonly words: string;
	/** Right-hand sides, one a line. */
	readonly lines: readonly string[];
	/** Numbers that a statistic compared; empty for other steps. */
	readonly members: readonly number[];
}

/**
 * The lines of a step. Arithmetic comes as it was traced. A statistic that is written out, such as (x − mean) / sd, gets its own numbers
 * filled in from the members it compared, provided that they give the very value of the step.
 */
export function linesOf(step: TraceStep): StepLines {
	const { symbol, operation, equation, value, inputs, members = [] } = step;
	const parts = equation.split(" = ").slice(1);
	if (!equation.includes(`${operation} (`)) {
		// The names of arithmetic say less than the arithmetic.
		const words = operation.includes(" ") ? operation : "";
		return { symbol, words, lines: unique(parts), members };
	}
	const [formula, over] = splitWords(operation);
	const given = inputs
		.map((x) => (x.symbol === text(x.value) ? x.symbol : `${x.symbol} = ${text(x.value)}`))
		.join(", ");
	const filled = formula ? filledIn(formula, inputs, members, value) : null;
	const words = formula ? `${over}, x: ${given}` : `${operation} of ${given}`;
	return { symbol, words, lines: [...(formula ? [formula] : []), ...(filled ? [filled] : []), text(value)], members };
}

/** Lines that say something new: a number in parentheses is the number. */
export function unique(parts: readonly string[]): string[] {
	const plain = (part: string | undefined) => part?.replace(/^\((\u2212[\d.e+-]+)\)$/, "$1");
	return parts.map((part) => plain(part) as string).filter((part, i, all) => part !== all[i - 1]);
}

/** A normaliser's formula and the words after it; no formula for operations that are words alone. */
function splitWords(operation: string): [formula: string, over: string] {
	const at = operation.indexOf(" over the ");
	const formula = at < 0 ? "" : operation.slice(0, at);
	return /^\(?x( |$)/.test(formula) ? [formula, operation.slice(at + 1)] : ["", operation];
}

function filledIn(
	formula: string,
	inputs: TraceStep["inputs"],
	members: readonly number[],
	value: number,
): string | null {
	const [x] = inputs;
	if (!x || inputs.length > 1 || members.length < 2) return null;
	const n = members.length;
	const sum = members.reduce((a, b) => a + b, 0);
	const others = formula.includes("mean of the others");
	const mean = others ? (sum - x.value) / (n - 1) : sum / n;
	const middle = sum / n;
	const squares = members.reduce((a, m) => a + (m - middle) ** 2, 0);
	const sd = formula.includes("(n \u2212 1)") ? Math.sqrt(squares / (n - 1)) : Math.sqrt(squares / n);
	const eps = Number(/\+ ([\d.e-]+)\)/.exec(formula)?.[1] ?? 0);
	const scale = !formula.includes("/") ? 1 : formula.includes("\u221a") ? Math.sqrt(sd * sd + eps) : sd + eps;
	const top = formula.includes("mean") ? x.value - mean : x.value;
	if (!(Math.abs(top / scale - value) <= 1e-6 * Math.max(1, Math.abs(value)))) return null;
	const numerator = formula.includes("mean") ? `${text(x.value)} \u2212 ${inner(mean)}` : text(x.value);
	return scale === 1 ? numerator : `(${numerator}) / ${text(scale)}`;
}

const inner = (v: number) => (v < 0 ? `(${text(v)})` : text(v));

/** Four significant digits. */
export function text(v: number): string {
	return Number.isNaN(v) ? "not known" : String(Number(v.toPrecision(4))).replace("-", "\u2212");
}
