import type { RolloutBatch } from "./batch";

/**
 * A tree of rollouts as a structure of arrays, in preorder: node i's children follow it, and its subtree ends before `next[i]`.
 * Rows are rollouts (visits, in a tree of states): node i has the rows `[top[i], top[i] + count[i])`, so siblings lie one after
 * the other and a row is as high everywhere.
 */
export interface RolloutTree {
	readonly size: number;
	/** −1 for the root. */
	readonly parent: Int32Array;
	readonly next: Int32Array;
	/** Tokens [start, end) after the prompt of rollout `rollout`; a start of −1 stands for the prompt. */
	readonly start: Int32Array;
	readonly end: Int32Array;
	readonly rollout: Int32Array;
	readonly top: Int32Array;
	readonly count: Int32Array;
	/** Mean return of the node's rollouts. */
	readonly value: Float64Array;
	/** What they are really worth at the end of the node: paid so far plus V; NaN where not known. */
	readonly exact: Float64Array;
	/** Credit of the node's tokens, summed and averaged over its rollouts; NaN where nothing was scored. */
	readonly credit: Float64Array;
	/** Rollout of each row. */
	readonly rows: Int32Array;
	/** Name of a node whose text is no run of tokens, such as a state; absent in trees of prefixes. */
	readonly names?: readonly (string | null)[];
}

/** What a tree says beside its shape. */
export interface TreeNumbers {
	/** Paid before each token plus V there, and after the last `[B·(T+1)]`; NaN where not known. */
	readonly exact: Float64Array | null;
	/** `[B·T]`; NaN where not scored. */
	readonly credit: Float64Array | null;
}

type Rollouts = Pick<RolloutBatch, "B" | "T" | "tokens" | "lengths" | "returns" | "promptTokens" | "promptOffsets">;

/** A node while the tree grows. */
export interface GrowingNode {
	readonly parent: number;
	readonly start: number;
	readonly end: number;
	readonly rollouts: readonly number[];
}

/**
 * The prefix tree of rollouts: a node is the longest run of tokens without a branch. Two rollouts part where their tokens differ or
 * where one of them ends; branches with more rollouts come first. Rollouts of several prompts part at the root.
 *
 * Iterative, O(tokens). **Edges** the root of one prompt is the common beginning, maybe empty; no members give a tree of one
 * empty node.
 */
export function rolloutTree(batch: Rollouts, members: readonly number[], numbers: TreeNumbers): RolloutTree {
	const nodes: GrowingNode[] = [];
	const prompts = byPrompt(batch, members);
	const open: GrowingNode[] = [];
	if (prompts.length === 1) open.push(grown(batch, -1, 0, members));
	else {
		nodes.push({ parent: -1, start: 0, end: 0, rollouts: members });
		for (const group of ordered(prompts).reverse()) open.push({ ...grown(batch, 0, 0, group), start: -1 });
	}
	for (let node = open.pop(); node; node = open.pop()) {
		const at = nodes.push(node) - 1;
		const branches = ordered(branchesAt(batch, node.rollouts, node.end));
		for (const rollouts of branches.reverse()) open.push(grown(batch, at, node.end, rollouts));
	}
	return flattened(batch, nodes, numbers);
}

function grown(batch: Rollouts, parent: number, start: number, rollouts: readonly number[]): GrowingNode {
	let end = start;
	for (;;) {
		const branches = branchesAt(batch, rollouts, end);
		if (branches.length !== 1 || branches[0]!.length !== rollouts.length) return { parent, start, end, rollouts };
		end++;
	}
}

/** Rollouts that go on at `t`, by their token there. */
function branchesAt({ tokens, lengths, T }: Rollouts, rollouts: readonly number[], t: number): number[][] {
	const byToken = new Map<number, number[]>();
	for (const b of rollouts) if (t < lengths[b]!) pushTo(byToken, tokens[b * T + t]!, b);
	return [...byToken.values()];
}

function byPrompt({ promptTokens, promptOffsets }: Rollouts, members: readonly number[]): number[][] {
	const groups = new Map<string, number[]>();
	for (const b of members) pushTo(groups, promptTokens.subarray(promptOffsets[b], promptOffsets[b + 1]).join(), b);
	return groups.size > 0 ? [...groups.values()] : [[]];
}

function pushTo<K>(map: Map<K, number[]>, key: K, entry: number): void {
	const list = map.get(key);
	if (list) list.push(entry);
	else map.set(key, [entry]);
}

/** Most rollouts first, then in order of the first. */
const ordered = (groups: readonly number[][]) => [...groups].sort((a, b) => b.length - a.length || a[0]! - b[0]!);

/** Numbers and places of nodes that are in preorder. */
function flattened(batch: Rollouts, nodes: readonly GrowingNode[], { exact, credit }: TreeNumbers): RolloutTree {
	const column = (of: (node: GrowingNode) => number) => Int32Array.from(nodes, of);
	const first = (node: GrowingNode) => node.rollouts[0] ?? 0;
	const { top, rows } = rowsOf(nodes);
	return {
		size: nodes.length,
		parent: column((n) => n.parent),
		next: nextOf(nodes),
		start: column((n) => n.start),
		end: column((n) => n.end),
		rollout: column(first),
		top,
		count: column((n) => n.rollouts.length),
		value: Float64Array.from(nodes, (n) => meanOf(n.rollouts, (b) => batch.returns[b]!)),
		exact: Float64Array.from(nodes, (n) => exact?.[first(n) * (batch.T + 1) + n.end] ?? Number.NaN),
		credit: Float64Array.from(nodes, (n) => (credit ? creditOf(batch, n, credit) : Number.NaN)),
		rows,
	};
}

/** Where each subtree ends in preorder. */
export function nextOf(nodes: readonly Pick<GrowingNode, "parent">[]): Int32Array {
	const next = Int32Array.from(nodes, (_, i) => i + 1);
	for (let i = nodes.length - 1; i > 0; i--) {
		const { parent } = nodes[i]!;
		next[parent] = Math.max(next[parent]!, next[i]!);
	}
	return next;
}

/** First row of each node; rollouts that end at a node come after those of its children. */
function rowsOf(nodes: readonly GrowingNode[]): { top: Int32Array; rows: Int32Array } {
	const top = new Int32Array(nodes.length);
	const filled = new Int32Array(nodes.length);
	const rows = new Int32Array(nodes[0]!.rollouts.length);
	nodes.forEach(({ parent, rollouts }, i) => {
		if (parent >= 0) {
			top[i] = top[parent]! + filled[parent]!;
			filled[parent]! += rollouts.length;
		}
	});
	const inChild = new Set<number>();
	for (let i = nodes.length - 1; i >= 0; i--) {
		const own = nodes[i]!.rollouts.filter((b) => !inChild.has(b));
		own.forEach((b, k) => {
			rows[top[i]! + filled[i]! + k] = b;
			inChild.add(b);
		});
	}
	return { top, rows };
}

/** Mean of a number over entries; NaN for none. */
export function meanOf<T>(entries: readonly T[], of: (entry: T) => number): number {
	let sum = 0;
	for (const entry of entries) sum += of(entry);
	return sum / entries.length;
}

function creditOf({ T }: Rollouts, { start, end, rollouts }: GrowingNode, credit: Float64Array): number {
	let sum = 0;
	let scored = 0;
	for (const b of rollouts)
		for (let i = b * T + Math.max(0, start); i < b * T + end; i++) {
			if (Number.isNaN(credit[i]!)) continue;
			sum += credit[i]!;
			scored++;
		}
	return scored > 0 ? sum / rollouts.length : Number.NaN;
}
