import type { RolloutBatch } from "../rollouts/batch";
import { groupKeys, groupStatistic, normalised } from "./groupOps";
import { inputOf, signalOf } from "./inputs";
import type { Kind, Node } from "./ops";
import type { Partition, Spans } from "./partition";
import { prefixStatistic } from "./prefixOps";
import { covers, foldRows, scanned, shifted, topShares } from "./sequenceOps";
import { spansOf } from "./spans";

/** Entries of one level: which rollout each belongs to, and which take part. */
export interface Domain {
	readonly count: number;
	readonly rollout: Int32Array;
	readonly active: Uint8Array;
}

/**
 * Evaluates credit graphs in float64: the definition of every primitive. Results are kept, so that a node used twice is
 * computed once. Entries that are not active hold numbers without meaning; they are never read by a statistic.
 */
export class CpuOps {
	private readonly results = new Map<Node, Float64Array>();
	private readonly partitions = new Map<Partition, Spans>();
	private readonly domains = new Map<Partition | "token" | "rollout", Domain>();

	constructor(readonly batch: RolloutBatch) {}

	/** Is told which nodes are about to be asked for. */
	prepare(_roots: readonly Node[]): void {}

	/** The numbers of a node: `[B·T]`, `[B]`, or one a span. Not to be changed. */
	value(node: Node): Float64Array {
		let result = this.results.get(node);
		if (!result) {
			result = this.compute(node);
			this.results.set(node, result);
		}
		return result;
	}

	spans(partition: Partition): Spans {
		let spans = this.partitions.get(partition);
		if (!spans) {
			spans = spansOf(this.batch, partition);
			this.partitions.set(partition, spans);
		}
		return spans;
	}

	domain({ level, partition }: Pick<Node, "level" | "partition">): Domain {
		const name = level === "span" ? partition! : level;
		let domain = this.domains.get(name);
		if (!domain) {
			domain = this.makeDomain(name);
			this.domains.set(name, domain);
		}
		return domain;
	}

	/** Number of the group that each entry is compared in, for the statistics of a node. */
	keys(node: Node, scope: Parameters<typeof groupKeys>[2]): Float64Array | Int32Array {
		return groupKeys(this, node, scope, this.value(node.args[2]!));
	}

	private makeDomain(name: Partition | "token" | "rollout"): Domain {
		const { B, T, actionMask } = this.batch;
		if (name === "token")
			return {
				count: B * T,
				rollout: Int32Array.from({ length: B * T }, (_, i) => Math.floor(i / T)),
				active: actionMask,
			};
		if (name === "rollout")
			return { count: B, rollout: Int32Array.from({ length: B }, (_, b) => b), active: new Uint8Array(B).fill(1) };
		const { count, rollout } = this.spans(name);
		return { count, rollout, active: new Uint8Array(count).fill(1) };
	}

	/** What interpreters override that compute elsewhere, as the one on WebAssembly does. */
	protected compute(node: Node): Float64Array {
		const { kind } = node;
		const { count } = this.domain(node);
		const arg = (i: number) => this.value(node.args[i]!);
		switch (kind.op) {
			case "constant":
				return new Float64Array(count).fill(kind.value);
			case "input":
				return inputOf(this, node, kind.name);
			case "signal":
				return signalOf(this, node, kind.name);
			case "unary":
				return arg(0).map(UNARY[kind.fn]);
			case "binary":
				return zip(BINARY[kind.fn], arg(0), arg(1));
			case "select": {
				const [condition, yes, no] = [arg(0), arg(1), arg(2)];
				return condition.map((c, i) => (c !== 0 ? yes[i]! : no[i]!));
			}
			case "groupStat":
				return groupStatistic(this, node, kind);
			case "normalise":
				return normalised(this, node, kind.options);
			case "scan":
				return scanned(this.domain(node), kind, arg(0), arg(1));
			case "shift":
				return shifted(this.domain(node), kind.from, arg(0), arg(1));
			case "reduce":
				return foldRows(this, node, kind.how);
			case "spread":
				return this.spread(node);
			case "covered":
				return covers(this.spans(node.args[0]!.partition!));
			case "prefix":
				return prefixStatistic(this, node, kind);
			case "topShare":
				return topShares(this.domain(node), kind.share, arg(0), arg(1));
		}
	}

	private spread(node: Node): Float64Array {
		const from = node.args[0]!;
		const x = this.value(from);
		if (from.level === "rollout") return Float64Array.from(this.domain(node).rollout, (b) => x[b]!);
		return Float64Array.from(this.spans(from.partition!).ofToken, (s) => (s < 0 ? 0 : x[s]!));
	}
}

type UnaryName = Extract<Kind, { op: "unary" }>["fn"];
type BinaryName = Extract<Kind, { op: "binary" }>["fn"];

const UNARY: Readonly<Record<UnaryName, (x: number) => number>> = {
	neg: (x) => -x,
	abs: Math.abs,
	exp: Math.exp,
	log: Math.log,
	log2: Math.log2,
	sqrt: Math.sqrt,
	sin: Math.sin,
	known: (x) => (Number.isNaN(x) ? 0 : 1),
	not: (x) => (x === 0 ? 1 : 0),
};

const BINARY: Readonly<Record<BinaryName, (a: number, b: number) => number>> = {
	add: (a, b) => a + b,
	sub: (a, b) => a - b,
	mul: (a, b) => a * b,
	div: (a, b) => (b === 0 ? 0 : a / b),
	min: Math.min,
	max: Math.max,
	less: (a, b) => (a < b ? 1 : 0),
	atMost: (a, b) => (a <= b ? 1 : 0),
	equal: (a, b) => (a === b ? 1 : 0),
};

function zip(fn: (a: number, b: number) => number, a: Float64Array, b: Float64Array): Float64Array {
	return a.map((x, i) => fn(x, b[i]!));
}
