import type { TraceStep } from "../../engine/credit/traceOps";

/** One step of a method's arithmetic, as lines that stand below each other: what is computed, with numbers, and the result. */
export interface StepLines {
	/** Symbol of the step. */
	readonly symbol: string;
	/** The operation in words; empty where the first line says it. */
	readonly words: string;
	/** Right-hand sides, one a line. */
	readonly lines: readonly string[];
	/** Numbers that a statistic compared, where there are several and no line lists them; else empty. */
	readonly members: readonly number[];
}

/** The lines of a step as it was traced, without saying anything twice. */
export function linesOf({ symbol, operation, equation, members = [] }: TraceStep): StepLines {
	const lines = unique(equation.split(" = ").slice(1)).map(dividedByNothing);
	// A normaliser's name is its formula, and the names of arithmetic say less than the arithmetic.
	const isFormula = /^\(?x /.test(operation);
	const words = isFormula ? operation.slice(operation.indexOf(" over the ") + 1) : operation;
	return {
		symbol,
		words: words.includes(" ") ? words : "",
		lines,
		members: isFormula && members.length > 1 ? members : [],
	};
}

/** Methods take what is divided by 0 as 0; a fraction over 0 would look like a mistake. */
const dividedByNothing = (line: string) => line.replace(/^\S+ \/ 0$/, "divided by 0, which counts as 0");

/** Lines that say something new: a number in parentheses is the number. */
export function unique(parts: readonly string[]): string[] {
	const plain = (part: string) => part.replace(/^\((\u2212[\d.e+-]+)\)$/, "$1");
	return parts.map(plain).filter((part, i, all) => part !== all[i - 1]);
}

/** Four significant digits. */
export function text(v: number): string {
	return Number.isNaN(v) ? "not known" : String(Number(v.toPrecision(4))).replace("-", "\u2212");
}
