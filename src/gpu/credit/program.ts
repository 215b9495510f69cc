import { InvalidInput } from "../../engine/core/errors";
import type { Estimate } from "../../engine/credit/method";
import type { BinaryFn, Fold, Kind, Node, Normaliser, Stat, UnaryFn } from "../../engine/credit/ops";

/** Sections of the rollouts' buffers, as first words. */
export interface CreditSections {
	/** Token sections `[B·T]` of the record: words for tokens and mask, floats for the others. */
	readonly record: Readonly<Partial<Record<RecordSection, number>>>;
	/** Row sections `[B]`: words for length, success and truncated, floats for the others. */
	readonly rows: Readonly<Partial<Record<RowSection, number>>>;
}
export type RecordSection = "tokens" | "mask" | "logProbs" | "entropy" | "rewards" | "values" | "refLogProbs";
export type RowSection = "length" | "success" | "truncated" | "returns" | "bootstrap";

export interface CreditShape {
	readonly B: number;
	readonly T: number;
	/** Rollout b belongs to group ⌊b / groupSize⌋. */
	readonly groupSize: number;
}

/** One dispatch: instructions within rows, statistics across them, or whitening of all tokens. */
export type Stage =
	| { readonly kind: "rows"; readonly words: readonly number[] }
	| { readonly kind: "groups"; readonly words: readonly number[] }
	| {
			readonly kind: "whiten";
			readonly x: number;
			readonly where: number | null;
			readonly out: number;
			readonly options: Normaliser;
	  };

/** A credit graph as dispatches over one arena of float32. */
export interface CreditProgram {
	readonly stages: readonly Stage[];
	/** Words of the arena, and the constants in it. */
	readonly arenaWords: number;
	readonly constants: ReadonlyMap<number, number>;
	/** First words of the results `[B·T]`. `scored` is 1 for counted tokens that the method scores. */
	readonly advantage: number;
	readonly scored: number;
	readonly terms: Readonly<Record<string, number>>;
}

const KIND = { token: 0, rollout: 1, constant: 2, recordFloat: 3, rowFloat: 4, recordWord: 5, rowWord: 6 } as const;
const UNARY: readonly UnaryFn[] = ["neg", "abs", "exp", "log", "log2", "sqrt", "cos", "known", "not"];
const BINARY: readonly BinaryFn[] = ["add", "sub", "mul", "div", "min", "max", "less", "atMost", "equal"];
const STATS: readonly Stat[] = [
	"sum",
	"mean",
	"looMean",
	"looMax",
	"sd1",
	"sd0",
	"min",
	"max",
	"median",
	"count",
	"rank",
];
const FOLDS: readonly Fold[] = ["sum", "mean", "first", "last", "min", "max", "count"];
const OP = {
	copy: 0,
	unary: 1,
	binary: 2,
	select: 3,
	scan: 4,
	shift: 5,
	reduce: 6,
	rewards: 7,
	positions: 8,
	prefix: 9,
	finish: 10,
};
const NORMALISE = 11;
/** Slots start at multiples of this many words, so that each can be bound alone. */
const SLOT = 64;

/** Where a node's numbers lie, and after which stage they are there (−1 = before the first). */
interface Place {
	readonly operand: number;
	readonly ready: number;
}

/**
 * Compiles what a method says into dispatches. Stages alternate: within rows (2k), then across rows (2k + 1); a stage without
 * work is left out.
 * @throws InvalidInput for what the GPU cannot do yet; the float64 interpreter can.
 */
export function compileCredit(estimate: Estimate, shape: CreditShape, sections: CreditSections): CreditProgram {
	return new Compiler(shape, sections).program(estimate);
}

class Compiler {
	private readonly places = new Map<Node, Place>();
	private readonly constants = new Map<number, number>();
	private readonly slots = new Map<number, number>();
	private readonly work: { rows: number[][]; groups: number[][]; whiten: Stage[] }[] = [];
	private words = 0;

	constructor(
		private readonly shape: CreditShape,
		private readonly sections: CreditSections,
	) {}

	program({ terms, scored }: Estimate): CreditProgram {
		const one = this.constant(1);
		const flag = scored ? this.place(scored) : { operand: one, ready: -1 };
		const outs: Record<string, Place> = {};
		for (const [name, term] of Object.entries(terms)) outs[name] = this.finish(this.place(term), flag);
		const places = Object.values(outs);
		let sum = places[0] ?? this.finish({ operand: this.constant(0), ready: -1 }, flag);
		for (const next of places.slice(1)) sum = this.sum(sum, next);
		// Beside the last stage, where it costs no dispatch of its own.
		const counted = this.finish({ operand: one, ready: sum.ready }, flag);
		return {
			stages: this.work.flatMap(({ rows, groups, whiten }): Stage[] => [
				...(rows.length > 0 ? [{ kind: "rows", words: rows.flat() } as const] : []),
				...(groups.length > 0 ? [{ kind: "groups", words: groups.flat() } as const] : []),
				...whiten,
			]),
			arenaWords: Math.max(SLOT, this.words),
			constants: this.constants,
			advantage: first(sum),
			scored: first(counted),
			terms: Object.fromEntries(Object.entries(outs).map(([name, place]) => [name, first(place)])),
		};
	}

	private sum(a: Place, b: Place): Place {
		const ready = Math.max(a.ready, b.ready);
		return this.row(ready, "token", [OP.binary, 0, 0, a.operand, b.operand, 0, BINARY.indexOf("add")]);
	}

	private finish(x: Place, flag: Place): Place {
		return this.row(Math.max(x.ready, flag.ready), "token", [OP.finish, 0, 0, x.operand, flag.operand, 0, 0]);
	}

	private place(node: Node): Place {
		let place = this.places.get(node);
		if (!place) {
			place = this.compile(node);
			this.places.set(node, place);
		}
		return place;
	}

	private compile(node: Node): Place {
		const { kind, level, args } = node;
		if (level === "span") throw unsupported("steps and turns");
		if (kind.op === "constant") return { operand: this.constant(kind.value), ready: -1 };
		if (kind.op === "input") return this.input(node, kind.name);
		if (kind.op === "spread" && args[0]!.level === "rollout") return this.place(args[0]!);
		if (kind.op === "groupStat" || kind.op === "normalise") return this.across(node, kind);
		const row = this.rowOp(kind);
		const places = args.map((arg) => this.place(arg));
		let ready = Math.max(-1, ...places.map((p) => p.ready));
		// Another row's number must be there before: not in the same dispatch.
		if (kind.op === "prefix" && ready >= 0 && ready % 2 === 0) ready += 1;
		const [a = 0, b = 0, c = 0] = places.map((p) => p.operand);
		return this.row(ready, level, [row.op, level === "token" ? 0 : 1, places.length, a, b, c, row.variant]);
	}

	private rowOp(kind: Kind): { op: number; variant: number } {
		switch (kind.op) {
			case "unary":
				return { op: OP.unary, variant: UNARY.indexOf(kind.fn) };
			case "binary":
				return { op: OP.binary, variant: BINARY.indexOf(kind.fn) };
			case "select":
				return { op: OP.select, variant: 0 };
			case "scan":
				return { op: OP.scan, variant: (kind.fold === "min" ? 2 : 0) + (kind.direction === "suffix" ? 0 : 1) };
			case "shift":
				return { op: OP.shift, variant: kind.from === "next" ? 0 : 1 };
			case "reduce":
				return { op: OP.reduce, variant: FOLDS.indexOf(kind.how) };
			case "prefix":
				if (kind.stat !== "mean") throw unsupported(`the tree statistic ${kind.stat}`);
				return { op: OP.prefix, variant: kind.at === "before" ? 0 : 1 };
			default:
				throw unsupported(`the primitive ${kind.op}`);
		}
	}

	private input(node: Node, name: string): Place {
		if (node.level === "rollout" && name === "policyLength")
			return this.row(-1, "rollout", [OP.reduce, 1, 1, this.constant(1), 0, 0, FOLDS.indexOf("count")]);
		const special = { rewards: [OP.rewards, 0], position: [OP.positions, 0], gapAfter: [OP.positions, 1] } as const;
		if (node.level === "token" && name in special) {
			const [op, variant] = special[name as keyof typeof special];
			return this.row(-1, "token", [op, 0, 0, 0, 0, 0, variant]);
		}
		const table = node.level === "token" ? this.sections.record : this.sections.rows;
		const at = (table as Readonly<Record<string, number | undefined>>)[name];
		if (at === undefined) throw unsupported(`the input ${name}`);
		const words = name === "length" || name === "success" || name === "truncated";
		const kind = node.level === "token" ? KIND.recordFloat : words ? KIND.rowWord : KIND.rowFloat;
		return { operand: operandOf(kind, at), ready: -1 };
	}

	private across(node: Node, kind: Extract<Kind, { op: "groupStat" | "normalise" }>): Place {
		const scope = kind.op === "normalise" ? kind.options : kind.scope;
		if (scope.by !== undefined || scope.within === "rollout") throw unsupported("comparisons by key");
		const [x, where, , weight] = node.args.map((arg) => this.place(arg));
		const ready = Math.max(x!.ready, where!.ready, weight!.ready);
		if (node.level === "token") return this.whiten(kind, x!, where!, ready);
		if (kind.op === "groupStat" && kind.stat === "median") throw unsupported("medians");
		const o = kind.op === "normalise" ? kind.options : null;
		const out = this.slot("rollout");
		const job = [
			kind.op === "normalise" ? NORMALISE : STATS.indexOf(kind.stat),
			out,
			x!.operand,
			where!.operand,
			weight!.operand,
			scope.within === "batch" ? 1 : 0,
			["none", "mean", "loo"].indexOf(o?.center ?? "none"),
			["none", "sd1", "sd0"].indexOf(o?.scale ?? "none"),
			floatBits(o?.eps ?? 0),
			o?.epsOn === "variance" ? 1 : 0,
			o?.singleton === "raw" ? 1 : 0,
			0,
		];
		const at = groupsAfter(ready);
		this.at(at >> 1).groups.push(job);
		return { operand: operandOf(KIND.rollout, out), ready: at };
	}

	private whiten(kind: Extract<Kind, { op: "groupStat" | "normalise" }>, x: Place, where: Place, ready: number): Place {
		if (kind.op !== "normalise" || kind.options.within !== "batch" || kind.options.center === "loo")
			throw unsupported("statistics of tokens other than whitening");
		const numbers = this.copied(x, ready);
		const everything = where.operand === this.constant(1);
		const flags = everything ? null : this.copied(where, ready);
		const after = Math.max(numbers.ready, flags?.ready ?? -1);
		const out = this.slot("token");
		const at = groupsAfter(after);
		const stage = {
			kind: "whiten",
			x: first(numbers),
			where: flags && first(flags),
			out,
			options: kind.options,
		} as const;
		this.at(at >> 1).whiten.push(stage);
		return { operand: operandOf(KIND.token, out), ready: at };
	}

	/** A place whose numbers lie in a token slot of the arena. */
	private copied(place: Place, ready: number): Place {
		if (place.operand >>> 29 === KIND.token) return place;
		return this.row(ready, "token", [OP.copy, 0, 1, place.operand, 0, 0, 0]);
	}

	private row(ready: number, level: "token" | "rollout", [op, lv, count, a, b, c, variant]: readonly number[]): Place {
		const at = rowsAfter(ready);
		const out = this.slot(level);
		this.at(at >> 1).rows.push([op!, lv!, out, count!, a!, b!, c!, variant!]);
		return { operand: operandOf(level === "token" ? KIND.token : KIND.rollout, out), ready: at };
	}

	private at(k: number) {
		while (this.work.length <= k) this.work.push({ rows: [], groups: [], whiten: [] });
		return this.work[k]!;
	}

	private slot(level: "token" | "rollout"): number {
		const size = level === "token" ? this.shape.B * this.shape.T : this.shape.B;
		return this.take(size);
	}

	private take(size: number): number {
		const at = this.words;
		this.words += Math.ceil(size / SLOT) * SLOT;
		return at;
	}

	private constant(value: number): number {
		let at = this.slots.get(value);
		if (at === undefined) {
			at = this.take(1);
			this.slots.set(value, at);
			this.constants.set(at, value);
		}
		return operandOf(KIND.constant, at);
	}
}

/** Stage 2k runs within rows, stage 2k + 1 across them. What a row computes may be used by the same stage. */
const rowsAfter = (ready: number) => (ready < 0 ? 0 : ready % 2 === 0 ? ready : ready + 1);
const groupsAfter = (ready: number) => (ready < 0 ? 1 : ready % 2 === 0 ? ready + 1 : ready + 2);

const operandOf = (kind: number, at: number) => ((kind << 29) | at) >>> 0;
const first = ({ operand }: Place) => operand & 0x1fffffff;

function floatBits(x: number): number {
	return new Uint32Array(Float32Array.of(x).buffer)[0]!;
}

function unsupported(what: string): InvalidInput {
	return new InvalidInput(`This method needs ${what}, which the GPU does not compute; use --backend cpu or wasm.`);
}
