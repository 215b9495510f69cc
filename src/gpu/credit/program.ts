import type { Estimate } from "../../engine/credit/method";
import { BINARY_FNS, FOLDS, type Kind, type Node, UNARY_FNS } from "../../engine/credit/ops";
import { allocate, encode } from "./allocate";
import { type Assembly, type Emitted, missing, type Place } from "./assembly";
import { type Instruction, KIND, OP, operand, operandWord, type Register, type Word } from "./instructions";
import { roundedConstant } from "./rounding";
import type { CreditSections, CreditShape } from "./sections";
import { SpanCompiler } from "./spans";
import { statisticOf } from "./statistics";
import { type Sets, setsOf, Tables } from "./tables";

/** One dispatch: a workgroup for each group, or one for the whole batch. */
export interface Stage {
	readonly words: readonly number[];
	readonly workgroups: number;
}

/** A credit graph as dispatches over one arena. */
export interface CreditProgram {
	readonly stages: readonly Stage[];
	readonly tables: Uint32Array<ArrayBuffer>;
	readonly arenaWords: number;
	/** First words of the results, float32 `[B·T]`. `scored` is 1 where there is an advantage, which is 0 elsewhere. */
	readonly advantage: number;
	readonly scored: number;
	/** Terms and weights: 0 where the mask is 0, NaN where the method does not score. */
	readonly terms: Readonly<Record<string, number>>;
	readonly weights: number | null;
}

/**
 * Compiles what a method says into dispatches. Stages alternate: within groups (2k), then over the batch (2k + 1); a stage without
 * work is left out. A method that looks at nothing beyond its groups is one dispatch.
 * @throws InvalidInput for inputs that the rollouts do not carry, and for comparisons of too many tokens with each other.
 */
export function compileCredit(estimate: Estimate, shape: CreditShape, sections: CreditSections): CreditProgram {
	return new Compiler(shape, sections).program(estimate);
}

class Compiler implements Assembly {
	readonly tables = new Tables();
	readonly sets: Sets;
	private readonly places = new Map<Node, Place>();
	private readonly stages: Instruction[][] = [];
	private readonly spans: SpanCompiler;

	constructor(
		readonly shape: CreditShape,
		readonly sections: CreditSections,
	) {
		this.sets = setsOf(shape.B, shape.groupSize);
		this.spans = new SpanCompiler(this);
	}

	program({ terms, scored, weights }: Estimate): CreditProgram {
		const one: Place = { word: this.constant(1), ready: -1 };
		const flag = scored ? this.place(scored) : one;
		const named = Object.entries(terms).map(([name, term]) => [name, this.finish(this.place(term), flag, 0)] as const);
		const parts = named.map(([, place]) => place);
		let sum = parts[0] ?? { word: this.constant(0), ready: -1 };
		for (const next of parts.slice(1)) sum = this.binary("add", "token", sum, next);
		const advantage = this.finish(sum, flag, 1);
		const scores = this.finish(sum, flag, 2);
		const given = weights ? this.finish(this.place(weights), flag, 0) : null;
		return this.assemble({
			advantage,
			scored: scores,
			terms: Object.fromEntries(named),
			weights: given,
		});
	}

	private assemble(results: {
		readonly advantage: Place;
		readonly scored: Place;
		readonly terms: Readonly<Record<string, Place>>;
		readonly weights: Place | null;
	}): CreditProgram {
		const { B, T } = this.shape;
		const { groups, largest, members, ranges } = this.sets;
		const padded = (words: number) => Math.ceil(words / 64) * 64;
		const [entry, rollout] = [padded(B * T), padded(B)];
		const sizes = { entry, rollout, pair: padded(B * largest), depth: padded(B * (T + 1)), spans: 4 * entry + rollout };
		const allocation = allocate(this.stages.flat(), sizes);
		const setsAt = this.tables.append(ranges.flat());
		const membersAt = this.tables.append(members);
		const { mask = 0, tokens = 0, rewards = 0, states = 0 } = this.sections.record;
		const sections = [mask, tokens, rewards, states, this.sections.rows.length ?? 0];
		const first = ({ word }: Place) => (typeof word === "number" ? 0 : allocation.at(word.register));
		return {
			stages: this.stages.flatMap((stage, k) => {
				if (stage.length === 0) return [];
				const batch = k % 2 === 1;
				return [{ words: encode(stage, batch ? groups : 0, allocation), workgroups: batch ? 1 : groups }];
			}),
			tables: this.tables.finish([B, T, entry, largest, setsAt, membersAt, ...sections]),
			arenaWords: allocation.arenaWords,
			advantage: first(results.advantage),
			scored: first(results.scored),
			terms: Object.fromEntries(Object.entries(results.terms).map(([name, place]) => [name, first(place)])),
			weights: results.weights && first(results.weights),
		};
	}

	place(node: Node): Place {
		let place = this.places.get(node);
		if (!place) {
			place = this.compile(node);
			this.places.set(node, place);
		}
		return place;
	}

	constant(value: number): Word {
		return operandWord(KIND.constant, this.tables.constant(value));
	}

	emit(instruction: Emitted, ready: number, scope: "group" | "batch" = "group"): Place {
		const { domain, kept = false, alsoOut = [] } = instruction;
		const size = domain === "rollout" ? "rollout" : "entry";
		const out: Register = instruction.out ?? { size, kept };
		const stage = stageAfter(ready, scope);
		while (this.stages.length <= stage) this.stages.push([]);
		const { op, variant, words } = instruction;
		this.stages[stage]!.push({ op, domain, variant, words, out, alsoOut });
		return { word: operand(out), ready: stage };
	}

	private finish(x: Place, flag: Place, variant: number): Place {
		const ready = Math.max(x.ready, flag.ready);
		return this.emit({ op: OP.finish, domain: "token", variant, words: [x.word, flag.word], kept: true }, ready);
	}

	private binary(fn: (typeof BINARY_FNS)[number], domain: Instruction["domain"], a: Place, b: Place): Place {
		const words = [a.word, b.word];
		return this.emit({ op: OP.binary, domain, variant: BINARY_FNS.indexOf(fn), words }, Math.max(a.ready, b.ready));
	}

	private compile(node: Node): Place {
		const { kind, args } = node;
		switch (kind.op) {
			case "constant":
				return { word: this.constant(kind.value), ready: -1 };
			case "input":
				return node.level === "span" ? this.spans.input(node, kind.name) : this.input(node, kind.name);
			case "signal":
				return node.level === "span" ? this.spans.signal(node, kind.name) : this.signal(node, kind.name);
			case "spread":
				return args[0]!.level === "rollout" ? this.place(args[0]!) : this.spans.spread(args[0]!);
			case "covered":
				return this.spans.covered(args[0]!.partition!);
			case "groupStat":
			case "normalise":
				return statisticOf(this, this.spans, node, kind);
			case "prefix":
				return this.spans.prefix(node, kind);
			default:
				return this.simple(node, kind);
		}
	}

	/** Operations whose words are their operands. */
	private simple(node: Node, kind: Simple): Place {
		const { op, variant, words } = this.simpleOp(node, kind);
		const places = node.args.map((_, i) => this.argument(node, i));
		const domain = this.spans.domainOf(node);
		const ready = Math.max(-1, domain.ready, ...places.map((place) => place.ready));
		return this.emit(
			{ op, domain: domain.domain, variant, words: [...places.map(({ word }) => word), ...words] },
			ready,
		);
	}

	/** A comparison with a constant gets one that makes it exact among float32. */
	private argument(node: Node, i: number): Place {
		const arg = node.args[i]!;
		if (node.kind.op !== "binary" || arg.kind.op !== "constant") return this.place(arg);
		return { word: this.constant(roundedConstant(node.kind.fn, i, arg.kind.value)), ready: -1 };
	}

	private simpleOp(node: Node, kind: Simple): { op: number; variant: number; words: readonly Word[] } {
		switch (kind.op) {
			case "unary":
				return { op: OP.unary, variant: UNARY_FNS.indexOf(kind.fn), words: [] };
			case "binary":
				return { op: OP.binary, variant: BINARY_FNS.indexOf(kind.fn), words: [] };
			case "select":
				return { op: OP.select, variant: 0, words: [] };
			case "scan": {
				const variant = (kind.fold === "min" ? 2 : 0) + (kind.direction === "suffix" ? 0 : 1);
				return { op: OP.scan, variant, words: [] };
			}
			case "shift":
				return { op: OP.shift, variant: kind.from === "next" ? 0 : 1, words: [] };
			case "topShare":
				return { op: OP.topShare, variant: 0, words: [this.shares(kind.share)] };
			case "reduce":
				return { op: OP.reduce, variant: FOLDS.indexOf(kind.how), words: [this.spans.domainWord(node.args[0]!)] };
		}
	}

	/** How many of n entries a share is, for every n. */
	private shares(share: number): number {
		const counts = Array.from({ length: this.shape.T + 1 }, (_, n) =>
			Math.min(n, Math.max(1, Math.floor(share * n + 0.5))),
		);
		return this.tables.append(counts);
	}

	private input(node: Node, name: string): Place {
		const { record, rows, signals } = this.sections;
		if (node.level === "rollout") {
			if (name === "policyLength") return this.policyLength();
			const words = name === "length" || name === "success" || name === "truncated";
			const at = (rows as Readonly<Record<string, number | undefined>>)[name];
			if (at !== undefined) return found(words ? KIND.rowWord : KIND.rowFloat, at);
			if (name === "bootstrap") return { word: this.constant(Number.NaN), ready: -1 };
			throw missing(`the input ${name}`);
		}
		const computed = { rewards: [OP.rewards, 0], position: [OP.positions, 0], gapAfter: [OP.positions, 1] } as const;
		if (Object.hasOwn(computed, name)) {
			const [op, variant] = computed[name as keyof typeof computed];
			return this.emit({ op, domain: "token", variant, words: [] }, -1);
		}
		const at = (record as Readonly<Record<string, number | undefined>>)[name];
		if (at !== undefined) return found(KIND.recordFloat, at);
		const given = signals?.token[name];
		if (given === undefined) throw missing(`the input ${name}`);
		return found(KIND.signalToken, given);
	}

	private policyLength(): Place {
		return this.emit(
			{ op: OP.reduce, domain: "rollout", variant: FOLDS.indexOf("count"), words: [this.constant(1), 0] },
			-1,
		);
	}

	private signal(node: Node, name: string): Place {
		const level = node.level === "rollout" ? "rollout" : "token";
		const expression = this.shape.expressions?.[name];
		if (expression) return this.place(expression);
		const table = level === "token" ? this.shape.byToken?.[name] : undefined;
		if (table) return this.emit({ op: OP.lookUp, domain: "token", variant: 0, words: [this.tables.floats(table)] }, -1);
		const at = this.sections.signals?.[level][name];
		if (at === undefined) throw missing(`the signal "${name}"`);
		return found(level === "rollout" ? KIND.signalRollout : KIND.signalToken, at);
	}
}

type Simple = Extract<Kind, { op: "unary" | "binary" | "select" | "scan" | "shift" | "topShare" | "reduce" }>;

/** Stage 2k runs within groups, stage 2k + 1 over the batch. What a stage computes may be used by the same stage. */
function stageAfter(ready: number, scope: "group" | "batch"): number {
	const parity = scope === "batch" ? 1 : 0;
	return ready < 0 ? parity : ready % 2 === parity ? ready : ready + 1;
}

const found = (kind: number, at: number): Place => ({ word: operandWord(kind, at), ready: -1 });
