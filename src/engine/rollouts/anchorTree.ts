import type { RolloutBatch } from "./batch";
import { type GrowingNode, meanOf, nextOf, type RolloutTree, type TreeNumbers } from "./rolloutTree";

/** A step that was taken from a state: where it began and where it ended. */
export interface Visit {
	/** The state, as anchor groups merge it. */
	readonly state: string;
	readonly rollout: number;
	/** Tokens [start, end) of the step. */
	readonly start: number;
	readonly end: number;
}

type Rollouts = Pick<RolloutBatch, "B" | "T" | "tokens" | "rewards" | "lengths">;

interface AnchorNode extends Pick<GrowingNode, "parent"> {
	readonly name: string | null;
	readonly visits: readonly Visit[];
}

/**
 * Rollouts merged by state: below the root one node a state, below it one node a different step taken there, the most frequent
 * first. This is what anchor groups compare (GiGPO): actions with other actions from the same state, wherever it was met.
 *
 * Values are returns from the visit on, undiscounted, so that they compare within a state. A state's exact value is the mean V of
 * its visits, since a policy that sees the whole prefix may behave differently at each; a step's is r + V after it.
 */
export function anchorTree(batch: Rollouts, visits: readonly Visit[], numbers: TreeNumbers): RolloutTree {
	const nodes: AnchorNode[] = [{ parent: -1, name: null, visits }];
	for (const [state, inState] of grouped(visits, (v) => v.state)) {
		const at = nodes.push({ parent: 0, name: state, visits: inState }) - 1;
		for (const [, same] of grouped(inState, (v) => textOf(batch, v)))
			nodes.push({ parent: at, name: null, visits: same });
	}
	const rest = (v: Visit) => sumOf(batch.rewards, v.rollout * batch.T + v.start, v.rollout * batch.T + batch.T);
	const column = (of: (node: AnchorNode, i: number) => number) => Int32Array.from(nodes, of);
	const first = ({ visits: [visit] }: AnchorNode) => visit;
	const isStep = (node: AnchorNode) => node.parent > 0;
	const top = topsOf(nodes);
	const rows = new Int32Array(visits.length);
	nodes.forEach((node, i) => {
		if (isStep(node))
			rows.set(
				Int32Array.from(node.visits, (v) => v.rollout),
				top[i]!,
			);
	});
	return {
		size: nodes.length,
		parent: column((n) => n.parent),
		next: nextOf(nodes),
		start: column((n) => first(n)?.start ?? 0),
		end: column((n) => (isStep(n) ? (first(n)?.end ?? 0) : (first(n)?.start ?? 0))),
		rollout: column((n) => first(n)?.rollout ?? 0),
		top,
		count: column((n) => n.visits.length),
		value: Float64Array.from(nodes, (n) => meanOf(n.visits, rest)),
		exact: Float64Array.from(nodes, (n) => (numbers.exact ? exactOf(batch, n, numbers.exact, isStep(n)) : Number.NaN)),
		credit: Float64Array.from(nodes, (n) =>
			numbers.credit
				? meanOf(n.visits, (v) => sumOf(numbers.credit!, v.rollout * batch.T + v.start, v.rollout * batch.T + v.end))
				: Number.NaN,
		),
		rows,
		names: nodes.map((n) => n.name),
	};
}

/** Worth from the visit on, without what was paid before it: V there, or what the step pays plus V after it. */
function exactOf({ T, rewards }: Rollouts, { visits }: AnchorNode, exact: Float64Array, isStep: boolean): number {
	return meanOf(visits, ({ rollout, start, end }) => {
		const total = exact[rollout * (T + 1) + (isStep ? end : start)]!;
		return total - sumOf(rewards, rollout * T, rollout * T + start);
	});
}

const textOf = ({ tokens, T }: Rollouts, v: Visit) =>
	tokens.subarray(v.rollout * T + v.start, v.rollout * T + v.end).join();

function sumOf(values: Float64Array, from: number, to: number): number {
	let sum = 0;
	for (let i = from; i < to; i++) sum += values[i]!;
	return sum;
}

/** Entries by a key, the most frequent key first. */
function grouped(visits: readonly Visit[], keyOf: (visit: Visit) => string): [string, Visit[]][] {
	const groups = new Map<string, Visit[]>();
	for (const visit of visits) {
		const key = keyOf(visit);
		const group = groups.get(key);
		if (group) group.push(visit);
		else groups.set(key, [visit]);
	}
	return [...groups].sort(([, a], [, b]) => b.length - a.length);
}

function topsOf(nodes: readonly AnchorNode[]): Int32Array {
	const top = new Int32Array(nodes.length);
	const filled = new Int32Array(nodes.length);
	nodes.forEach(({ parent, visits }, i) => {
		if (parent < 0) return;
		top[i] = top[parent]! + filled[parent]!;
		filled[parent]! += visits.length;
	});
	return top;
}
