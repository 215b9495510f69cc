import { CpuOps, type Domain } from "../engine/credit/cpuOps";
import { membersOf } from "../engine/credit/groupOps";
import { BINARY_FNS, FOLDS, type Kind, type Node, STATS, UNARY_FNS } from "../engine/credit/ops";
import { growTrees, type TreeNode } from "../engine/credit/prefixOps";
import { foldedEntries, rowsOf } from "../engine/credit/sequenceOps";
import type { RolloutBatch } from "../engine/rollouts/batch";
import { CreditMemory, type EntryLists } from "./creditMemory";

/** The most bytes that a node leaves in memory for each of its entries: numbers, lists of entries, what it was given from elsewhere. */
const BYTES_PER_ENTRY = 48;

/** What evaluates credit of one batch after the other, in one memory. */
export async function openWasmOps(): Promise<(batch: RolloutBatch) => WasmOps> {
	const memory = await CreditMemory.open();
	return (batch) => new WasmOps(batch, memory);
}

/**
 * Evaluates credit graphs in WebAssembly, float64 as `CpuOps` and summed in the same order. Which entries go together (spans, groups,
 * prefix trees) is found in TypeScript; every number is computed in the module.
 */
export class WasmOps extends CpuOps {
	private readonly rows = new Map<Domain, EntryLists>();

	constructor(
		batch: RolloutBatch,
		private readonly memory: CreditMemory,
	) {
		super(batch);
	}

	/** Makes room for everything that the roots need. */
	override prepare(roots: readonly Node[]): void {
		const seen = new Set<Node>();
		const visit = (node: Node): void => {
			if (seen.has(node)) return;
			seen.add(node);
			for (const arg of node.args) visit(arg);
		};
		for (const root of roots) visit(root);
		const { B, T } = this.batch;
		this.memory.reset((seen.size + 4) * BYTES_PER_ENTRY * (B * (T + 1) + 8));
	}

	protected override compute(node: Node): Float64Array {
		const { kind } = node;
		switch (kind.op) {
			case "constant":
				return this.room(node).fill(kind.value);
			case "input":
			case "signal":
			case "covered":
				return this.copied(super.compute(node));
			case "prefix":
				return this.prefix(node, kind);
			default:
				return this.written(node, kind);
		}
	}

	private written(node: Node, kind: Exclude<Kind, { op: "constant" | "input" | "signal" | "covered" | "prefix" }>) {
		const { wasm } = this.memory;
		const args = node.args.map((arg) => this.value(arg).byteOffset);
		const [a, b, c, d] = args as [number, number, number, number];
		const out = this.room(node);
		const [to, n] = [out.byteOffset, out.length] as const;
		switch (kind.op) {
			case "unary":
				wasm.creditUnary!(UNARY_FNS.indexOf(kind.fn), to, a, n);
				break;
			case "binary":
				wasm.creditBinary!(BINARY_FNS.indexOf(kind.fn), to, a, b, n);
				break;
			case "select":
				wasm.creditSelect!(to, a, b, c, n);
				break;
			case "scan": {
				const { entries, offsets, count } = this.rowsOf(node);
				const [least, backward] = [Number(kind.fold === "min"), Number(kind.direction === "suffix")];
				wasm.creditScan!(least, backward, to, a, b, entries, offsets, count);
				break;
			}
			case "shift": {
				const { entries, offsets, count } = this.rowsOf(node);
				const rollout = this.memory.integers(this.domain(node).rollout);
				wasm.creditShift!(Number(kind.from === "previous"), to, a, b, rollout, entries, offsets, count);
				break;
			}
			case "reduce": {
				const { entries, offsets, count } = this.memory.lists(foldedEntries(this, node));
				wasm.creditFold!(FOLDS.indexOf(kind.how), to, a, entries, offsets, count);
				break;
			}
			case "topShare": {
				const { entries, offsets, count } = this.rowsOf(node);
				wasm.creditTopShare!(kind.share, to, a, b, entries, offsets, count);
				break;
			}
			case "spread":
				wasm.creditGather!(to, a, this.memory.integers(this.sourcesOf(node)), n);
				break;
			case "groupStat": {
				const { entries, offsets, count, longest } = this.memory.lists(membersOf(this, node, kind.scope));
				const scratch = this.memory.numbers(longest).byteOffset;
				wasm.creditStatistic!(STATS.indexOf(kind.stat), to, a, d, entries, offsets, count, scratch);
				break;
			}
			case "normalise": {
				const { center, scale, eps, epsOn, singleton } = kind.options;
				const { entries, offsets, count } = this.memory.lists(membersOf(this, node, kind.options));
				const options = [["none", "mean", "loo"].indexOf(center), ["none", "sd1", "sd0"].indexOf(scale)] as const;
				const rest = [eps, Number(epsOn === "variance"), Number(singleton === "raw")] as const;
				wasm.creditNormalise!(...options, ...rest, to, a, d, entries, offsets, count);
				break;
			}
		}
		return out;
	}

	private copied(x: Float64Array): Float64Array {
		const copy = this.memory.numbers(x.length);
		copy.set(x);
		return copy;
	}

	private room(node: Node): Float64Array {
		return this.memory.numbers(this.domain(node).count).fill(0);
	}

	/** Active entries of each rollout. */
	private rowsOf(node: Node): EntryLists {
		const domain = this.domain(node);
		const known = this.rows.get(domain) ?? this.memory.lists([...rowsOf(domain)]);
		this.rows.set(domain, known);
		return known;
	}

	/** Which number each token is given; −1 for none. */
	private sourcesOf(node: Node): Int32Array {
		const from = node.args[0]!;
		return from.level === "rollout" ? this.domain(node).rollout : this.spans(from.partition!).ofToken;
	}

	private prefix(node: Node, { stat, at }: Extract<Kind, { op: "prefix" }>): Float64Array {
		const { wasm } = this.memory;
		const spans = node.level === "span" ? this.spans(node.partition!) : null;
		const paths = growTrees(this.batch, spans);
		const nodes = new Map<TreeNode, number>();
		// Children before their parents: every path from its end, once all deeper ones are known.
		const depth = paths.reduce((most, path) => Math.max(most, path.length), 0);
		for (let level = depth - 1; level >= 0; level--)
			for (const path of paths) {
				const treeNode = path[level];
				if (treeNode && !nodes.has(treeNode)) nodes.set(treeNode, nodes.size);
			}
		const sources = new Int32Array(this.domain(node).count).fill(-1);
		const orders = new Float64Array(sources.length);
		paths.forEach((path, b) => {
			const first = spans ? spans.offsets[b]! : b * this.batch.T;
			for (let i = 0; i + 1 < path.length; i++) {
				const treeNode = path[at === "before" ? i : i + 1]!;
				sources[first + i] = nodes.get(treeNode)!;
				orders[first + i] = stat === "order" ? treeNode.leaves.indexOf(b) : treeNode.leaves.length;
			}
		});
		if (stat === "order" || stat === "count") return this.copied(orders);
		const below = [...nodes.keys()].map((treeNode) =>
			stat === "mean"
				? treeNode.leaves.map((b) => -1 - b)
				: [...[...treeNode.children.values()].map((child) => nodes.get(child)!), ...treeNode.ends.map((b) => -1 - b)],
		);
		const { entries, offsets, count } = this.memory.lists(below);
		const [means, deviations] = [this.memory.numbers(count), this.memory.numbers(count)];
		wasm.creditTree!(
			means.byteOffset,
			deviations.byteOffset,
			this.value(node.args[0]!).byteOffset,
			entries,
			offsets,
			count,
		);
		const out = this.room(node);
		const read = stat === "childSd0" ? deviations : means;
		wasm.creditGather!(out.byteOffset, read.byteOffset, this.memory.integers(sources), out.length);
		return out;
	}
}
