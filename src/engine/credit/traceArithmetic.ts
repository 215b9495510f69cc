import { allAlike } from "./alike";
import type { CpuOps } from "./cpuOps";
import { groupStat, type Kind, type Node, type Normaliser, type Scope } from "./ops";
import { readNode } from "./prefixOps";
import { rowsOf } from "./sequenceOps";
import {
	binaryText,
	digitsFor,
	inWords,
	listed,
	normaliserText,
	STATS,
	shown,
	signed,
	signedIn,
	unaryText,
} from "./traceWords";

/** Where a trace looks: one token of one rollout. */
export interface Place {
	readonly ops: CpuOps;
	readonly rollout: number;
	readonly token: number;
}

/** What a primitive did at one place. */
export interface Arithmetic {
	readonly value: number;
	/** Nodes worth telling, with the numbers that were read of them. */
	readonly reads: readonly { readonly node: Node; readonly value: number }[];
	/** The computation with symbols or numbers of what was read; empty where there is none. */
	formula(inputs: readonly string[]): string;
	/** The line of numbers, where it is not the formula with those read; empty for none. */
	readonly numbers?: string;
	/** Numbers that a statistic compared. */
	readonly members?: readonly number[];
	/** The node whose number this one passes on unchanged. */
	readonly sameAs?: Node;
}

type Detail = Partial<Omit<Arithmetic, "reads" | "value">> & { readonly reads?: readonly Node[] };

/** What a node computes for a token, and from what. */
export function arithmeticOf(place: Place, node: Node): Arithmetic {
	const { reads = [], formula = () => "", ...rest } = detailOf(place, node);
	return { value: at(place, node), reads: reads.map((n) => ({ node: n, value: at(place, n) })), formula, ...rest };
}

/** The number of a node where it concerns the token; NaN for a token outside of all spans. */
function at(place: Place, node: Node): number {
	const i = indexOf(place, node);
	return i < 0 ? Number.NaN : place.ops.value(node)[i]!;
}

/** Number of the node's entry that concerns the token; −1 for a token outside of all spans. */
export function indexOf({ ops, rollout, token }: Place, node: Node): number {
	const entry = rollout * ops.batch.T + token;
	if (node.level === "token") return entry;
	return node.level === "rollout" ? rollout : ops.spans(node.partition!).ofToken[entry]!;
}

const isConstant = (node: Node | undefined, value: number) => node?.kind.op === "constant" && node.kind.value === value;
const isGiven = ({ kind }: Node) => kind.op === "input" || kind.op === "signal";

function detailOf(place: Place, node: Node): Detail {
	const { kind, args } = node;
	const [a, b] = args;
	switch (kind.op) {
		case "unary":
			return { reads: args, formula: ([x = ""]) => unaryText(kind.fn, x) };
		case "binary":
			return binaryDetail(place, node, kind);
		case "select": {
			const chosen = at(place, a!) !== 0 ? args[1]! : args[2]!;
			const why = at(place, a!) !== 0 ? "is not 0" : "is 0";
			return { reads: [a!, chosen], formula: ([condition, taken]) => `${taken} as ${condition} ${why}`, numbers: "" };
		}
		case "spread":
			return indexOf(place, a!) < 0 ? { numbers: "outside of all spans" } : { sameAs: a! };
		case "groupStat": {
			const members = membersOf(place, node, kind.scope);
			return { reads: told(args), members, formula: () => `${STATS[kind.stat]} (${listed(members)})` };
		}
		case "normalise":
			return normaliseDetail(place, node, kind.options);
		case "scan":
			return scanDetail(place, node, kind);
		case "shift":
			return shiftDetail(place, node, kind.from);
		case "reduce": {
			const members = reducedOf(place, node);
			const numbers = `${kind.how} (${listed(members)})`;
			const formula: Detail["formula"] = ([x]) => `${kind.how} of ${x ?? nameOf(a!)}`;
			return { reads: isGiven(a!) ? [] : [a!], formula, numbers, members };
		}
		case "prefix":
			return prefixDetail(place, node, kind);
		case "topShare":
			return { reads: isConstant(b, 1) ? [a!] : args, formula: ([x]) => `${x} ${inWords(kind)}`, numbers: "" };
		default:
			return {};
	}
}

function binaryDetail(place: Place, node: Node, kind: Extract<Kind, { op: "binary" }>): Detail {
	const [a, b] = node.args as [Node, Node];
	const plain: Detail = { reads: [a, b], formula: ([x = "", y = ""]) => binaryText(kind.fn, x, y) };
	if (kind.fn === "add" || kind.fn === "sub")
		return { ...plain, numbers: sumText(kind.fn, at(place, a), at(place, b)) };
	if (kind.fn !== "mul") return plain;
	if (isConstant(b, 1)) return { sameAs: a };
	if (isConstant(a, 1)) return { sameAs: b };
	const nothing = [b, a].find((arg) => at(place, arg) === 0);
	if (!nothing || Number.isNaN(at(place, node))) return plain;
	return { reads: [nothing], formula: ([x]) => `${x} · …` };
}

function sumText(fn: "add" | "sub", a: number, b: number): string {
	const digits = digitsFor([a, b], fn === "add" ? a + b : a - b);
	return binaryText(fn, signedIn(digits, a), signedIn(digits, b));
}

/** Arguments of a statistic worth showing: not those that stand at their neutral constant. */
const told = (args: readonly Node[]) => args.filter((arg, i) => i === 0 || arg.kind.op !== "constant");

function membersOf(place: Place, node: Node, scope: Scope): number[] {
	const own = indexOf(place, node);
	const x = place.ops.value(node.args[0]!);
	return own < 0 ? [] : comparedWith(place.ops, node, scope, own).map((i) => x[i]!);
}

/** Entries that a statistic compares with one of them. */
export function comparedWith(ops: CpuOps, node: Node, scope: Scope, own: number): number[] {
	const keys = ops.keys(node, scope);
	const where = ops.value(node.args[1]!);
	const { active } = ops.domain(node);
	return [...active.keys()].filter((i) => active[i] && where[i] !== 0 && keys[i] === keys[own]);
}

function normaliseDetail(place: Place, node: Node, options: Normaliser): Detail {
	const members = membersOf(place, node, options);
	const reads = told(node.args);
	const formula = () => normaliserText(options);
	const x = at(place, node.args[0]!);
	if (at(place, node.args[1]!) === 0) return { reads, members, formula, numbers: "not counted" };
	if (options.center === "none" && options.scale === "none") return { reads, members, formula, numbers: signed(x) };
	if (members.length === 1) return { reads, members, ...aloneDetail(x, options, formula) };
	if (allAlike(members)) return { reads, members, formula, numbers: "all count as equal" };
	const over = { where: node.args[1]!, key: node.args[2]!, weight: node.args[3]! };
	const stat = (name: "mean" | "looMean" | "sd1" | "sd0") =>
		at(
			place,
			groupStat(node.args[0]!, name, { within: options.within, ...(options.by ? { by: options.by } : {}) }, over),
		);
	const middle = options.center === "none" ? null : stat(options.center === "loo" ? "looMean" : "mean");
	const top = middle === null ? signed(x) : sumText("sub", x, middle);
	if (options.scale === "none") return { reads, members, formula, numbers: top };
	const sd = stat(options.scale);
	const by = options.epsOn === "sd" ? sd + options.eps : Math.sqrt(sd * sd + options.eps);
	return { reads, members, formula, numbers: `(${top}) / ${shown(by)}` };
}

/** What a group of one gets: 0, or its own number with centre 0 and deviation 1. */
function aloneDetail(x: number, { scale, eps, epsOn, singleton }: Normaliser, formula: () => string): Detail {
	if (singleton === "zero") return { formula, numbers: "one alone" };
	const one = epsOn === "sd" ? `(1 + ${shown(eps)})` : `√(1 + ${shown(eps)})`;
	const over = scale === "none" ? "" : ` / ${one}`;
	return { formula: () => `one alone: x${over}`, numbers: over === "" ? shown(x) : `${signed(x)}${over}` };
}

/** Entry after (or before) the place in its rollout, among those that take part; −1 beyond the edge. */
function neighbour(place: Place, node: Node, step: 1 | -1): number {
	const own = indexOf(place, node);
	for (const row of rowsOf(place.ops.domain(node))) {
		const i = row.indexOf(own);
		if (i >= 0) return row[i + step] ?? -1;
	}
	return -1;
}

function scanDetail(place: Place, node: Node, { fold, direction }: Extract<Kind, { op: "scan" }>): Detail {
	const [x, decay] = node.args as [Node, Node];
	const next = neighbour(place, node, direction === "suffix" ? 1 : -1);
	const which = direction === "suffix" ? "next" : "previous";
	if (next < 0) return { reads: [x], formula: ([value = ""]) => value };
	const carried = place.ops.value(node)[next]!;
	if (fold === "min")
		return {
			reads: [x],
			formula: ([v = ""]) => `min(${v}, ${which})`,
			numbers: `min(${shown(at(place, x))}, ${shown(carried)})`,
		};
	const factor = (text: string) => (isConstant(decay, 1) ? "" : `${text} · `);
	return {
		reads: [x, decay],
		formula: ([v = "", d = ""]) => `${v} + ${factor(d)}${which}`,
		numbers: `${signed(at(place, x))} + ${factor(signed(at(place, decay)))}${signed(carried)}`,
	};
}

function shiftDetail(place: Place, node: Node, from: "next" | "previous"): Detail {
	const [x, edge] = node.args as [Node, Node];
	if (neighbour(place, node, from === "next" ? 1 : -1) < 0)
		return { reads: [edge], formula: ([value = ""]) => `${value} beyond the edge`, numbers: "" };
	const formula = ([symbol]: readonly string[]) => `${symbol ?? nameOf(x)} of the ${from} one`;
	return { reads: isGiven(x) ? [] : [x], formula, numbers: "" };
}

const nameOf = ({ kind }: Node) => (kind.op === "input" || kind.op === "signal" ? kind.name : "");

/** Numbers of the active entries that a reduction took together. */
function reducedOf(place: Place, node: Node): number[] {
	const x = place.ops.value(node.args[0]!);
	return takenTogether(place.ops, node, indexOf(place, node)).map((i) => x[i]!);
}

/** Active entries of its argument that a reduction takes together as one of its own. */
export function takenTogether(ops: CpuOps, node: Node, own: number): number[] {
	const { active, rollout } = ops.domain(node.args[0]!);
	const target = node.level === "span" ? ops.spans(node.partition!).ofToken : rollout;
	return [...active.keys()].filter((i) => active[i] && target[i] === own);
}

function prefixDetail(place: Place, node: Node, kind: Extract<Kind, { op: "prefix" }>): Detail {
	const { ops, rollout, token } = place;
	const [x] = node.args as [Node];
	const own = indexOf(place, node);
	if (own < 0) return {};
	const n = node.level === "span" ? own - ops.spans(node.partition!).offsets[rollout]! : token;
	const { rollouts, children } = readNode(ops, node, kind, rollout, n);
	const ofChildren = kind.stat === "childMean" || kind.stat === "childSd0";
	const numbers = ofChildren ? children : rollouts.map((b) => ops.value(x)[b]!);
	if (kind.stat === "count" || kind.stat === "order") return {};
	const stat = kind.stat === "childSd0" ? "sd0" : "mean";
	return { members: numbers, formula: () => `${STATS[stat]} (${listed(numbers)})` };
}
