import type { BinaryFn, Kind, Normaliser, Stat, TreeStat, UnaryFn } from "./ops";

const SIGNS: Readonly<Record<BinaryFn, string>> = {
	add: "+",
	sub: "−",
	mul: "·",
	div: "/",
	min: "min",
	max: "max",
	less: "<",
	atMost: "≤",
	equal: "==",
};
const UNARY: Readonly<Record<UnaryFn, string>> = {
	neg: "−",
	abs: "abs",
	exp: "exp",
	log: "log",
	log2: "log2",
	sqrt: "√",
	sin: "sin",
	known: "known",
	not: "not",
};
export const STATS: Readonly<Record<Stat, string>> = {
	sum: "sum",
	mean: "mean",
	looMean: "mean of the others",
	looMax: "largest of the others",
	sd1: "standard deviation, n − 1,",
	sd0: "standard deviation, n,",
	min: "smallest",
	max: "largest",
	count: "number",
	rank: "number of smaller ones",
};

export const unaryText = (fn: UnaryFn, x: string) => (fn === "neg" ? `−${x}` : `${UNARY[fn]}(${x})`);

export const binaryText = (fn: BinaryFn, a: string, b: string) =>
	fn === "min" || fn === "max" ? `${fn}(${a}, ${b})` : `${a} ${SIGNS[fn]} ${b}`;

const TREE: Readonly<Record<TreeStat, string>> = {
	mean: "mean over the rollouts",
	childMean: "mean over the branches of the rollouts",
	childSd0: "standard deviation, n, over the branches of the rollouts",
	count: "number of rollouts",
	order: "number of earlier rollouts",
};

/** A primitive in words. */
export function inWords(kind: Kind): string {
	switch (kind.op) {
		case "groupStat":
			return `${STATS[kind.stat]} over the ${kind.scope.within}${keyed(kind.scope.by)}`;
		case "normalise":
			return normaliserInWords(kind.options);
		case "scan":
			return `${kind.fold === "min" ? "smallest" : "discounted sum"} ${kind.direction === "suffix" ? "from here on" : "up to here"}`;
		case "shift":
			return `${kind.from} one`;
		case "reduce":
			return `${kind.how} of its tokens`;
		case "prefix":
			return `${TREE[kind.stat]} that share what is written ${kind.at === "before" ? "before this" : "up to here"}`;
		case "topShare":
			return `among the largest ${shown(100 * kind.share)} %`;
		case "covered":
			return "lies in a span";
		case "select":
			return "choice";
		case "spread":
			return "handed on";
		case "unary":
		case "binary":
			return kind.fn;
		case "signal":
			return "signal";
		default:
			return kind.op;
	}
}

const keyed = (by: string | undefined) => (by === undefined ? "" : `, same ${by}`);

function normaliserInWords(options: Normaliser): string {
	return `${normaliserText(options)} over the ${options.within}${keyed(options.by)}`;
}

/** `(x − mean) / (sd (n − 1) + 0.000001)`. */
export function normaliserText({ center, scale, eps, epsOn }: Normaliser): string {
	const middle = { none: "x", mean: "x − mean", loo: "x − mean of the others" }[center];
	const sd = { none: "", sd1: "sd (n − 1)", sd0: "sd (n)" }[scale];
	const over = epsOn === "sd" ? `${sd} + ${shown(eps)}` : `√(${sd}² + ${shown(eps)})`;
	return scale === "none" ? middle : `(${middle}) / (${over})`;
}

const LISTED = 8;

/** Numbers one after the other; of many, equal neighbours once with their number, `0 × 8, 1`, and then the first and the last few. */
export function listed(numbers: readonly number[]): string {
	if (numbers.length <= LISTED) return numbers.map(shown).join(", ");
	const runs = runsOf(numbers);
	if (runs.length <= LISTED) return runs.map(runText).join(", ");
	const middle = runs.slice(LISTED / 2, -LISTED / 2).reduce((count, run) => count + run.count, 0);
	const ends = [runs.slice(0, LISTED / 2), runs.slice(-LISTED / 2)].map((some) => some.map(runText).join(", "));
	return ends.join(`, … ${middle} more …, `);
}

interface Run {
	readonly x: number;
	readonly count: number;
}

function runsOf(numbers: readonly number[]): Run[] {
	const runs: Run[] = [];
	for (const x of numbers) {
		const last = runs.at(-1);
		if (last && Object.is(last.x, x)) runs[runs.length - 1] = { x, count: last.count + 1 };
		else runs.push({ x, count: 1 });
	}
	return runs;
}

const runText = ({ x, count }: Run) => (count === 1 ? shown(x) : `${shown(x)} × ${count}`);

const DIGITS = 6;

/** Six significant digits. */
export const shown = (x: number) => shownIn(DIGITS, x);
export const signed = (x: number) => signedIn(DIGITS, x);

function shownIn(digits: number, x: number): string {
	return Number.isNaN(x) ? "not known" : String(Number(x.toPrecision(digits))).replace("-", "−");
}
export const signedIn = (digits: number, x: number) => (x < 0 ? `(${shownIn(digits, x)})` : shownIn(digits, x));

/** Digits that numbers need for their sum or difference to be seen: those that cancel come on top. */
export function digitsFor(numbers: readonly number[], result: number): number {
	const lost = Math.log10(Math.max(...numbers.map(Math.abs)) / Math.abs(result));
	return Number.isFinite(lost) ? Math.min(17, DIGITS + Math.max(0, Math.floor(lost))) : DIGITS;
}
