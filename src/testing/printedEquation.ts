/**
 * Reads the arithmetic of a trace as a person would, from its text alone, and works it out again. Numbers are printed to six digits, so each
 * stands for all numbers that would be printed so, and a result is the range that such numbers can give.
 */
export interface Range {
	readonly low: number;
	readonly high: number;
}

const exactly = (x: number): Range => ({ low: x, high: x });
const UNKNOWN = exactly(Number.NaN);
const DIGITS = 6;

/** All numbers that are printed as x is. */
function printedAs(x: number): Range {
	if (x === 0 || !Number.isFinite(x)) return exactly(x);
	const half = 0.5 * 10 ** (Math.floor(Math.log10(Math.abs(x))) - DIGITS + 1);
	return { low: x - half, high: x + half };
}

/** Whether a number lies in a range, but for rounding of the last bits; an unknown one only where the range is unknown. */
export function holds({ low, high }: Range, x: number): boolean {
	if (Number.isNaN(low) || Number.isNaN(high)) return Number.isNaN(x);
	const slack = 1e-12 * Math.max(1, Math.abs(low), Math.abs(high));
	return low - slack <= x && x <= high + slack;
}

const spanning = (...xs: readonly number[]): Range => ({ low: Math.min(...xs), high: Math.max(...xs) });
const corners = (a: Range, b: Range, of: (x: number, y: number) => number) =>
	spanning(of(a.low, b.low), of(a.low, b.high), of(a.high, b.low), of(a.high, b.high));
const through = (a: Range, of: (x: number) => number) => spanning(of(a.low), of(a.high));
const isZero = ({ low, high }: Range) => low === 0 && high === 0;

function divided(a: Range, b: Range): Range {
	if (isZero(b)) return exactly(0);
	if (b.low <= 0 && b.high >= 0) return { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
	return corners(a, b, (x, y) => x / y);
}

/** 1 or 0, or either where the digits do not tell. */
function truth(always: boolean, never: boolean): Range {
	return { low: always ? 1 : 0, high: never ? 0 : 1 };
}

const less = (a: Range, b: Range) => truth(a.high < b.low, !(a.low < b.high));
const atMost = (a: Range, b: Range) => truth(a.high <= b.low, !(a.low <= b.high));
const equal = (a: Range, b: Range) =>
	truth(a.low === a.high && a.low === b.low && b.low === b.high, a.high < b.low || b.high < a.low);

type Pair = (a: Range, b: Range) => Range;
const COMPARISONS: Readonly<Record<string, Pair>> = { "<": less, "≤": atMost, "==": equal };
const SUMS: Readonly<Record<string, Pair>> = {
	"+": (a, b) => ({ low: a.low + b.low, high: a.high + b.high }),
	"−": (a, b) => ({ low: a.low - b.high, high: a.high - b.low }),
};
const PRODUCTS: Readonly<Record<string, Pair>> = { "·": (a, b) => corners(a, b, (x, y) => x * y), "/": divided };
const CALLS: Readonly<Record<string, (...args: readonly Range[]) => Range>> = {
	min: (a, b) => ({ low: Math.min(a!.low, b!.low), high: Math.min(a!.high, b!.high) }),
	max: (a, b) => ({ low: Math.max(a!.low, b!.low), high: Math.max(a!.high, b!.high) }),
	abs: (a) => (a!.low <= 0 && a!.high >= 0 ? { low: 0, high: Math.max(-a!.low, a!.high) } : through(a!, Math.abs)),
	exp: (a) => through(a!, Math.exp),
	log: (a) => through(a!, Math.log),
	log2: (a) => through(a!, Math.log2),
	"√": (a) => through(a!, (x) => Math.sqrt(Math.max(0, x))),
	// Narrow ranges only; next to a turning point the slope is below the width.
	sin: (a) => ({ low: Math.sin(a!.low) - (a!.high - a!.low), high: Math.sin(a!.low) + (a!.high - a!.low) }),
	known: (a) => exactly(Number.isNaN(a!.low) ? 0 : 1),
	not: (a) => truth(isZero(a!), a!.low > 0 || a!.high < 0),
};

const TOKEN = /\s*(not known|\d+(?:\.\d+)?(?:e[+−-]?\d+)?|==|[A-Za-z]\w*|[−+·/<≤√(),])/gy;

/**
 * The range of an expression of numbers, signs, functions and known symbols.
 * @throws Error where it is none.
 */
export function evaluated(text: string, symbols: ReadonlyMap<string, number> = new Map()): Range {
	const words = [...text.matchAll(TOKEN)].map((match) => match[1]!);
	if (words.join("") !== text.replace(/\s(?!known)/g, "")) throw new Error(`no arithmetic: ${text}`);
	const reader = new Reader(words, symbols);
	const result = reader.comparison();
	reader.end();
	return result;
}

class Reader {
	private at = 0;
	constructor(
		private readonly words: readonly string[],
		private readonly symbols: ReadonlyMap<string, number>,
	) {}

	comparison(): Range {
		return this.chain(COMPARISONS, () => this.chain(SUMS, () => this.chain(PRODUCTS, () => this.factor())));
	}

	end(): void {
		if (this.at < this.words.length) throw new Error(`no arithmetic after ${this.words.slice(0, this.at).join(" ")}`);
	}

	private chain(signs: Readonly<Record<string, Pair>>, operand: () => Range): Range {
		let result = operand();
		for (let sign = signs[this.words[this.at] ?? ""]; sign; sign = signs[this.words[this.at] ?? ""]) {
			this.at++;
			result = sign(result, operand());
		}
		return result;
	}

	private factor(): Range {
		const word = this.words[this.at++] ?? "";
		if (word === "not known") return UNKNOWN;
		if (word === "−") return SUMS["−"]!(exactly(0), this.factor());
		if (word === "(") return this.inBrackets()[0]!;
		const call = CALLS[word];
		if (call) {
			this.take("(");
			return call(...this.inBrackets());
		}
		const symbol = this.symbols.get(word);
		if (symbol !== undefined) return exactly(symbol);
		const number = Number(word.replace("−", "-"));
		if (word === "" || Number.isNaN(number)) throw new Error(`no arithmetic: ${this.words.join(" ")}`);
		return printedAs(number);
	}

	private inBrackets(): Range[] {
		const found = [this.comparison()];
		while (this.words[this.at] === ",") {
			this.at++;
			found.push(this.comparison());
		}
		this.take(")");
		return found;
	}

	private take(word: string): void {
		if (this.words[this.at++] !== word) throw new Error(`no ${word} in ${this.words.join(" ")}`);
	}
}
