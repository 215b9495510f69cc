import type { RolloutBatch } from "../../engine/rollouts/batch";

/** A run of tokens that the same rollouts share: the path from the last branch to the next one, or to an end. */
export interface PrefixNode {
	/** Tokens [start, end) after the prompt. */
	readonly start: number;
	readonly end: number;
	/** Rollouts that pass through here. */
	readonly rollouts: readonly number[];
	/** Mean return of these rollouts. */
	readonly value: number;
	/** In order of their first rollout. */
	readonly children: readonly PrefixNode[];
}

interface Building {
	start: number;
	end: number;
	rollouts: number[];
	value: number;
	children: Building[];
}

/**
 * The prefix tree of rollouts that share a prompt: its root holds the tokens that all of them begin with (maybe none).
 * Two rollouts part where their tokens differ or where one of them ends. Iterative, O(tokens).
 */
export function prefixTreeOf(batch: RolloutBatch, members: readonly number[]): PrefixNode {
	const root = node(batch, [...members], 0);
	const open = [root];
	for (let at = open.pop(); at; at = open.pop()) {
		let branches = branchesAt(batch, at.rollouts, at.end);
		while (branches.length === 1 && (branches[0] as number[]).length === at.rollouts.length) {
			at.end++;
			branches = branchesAt(batch, at.rollouts, at.end);
		}
		at.children = branches.map((rollouts) => node(batch, rollouts, at.end));
		open.push(...at.children);
	}
	return root;
}

function node(batch: RolloutBatch, rollouts: number[], start: number): Building {
	const value = rollouts.reduce((sum, b) => sum + (batch.returns[b] as number), 0) / rollouts.length;
	return { start, end: start, rollouts, value, children: [] };
}

/** Rollouts that go on at `t`, grouped by their token there; a single group only counts when none of them ends. */
function branchesAt(batch: RolloutBatch, rollouts: readonly number[], t: number): number[][] {
	const byToken = new Map<number, number[]>();
	for (const b of rollouts) {
		if (t >= (batch.lengths[b] as number)) continue;
		const token = batch.tokens[b * batch.T + t] as number;
		const group = byToken.get(token);
		if (group) group.push(b);
		else byToken.set(token, [b]);
	}
	return [...byToken.values()];
}
