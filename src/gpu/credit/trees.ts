import type { Kind, Node } from "../../engine/credit/ops";
import type { Partition } from "../../engine/credit/partition";
import type { Assembly, Place } from "./assembly";
import { addressOf, type Instruction, OP, type Register, type Word } from "./instructions";
import type { SpanCompiler } from "./spans";

type Prefix = Extract<Kind, { op: "prefix" }>;

const READ = { mean: 0, count: 1, order: 2 } as const;

/** Statistics of prefix trees. Who shares how much with whom is found once for tokens and once for each partition. */
export class TreeCompiler {
	private readonly agreements = new Map<Partition | null, { readonly register: Register; readonly ready: number }>();
	private readonly children = new Map<Partition, Map<Node, { mean: Register; deviation: Register; ready: number }>>();

	constructor(
		private readonly assembly: Assembly,
		private readonly spans: SpanCompiler,
	) {}

	prefix(node: Node, { stat, at }: Prefix): Place {
		const { domain } = this.spans.domainOf(node);
		const depth = at === "before" ? 0 : 1;
		const from = node.args[0]!;
		if (stat === "childMean" || stat === "childSd0") {
			const { mean, deviation, ready } = this.childrenOf(from, node.partition!);
			const words = [addressOf(stat === "childMean" ? mean : deviation), 0, depth];
			return this.assembly.emit({ op: OP.readDepth, domain, variant: 0, words }, ready);
		}
		const x = this.assembly.place(from);
		const shared = this.agreement(node.partition);
		const words = [x.word, addressOf(shared.register), depth];
		return this.assembly.emit({ op: OP.readTree, domain, variant: READ[stat], words }, Math.max(x.ready, shared.ready));
	}

	private agreement(partition: Partition | null) {
		let known = this.agreements.get(partition);
		if (!known) {
			const spans = partition && this.spans.partition(partition);
			const register: Register = { size: "pair", kept: false };
			const domain: Instruction["domain"] = spans ? spans.register : "token";
			const { ready } = this.assembly.emit(
				{ op: OP.agreement, domain, variant: spans ? 1 : 0, words: [], out: register },
				spans ? spans.ready : -1,
			);
			known = { register, ready };
			this.agreements.set(partition, known);
		}
		return known;
	}

	private childrenOf(from: Node, partition: Partition) {
		const ofPartition = this.children.get(partition) ?? new Map();
		this.children.set(partition, ofPartition);
		const known = ofPartition.get(from) ?? this.makeChildren(from, partition);
		ofPartition.set(from, known);
		return known;
	}

	private makeChildren(from: Node, partition: Partition) {
		const { register: domain } = this.spans.partition(partition);
		const x = this.assembly.place(from);
		const shared = this.agreement(partition);
		const earliest: Register = { size: "rollout", kept: false };
		const agreed: Word = addressOf(shared.register);
		const first = this.assembly.emit(
			{ op: OP.earliestAgreement, domain: "rollout", variant: 0, words: [0, agreed], out: earliest },
			shared.ready,
		);
		const [mean, deviation]: Register[] = [
			{ size: "depth", kept: false },
			{ size: "depth", kept: false },
		];
		const words = [x.word, agreed, addressOf(deviation!), addressOf(earliest)];
		const { ready } = this.assembly.emit(
			{ op: OP.childValues, domain, variant: 0, words, out: mean!, alsoOut: [deviation!] },
			Math.max(x.ready, first.ready),
		);
		return { mean: mean!, deviation: deviation!, ready };
	}
}
