import { InvalidInput } from "../core/errors";
import type { Partition } from "./partition";

/**
 * The primitives of credit. A method builds a graph of these over the inputs; interpreters evaluate the graph: float64
 * (`cpuOps`, the definition), WGSL, WebAssembly, and the trace of one token. A graph depends on parameters only, never on data, so its
 * shapes are static and pointwise chains can be fused.
 *
 * Levels: `token` [B,T], `rollout` [B], `span` (the spans of one partition). Only *active* entries take part in statistics,
 * scans and reductions: tokens with mask 1, and spans with at least one such token. What lies between is transparent.
 */
export type Level = "token" | "rollout" | "span";

export interface Node<L extends Level = Level> {
	readonly level: L;
	/** The partition whose spans these are; null at the other levels. */
	readonly partition: Partition | null;
	readonly kind: Kind;
	readonly args: readonly Node[];
}
export type Operand<L extends Level> = Node<L> | number;

// A function's place in its list is its number in shaders (`credit*.wgsl`) and in the module (`assembly/credit*.ts`).
export const UNARY_FNS = ["neg", "abs", "exp", "log", "log2", "sqrt", "sin", "known", "not"] as const;
export const BINARY_FNS = ["add", "sub", "mul", "div", "min", "max", "less", "atMost", "equal"] as const;
export const STATS = ["sum", "mean", "looMean", "looMax", "sd1", "sd0", "min", "max", "count", "rank"] as const;
export const FOLDS = ["sum", "mean", "first", "last", "min", "max", "count"] as const;
export type UnaryFn = (typeof UNARY_FNS)[number];
export type BinaryFn = (typeof BINARY_FNS)[number];
export type Stat = (typeof STATS)[number];
export type Fold = (typeof FOLDS)[number];
export type TreeStat = "mean" | "childMean" | "childSd0" | "count" | "order";
export type TokenInput = "rewards" | "logProbs" | "refLogProbs" | "values" | "entropy" | "position" | "gapAfter";
export type RolloutInput = "returns" | "success" | "truncated" | "bootstrap" | "length" | "policyLength";
export type SpanInput = "reward" | "label" | "duration" | "index" | "start";

/** Which entries are compared: all of the batch, of a group or of a rollout; with a key, only those with an equal key. */
export interface Scope {
	readonly within: "batch" | "group" | "rollout";
	/** `state`: state key of the span. `rank`: index of the span in its rollout. `key`: the number given as `key`. */
	readonly by?: "state" | "rank" | "key";
}

/** All options of a normaliser. None has a default here: methods show them as parameters. */
export interface Normaliser extends Scope {
	readonly center: "none" | "mean" | "loo";
	readonly scale: "none" | "sd1" | "sd0";
	readonly eps: number;
	/** Added to the standard deviation, or to the variance under the root (whitening). */
	readonly epsOn: "sd" | "variance";
	/** What a group of one gets: itself (centre 0, deviation 1), or 0. */
	readonly singleton: "raw" | "zero";
}

export type Kind =
	| { readonly op: "constant"; readonly value: number }
	| { readonly op: "input"; readonly name: TokenInput | RolloutInput | SpanInput }
	| { readonly op: "signal"; readonly name: string }
	| { readonly op: "unary"; readonly fn: UnaryFn }
	| { readonly op: "binary"; readonly fn: BinaryFn }
	| { readonly op: "select" }
	| { readonly op: "groupStat"; readonly stat: Stat; readonly scope: Scope }
	| { readonly op: "normalise"; readonly options: Normaliser }
	| { readonly op: "scan"; readonly fold: "sum" | "min"; readonly direction: "suffix" | "prefix" }
	| { readonly op: "shift"; readonly from: "next" | "previous" }
	| { readonly op: "reduce"; readonly how: Fold }
	| { readonly op: "spread" }
	| { readonly op: "covered" }
	| { readonly op: "prefix"; readonly stat: TreeStat; readonly at: "before" | "after" }
	| { readonly op: "topShare"; readonly share: number };

/** A node of a credit graph, not checked: the functions below make sure that levels and partitions fit. */
export function node<L extends Level>(
	level: L,
	kind: Kind,
	args: readonly Node[] = [],
	partition: Partition | null = null,
): Node<L> {
	return { level, kind, args, partition };
}

const like = <L extends Level>(x: Node<L>, kind: Kind, args: readonly Node[]) => node(x.level, kind, args, x.partition);

export const tokenInput = (name: TokenInput) => node("token", { op: "input", name });
export const rolloutInput = (name: RolloutInput) => node("rollout", { op: "input", name });
export const spanInput = (name: SpanInput, partition: Partition) => node("span", { op: "input", name }, [], partition);
export const tokenSignal = (name: string) => node("token", { op: "signal", name });
export const rolloutSignal = (name: string) => node("rollout", { op: "signal", name });

const lift = <L extends Level>(x: Operand<L>, other: Node<L>): Node<L> =>
	typeof x === "number" ? like(other, { op: "constant", value: x }, []) : x;

/** @throws InvalidInput where numbers of different things meet: types forbid it, but graphs may come from untyped code. */
function checkAlike(what: string, x: Node, y: Node): void {
	if (x.level !== y.level)
		throw new InvalidInput(
			`${what} joins a number of a ${x.level} with one of a ${y.level}; spread or reduce one of them first.`,
		);
	if (x.partition !== y.partition)
		throw new InvalidInput(`${what} joins spans of two partitions; spread both to the tokens first.`);
}

function unary<L extends Level>(fn: UnaryFn, x: Node<L>): Node<L> {
	return like(x, { op: "unary", fn }, [x]);
}
function binary<L extends Level>(fn: BinaryFn, a: Operand<L>, b: Operand<L>): Node<L> {
	const some = typeof a === "number" ? b : a;
	if (typeof some === "number") throw new Error(`${fn} of two constants has no level`);
	const [x, y] = [lift(a, some), lift(b, some)];
	checkAlike(fn, x, y);
	return like(some, { op: "binary", fn }, [x, y]);
}

export const neg = <L extends Level>(x: Node<L>) => unary("neg", x);
export const abs = <L extends Level>(x: Node<L>) => unary("abs", x);
export const exp = <L extends Level>(x: Node<L>) => unary("exp", x);
export const log = <L extends Level>(x: Node<L>) => unary("log", x);
export const log2 = <L extends Level>(x: Node<L>) => unary("log2", x);
export const sqrt = <L extends Level>(x: Node<L>) => unary("sqrt", x);
export const sin = <L extends Level>(x: Node<L>) => unary("sin", x);
/** 1 where the number is known (not NaN), else 0. */
export const known = <L extends Level>(x: Node<L>) => unary("known", x);
/** 1 where x is 0, else 0. */
export const not = <L extends Level>(x: Node<L>) => unary("not", x);
export const add = <L extends Level>(a: Operand<L>, b: Operand<L>) => binary("add", a, b);
export const sub = <L extends Level>(a: Operand<L>, b: Operand<L>) => binary("sub", a, b);
export const mul = <L extends Level>(a: Operand<L>, b: Operand<L>) => binary("mul", a, b);
/** a / b, and 0 where b is 0. */
export const div = <L extends Level>(a: Operand<L>, b: Operand<L>) => binary("div", a, b);
export const min = <L extends Level>(a: Operand<L>, b: Operand<L>) => binary("min", a, b);
export const max = <L extends Level>(a: Operand<L>, b: Operand<L>) => binary("max", a, b);
/** 1 where a < b, else 0. */
export const less = <L extends Level>(a: Operand<L>, b: Operand<L>) => binary("less", a, b);
/** 1 where a ≤ b, else 0. */
export const atMost = <L extends Level>(a: Operand<L>, b: Operand<L>) => binary("atMost", a, b);
export const equal = <L extends Level>(a: Operand<L>, b: Operand<L>) => binary("equal", a, b);
/** `yes` where the condition is not 0, else `no`; the side not taken may be NaN. */
export function select<L extends Level>(condition: Node<L>, yes: Operand<L>, no: Operand<L>): Node<L> {
	const [x, y] = [lift(yes, condition), lift(no, condition)];
	checkAlike("select", condition, x);
	checkAlike("select", condition, y);
	return like(condition, { op: "select" }, [condition, x, y]);
}
/** x where it is known, else the other. */
export const orElse = <L extends Level>(x: Node<L>, other: Operand<L>) => select(known(x), x, other);

interface Among<L extends Level> {
	/** Only entries where this is not 0 count. */
	readonly where?: Node<L>;
	/** Key of each entry, for `by: "key"`. */
	readonly key?: Node<L>;
	/** Weights of the statistic `mean`. */
	readonly weight?: Node<L>;
}

function among<L extends Level>(x: Node<L>, { where, key, weight }: Among<L>): Node[] {
	const one = lift(1, x);
	for (const other of [where, key, weight]) if (other) checkAlike("a statistic", x, other);
	return [x, where ?? one, key ?? one, weight ?? one];
}

/**
 * A statistic of the entries compared with each entry, given back to each of them. `looMean` leaves the entry out, and is 0
 * for a group of one; `rank` counts the smaller ones. Numbers that only rounding tells apart (`allAlike`) have the first of them as mean and a
 * deviation of exactly 0, as have those whose weights add up to no more than what n − 1 takes off; where one is not known, no statistic but
 * the count is.
 */
export function groupStat<L extends Level>(x: Node<L>, stat: Stat, scope: Scope, over: Among<L> = {}): Node<L> {
	return like(x, { op: "groupStat", stat, scope }, among(x, over));
}

/**
 * (x − centre) / (scale + eps) among the entries compared. **Edges** numbers that only rounding tells apart give exactly 0 whenever
 * they are centred or scaled; a group of one gets itself / (1 + eps) or 0 as `singleton` says; entries not counted by `where` give 0.
 */
export function normalise<L extends Level>(x: Node<L>, options: Normaliser, over: Among<L> = {}): Node<L> {
	return like(x, { op: "normalise", options }, among(x, over));
}

function checkSequence(x: Node, decay: Operand<Level> = 1): void {
	if (x.level === "rollout")
		throw new InvalidInput("A recursion runs along tokens or spans; a number of a rollout has no next one.");
	if (typeof decay !== "number") checkAlike("a recursion", x, decay);
}

/** y_i = x_i + decay_i · y_{i+1} over the active entries of a rollout; y past the last one is 0. */
export function suffixSum<L extends "token" | "span">(x: Node<L>, decay: Operand<L> = 1): Node<L> {
	checkSequence(x, decay);
	return like(x, { op: "scan", fold: "sum", direction: "suffix" }, [x, lift(decay, x)]);
}
/** y_i = x_i + decay_i · y_{i−1}. */
export function prefixSum<L extends "token" | "span">(x: Node<L>, decay: Operand<L> = 1): Node<L> {
	checkSequence(x, decay);
	return like(x, { op: "scan", fold: "sum", direction: "prefix" }, [x, lift(decay, x)]);
}
/** y_i = min(x_i, y_{i+1}). */
export function suffixMin<L extends "token" | "span">(x: Node<L>): Node<L> {
	checkSequence(x);
	return like(x, { op: "scan", fold: "min", direction: "suffix" }, [x, lift(1, x)]);
}

/** x of the next active entry; `edge` at the last one. */
export function next<L extends "token" | "span">(x: Node<L>, edge: Operand<"rollout">): Node<L> {
	return like(x, { op: "shift", from: "next" }, [x, lift(edge, rolloutInput("returns"))]);
}
/** x of the previous active entry; `edge` at the first one. */
export function previous<L extends "token" | "span">(x: Node<L>, edge: Operand<"rollout">): Node<L> {
	return like(x, { op: "shift", from: "previous" }, [x, lift(edge, rolloutInput("returns"))]);
}

/** One number a span, from its active tokens; 0 for a span without any. */
export const reduceToSpans = (x: Node<"token">, how: Fold, partition: Partition) =>
	node("span", { op: "reduce", how }, [x], partition);
/** One number a rollout, from its active tokens or spans; 0 for a rollout without any. */
export const reduceToRollouts = (x: Node<"token"> | Node<"span">, how: Fold) =>
	node("rollout", { op: "reduce", how }, [x]);
/** The number of the rollout, for every token. */
export const spread = (x: Node<"rollout"> | Node<"span">) => node("token", { op: "spread" }, [x]);
export const spreadToSpans = (x: Node<"rollout">, partition: Partition) =>
	node("span", { op: "spread" }, [x], partition);
/** 1 for tokens that lie in a span of the partition. */
export const covered = (partition: Partition) => node("token", { op: "covered" }, [spanInput("index", partition)]);

/**
 * Mean of x over the rollouts of the group that share this rollout's tokens up to (`before`) or up to and including (`after`)
 * this token, environment tokens included.
 */
export const prefixMean = (x: Node<"rollout">, at: "before" | "after") =>
	node("token", { op: "prefix", stat: "mean", at }, [x]);

/**
 * A statistic of the tree whose branches are the spans of a partition: rollouts of a group that agree up to the start (`before`)
 * or up to and including the span (`after`) share a node. `mean`: over the rollouts below; `childMean`, `childSd0`: over the
 * node's children, where the end of a rollout is a child; `count`: rollouts below; `order`: earlier ones among them.
 */
export const treeStat = (x: Node<"rollout">, stat: TreeStat, at: "before" | "after", partition: Partition) =>
	node("span", { op: "prefix", stat, at }, [x], partition);

/** 1 for the ⌊share·n + ½⌋ largest (at least one, earlier first among equals) of the n counted, known tokens of each rollout. */
export const topShare = (x: Node<"token">, share: number, where: Operand<"token"> = 1) =>
	node("token", { op: "topShare", share }, [x, lift(where, x)]);
