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
	const over = epsOn === "sd" ? `${sd} + ${eps}` : `√(${sd}² + ${eps})`;
	return scale === "none" ? middle : `(${middle}) / (${over})`;
}

const LISTED = 8;

/** Numbers one after the other, the first few of many. */
export function listed(numbers: readonly number[]): string {
	const some = numbers.slice(0, LISTED).map(shown).join(", ");
	return numbers.length > LISTED ? `${some}, … ${numbers.length} in all` : some;
}

/** Six significant digits. */
export function shown(x: number): string {
	return Number.isNaN(x) ? "not known" : String(Number(x.toPrecision(6))).replace("-", "−");
}
export const signed = (x: number) => (x < 0 ? `(${shown(x)})` : shown(x));
