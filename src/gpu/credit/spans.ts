import { InvalidInput } from "../../engine/core/errors";
import { type Kind, type Node, reduceToSpans, tokenInput, tokenSignal } from "../../engine/credit/ops";
import type { Partition } from "../../engine/credit/partition";
import type { SpanTable } from "../../engine/rollouts/batch";
import type { JudgeTable } from "../../engine/tasks/judge";
import { type Assembly, missing, type Place } from "./assembly";
import { addressOf, type Instruction, OP, type Register, type Word } from "./instructions";
import { roundedConstant } from "./rounding";
import type { SpanSource } from "./sections";
import { keyNumbers } from "./tables";
import { TreeCompiler } from "./trees";

const BUILD = { table: 0, mask: 1, states: 2, fixed: 3, marks: 4, cuts: 5, judge: 6 } as const;
const COLUMN = { index: 0, start: 1, number: 2, key: 3, state: 4, said: 5 } as const;

/** Bits of the judge's next state in a word of its table. */
const JUDGE_STATES = 0x3fffffff;

/** How the spans of a partition are found. */
interface Cut {
	readonly variant: number;
	readonly words: readonly Word[];
	/** Stage after which its operands are there. */
	readonly ready?: number;
	readonly alsoOut?: readonly Register[];
}

export interface DomainPlace {
	readonly domain: Instruction["domain"];
	readonly ready: number;
}

/** Partitions, and what is read of their spans. Each partition is built once, by the first stage. */
export class SpanCompiler {
	private readonly partitions = new Map<Partition, { readonly register: Register; readonly ready: number }>();
	/** States of the task's judge before each token, beside the partition that it makes. */
	private readonly judged = new Map<Partition, Register>();
	private readonly keys = new Map<Partition, Place>();
	private readonly trees: TreeCompiler;

	constructor(private readonly assembly: Assembly) {
		this.trees = new TreeCompiler(assembly, this);
	}

	domainOf({ level, partition }: Node): DomainPlace {
		if (level !== "span") return { domain: level, ready: -1 };
		const { register, ready } = this.partition(partition!);
		return { domain: register, ready };
	}

	/** A domain as a plain word, for reductions: 0 tokens, else a partition at two more than its first word. */
	domainWord(node: Node): Word {
		const { domain } = this.domainOf(node);
		return typeof domain === "string" ? 0 : { register: domain, as: "domain" };
	}

	partition(partition: Partition): { readonly register: Register; readonly ready: number } {
		let known = this.partitions.get(partition);
		if (!known) {
			const register: Register = { size: "spans", kept: false };
			const { variant, words, ready = -1, alsoOut = [] } = this.cut(partition);
			const cut = { op: OP.buildSpans, domain: "token", variant, words, out: register, alsoOut } as const;
			known = { register, ready: this.assembly.emit(cut, ready).ready };
			this.partitions.set(partition, known);
		}
		return known;
	}

	private cut(partition: Partition): Cut {
		const { tables } = this.assembly;
		switch (partition.kind) {
			case "steps":
			case "turns":
				return this.given(partition, this.source(partition));
			case "fixed":
				return { variant: BUILD.fixed, words: [partition.length, partition.lastAlone ? 1 : 0, partition.levels] };
			case "marks": {
				const { word, ready } = this.assembly.place(tokenSignal(partition.signal));
				return { variant: BUILD.marks, words: [word, partition.lastAlone ? 1 : 0], ready };
			}
			case "cuts": {
				const threshold = tables.constant(roundedConstant("less", 1, Math.log(partition.threshold)));
				const logProbs = this.assembly.place(tokenInput("logProbs")).word;
				return { variant: BUILD.cuts, words: [logProbs, threshold, partition.interval] };
			}
		}
	}

	private given(partition: Partition, source: SpanSource): Cut {
		const { tables } = this.assembly;
		switch (source.from) {
			case "mask":
				return { variant: BUILD.mask, words: [] };
			case "states":
				return { variant: BUILD.states, words: [tables.append(source.starts)] };
			case "partition":
				return this.cut(source.partition);
			case "judge":
				return this.judgedCut(partition, source.judge);
			case "table": {
				const { offsets, start, end, actor } = source.table;
				return { variant: BUILD.table, words: [offsets, start, end, actor].map((column) => tables.append(column)) };
			}
		}
	}

	/** A word of the judge's table is the next state, above it in two bits whether a step begins or goes on. */
	private judgedCut(partition: Partition, { next, step, vocabSize }: JudgeTable): Cut {
		const { tables, sections } = this.assembly;
		if (sections.judge === undefined) throw missing("what the task's judge starts from");
		const states: Register = { size: "entry", kept: false };
		this.judged.set(partition, states);
		const packed = next.map((to, i) => ((to & JUDGE_STATES) | (step[i]! << 30)) >>> 0);
		const words = [tables.append(packed), vocabSize, sections.judge, addressOf(states)];
		return { variant: BUILD.judge, words, alsoOut: [states] };
	}

	/** Turns are runs of the policy's tokens unless something else is said. */
	private source(partition: Partition): SpanSource {
		const { turns = { from: "mask" }, steps } = this.assembly.shape;
		const source = partition.kind === "turns" ? turns : partition.kind === "steps" ? steps : undefined;
		if (!source) throw missing(partition.kind === "steps" ? "steps" : "a table of spans");
		return source;
	}

	private column(partition: Partition, variant: number, words: readonly Word[]): Place {
		const { register, ready } = this.partition(partition);
		return this.assembly.emit({ op: OP.spanColumn, domain: register, variant, words }, ready);
	}

	input(node: Node, name: string): Place {
		const partition = node.partition!;
		if (name === "index") return this.column(partition, COLUMN.index, []);
		if (name === "start") return this.column(partition, COLUMN.start, []);
		const source = this.source(partition);
		if (source.from === "table") return this.numbers(partition, source.table[name as "reward" | "label" | "duration"]);
		const said = source.from === "judge" ? source.said[name as "reward" | "label"] : undefined;
		if (said) return this.verdict(partition, said);
		if (name !== "reward") throw missing(`the ${name} of ${partition.kind}`);
		// What its tokens, and the environment's right after them, were paid.
		return this.assembly.place(reduceToSpans(tokenInput("rewards"), "sum", partition));
	}

	/** The smallest number that the judge says of each span. */
	private verdict(partition: Partition, said: ArrayLike<number>): Place {
		const source = this.source(partition);
		this.partition(partition);
		const states = this.judged.get(partition);
		if (source.from !== "judge" || !states) throw missing(`verdicts on ${partition.kind}`);
		const words = [this.assembly.tables.floats(said), source.judge.vocabSize, addressOf(states)];
		return this.column(partition, COLUMN.said, words);
	}

	signal(node: Node, name: string): Place {
		const expression = this.assembly.shape.expressions?.[name];
		if (expression) return this.assembly.place(expression);
		const source = this.source(node.partition!);
		const data = source.from === "table" ? source.signals[name] : undefined;
		if (!data) throw missing(`the signal "${name}"`);
		return this.numbers(node.partition!, data);
	}

	/** Uploaded numbers, one a row of the table; NaN without them. */
	private numbers(partition: Partition, data: ArrayLike<number> | undefined): Place {
		if (!data) return { word: this.assembly.constant(Number.NaN), ready: -1 };
		return this.column(partition, COLUMN.number, [this.assembly.tables.floats(data)]);
	}

	/** Words that are equal for spans in equal states. */
	stateKeys(partition: Partition): Place {
		const known = this.keys.get(partition) ?? this.makeKeys(partition);
		this.keys.set(partition, known);
		return known;
	}

	private makeKeys(partition: Partition): Place {
		const { tables, sections } = this.assembly;
		const source = this.source(partition);
		if (source.from === "table") return this.column(partition, COLUMN.key, [tables.append(keysOf(source.table))]);
		if (sections.record.states === undefined) throw missing(`state keys of ${partition.kind}`);
		if (!source.keys) throw new InvalidInput(`The ${partition.kind} need a key for every state of the machine.`);
		return this.column(partition, COLUMN.state, [tables.append(source.keys)]);
	}

	/** The number of its span for every token; 0 outside. */
	spread(from: Node): Place {
		const { register, ready } = this.partition(from.partition!);
		const x = this.assembly.place(from);
		const words = [x.word, addressOf(register)];
		return this.assembly.emit({ op: OP.spreadSpans, domain: "token", variant: 0, words }, Math.max(ready, x.ready));
	}

	covered(partition: Partition): Place {
		const { register, ready } = this.partition(partition);
		const words = [0, addressOf(register)];
		return this.assembly.emit({ op: OP.spreadSpans, domain: "token", variant: 1, words }, ready);
	}

	prefix(node: Node, kind: Extract<Kind, { op: "prefix" }>): Place {
		return this.trees.prefix(node, kind);
	}
}

const keysOf = (table: SpanTable) => keyNumbers(table.stateKeys, table.start.length);
