import { InvalidInput } from "../core/errors";
import type { RolloutBatch } from "../rollouts/batch";
import { resolveParams } from "../spec/params";
import { CpuOps } from "./cpuOps";
import type { AnyMethod } from "./method";
import type { BinaryFn, Kind, Node, Normaliser, Stat, UnaryFn } from "./ops";
import { creditBy } from "./run";

/** One primitive at one token: what went in and what came out. */
export interface TraceStep {
	/** `x3`, or the name of an input. */
	readonly symbol: string;
	/** The primitive in words, as in "mean of the group". */
	readonly operation: string;
	/** `x3 = R − x2 = 1 − 0.25 = 0.75`. */
	readonly equation: string;
	/** Symbols and numbers that went in. */
	readonly inputs: readonly { readonly symbol: string; readonly value: number }[];
	/** Numbers that a statistic compared, this entry's among them; absent for other primitives. */
	readonly members?: readonly number[];
	readonly value: number;
}

/** Why a token has its credit: every primitive on the way, in order. */
export interface Trace {
	readonly method: string;
	readonly params: Readonly<Record<string, unknown>>;
	readonly rollout: number;
	readonly token: number;
	readonly steps: readonly TraceStep[];
	/** `A = outcome + td = 0.75 + 0.1 = 0.85`, or why there is no number. */
	readonly equation: string;
	readonly terms: Readonly<Record<string, number>>;
	/** The advantage: the very number that `creditBy` gives; NaN where the method does not score the token. */
	readonly value: number;
}

/**
 * Records every primitive of a method for one token.
 * @throws InvalidInput when the batch has no such token; and as `creditBy` does.
 */
export function traceOf(
	method: AnyMethod,
	given: Readonly<Record<string, unknown>>,
	batch: RolloutBatch,
	rollout: number,
	token: number,
): Trace {
	if (!(token >= 0 && token < (batch.lengths[rollout] ?? 0)))
		throw new InvalidInput(`There is no token ${token}: the rollout has ${batch.lengths[rollout] ?? 0} tokens.`);
	const ops = new CpuOps(batch);
	const credit = creditBy(method, given, batch, ops);
	const params = resolveParams(method.params, given, `method ${method.id}`);
	const at = rollout * batch.T + token;
	const recorder = new Recorder(ops, rollout, token);
	const estimate = method.estimate(params);
	const symbols = Object.values(estimate.terms).map((term) => recorder.record(term));
	if (estimate.scored) recorder.record(estimate.scored);
	const terms = Object.fromEntries(Object.entries(credit.terms).map(([name, term]) => [name, term[at]!]));
	const value = credit.advantage[at]!;
	const names = Object.keys(terms).map((name, i) => `${name} (${symbols[i]})`);
	const sum = `A = ${names.join(" + ")} = ${Object.values(terms).map(signed).join(" + ")} = ${shown(value)}`;
	const equation =
		batch.actionMask[at] === 0
			? "A = 0: the policy did not write this token."
			: Number.isNaN(value)
				? "The method does not score this token."
				: sum;
	return { method: method.id, params, rollout, token, steps: recorder.steps, equation, terms, value };
}

class Recorder {
	readonly steps: TraceStep[] = [];
	private readonly symbols = new Map<Node, string>();

	constructor(
		private readonly ops: CpuOps,
		private readonly rollout: number,
		private readonly token: number,
	) {}

	/** Records a node after everything it reads; returns its symbol. */
	record(node: Node): string {
		const known = this.symbols.get(node);
		if (known !== undefined) return known;
		const { kind } = node;
		if (kind.op === "constant") return this.name(node, shown(kind.value));
		const inputs = readBy(node).map((arg) => ({ symbol: this.record(arg), value: this.at(arg) }));
		const symbol = this.name(
			node,
			kind.op === "input" || kind.op === "signal" ? kind.name : `x${this.steps.length + 1}`,
		);
		const members = this.membersOf(node);
		const value = this.at(node);
		const by = (of: (x: { symbol: string; value: number }) => string) => formula(kind, inputs.map(of));
		const [inSymbols, inNumbers] = [by((x) => x.symbol), by((x) => signed(x.value))];
		const middle = inputs.length === 0 ? "" : ` = ${inSymbols}${inSymbols === inNumbers ? "" : ` = ${inNumbers}`}`;
		const operation = inWords(kind);
		this.steps.push({
			symbol,
			operation,
			equation: `${symbol}${middle} = ${shown(value)}`,
			inputs,
			...(members ? { members } : {}),
			value,
		});
		return symbol;
	}

	private name(node: Node, symbol: string): string {
		this.symbols.set(node, symbol);
		return symbol;
	}

	/** The number of a node where it concerns this token; NaN for a token outside of all spans. */
	private at(node: Node): number {
		const i = this.index(node);
		return i < 0 ? Number.NaN : this.ops.value(node)[i]!;
	}

	private index(node: Node): number {
		const entry = this.rollout * this.ops.batch.T + this.token;
		if (node.level === "token") return entry;
		return node.level === "rollout" ? this.rollout : this.ops.spans(node.partition!).ofToken[entry]!;
	}

	private membersOf(node: Node): number[] | null {
		const { kind } = node;
		if (kind.op !== "groupStat" && kind.op !== "normalise") return null;
		const own = this.index(node);
		if (own < 0) return [];
		const keys = this.ops.keys(node, kind.op === "normalise" ? kind.options : kind.scope);
		const [x, where] = [this.ops.value(node.args[0]!), this.ops.value(node.args[1]!)];
		const { active } = this.ops.domain(node);
		return [...x.keys()].filter((i) => active[i] && where[i] !== 0 && keys[i] === keys[own]).map((i) => x[i]!);
	}
}

/** Arguments worth showing: not those that stand at their neutral constant. */
function readBy({ kind, args }: Node): readonly Node[] {
	if (kind.op !== "groupStat" && kind.op !== "normalise") return args;
	return args.filter((arg, i) => i === 0 || arg.kind.op !== "constant");
}

const SIGNS: Readonly<Record<BinaryFn, string>> = {
	add: "+",
	sub: "−",
	mul: "·",
	div: "/",
	min: "min",
	max: "max",
	less: "<",
	atMost: "≤",
	equal: "=",
};
const UNARY: Readonly<Record<UnaryFn, string>> = {
	neg: "−",
	abs: "abs",
	exp: "exp",
	log: "log",
	log2: "log2",
	sqrt: "√",
	cos: "cos",
	known: "known",
	not: "not",
};
const STATS: Readonly<Record<Stat, string>> = {
	sum: "sum",
	mean: "mean",
	looMean: "mean of the others",
	looMax: "largest of the others",
	sd1: "standard deviation, n − 1,",
	sd0: "standard deviation, n,",
	min: "smallest",
	max: "largest",
	median: "median",
	count: "number",
	rank: "number of smaller ones",
};

function formula(kind: Kind, [a = "", b = "", c = "", ...rest]: readonly string[]): string {
	switch (kind.op) {
		case "unary":
			return kind.fn === "neg" ? `−${a}` : `${UNARY[kind.fn]}(${a})`;
		case "binary":
			return kind.fn === "min" || kind.fn === "max" ? `${kind.fn}(${a}, ${b})` : `${a} ${SIGNS[kind.fn]} ${b}`;
		case "select":
			return `(${a} ? ${b} : ${c})`;
		case "spread":
			return a;
		default:
			return `${inWords(kind)} (${[a, b, c, ...rest].filter(Boolean).join(", ")})`;
	}
}

function inWords(kind: Kind): string {
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
			return `${kind.stat} of the rollouts that share the tokens ${kind.at === "before" ? "before this" : "up to this"}`;
		case "topShare":
			return `among the largest ${shown(100 * kind.share)} %`;
		case "covered":
			return "lies in a span";
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

function normaliserInWords({ center, scale, eps, epsOn, within, by }: Normaliser): string {
	const middle = { none: "x", mean: "x − mean", loo: "x − mean of the others" }[center];
	const sd = { none: "", sd1: "sd (n − 1)", sd0: "sd (n)" }[scale];
	const over = epsOn === "sd" ? `${sd} + ${eps}` : `√(${sd}² + ${eps})`;
	return `${scale === "none" ? middle : `(${middle}) / (${over})`} over the ${within}${keyed(by)}`;
}

/** Six significant digits. */
function shown(x: number): string {
	return Number.isNaN(x) ? "not known" : String(Number(x.toPrecision(6))).replace("-", "−");
}
const signed = (x: number) => (x < 0 ? `(${shown(x)})` : shown(x));
