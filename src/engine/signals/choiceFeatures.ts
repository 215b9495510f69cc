import type { RolloutBatch } from "../rollouts/batch";

/** A choice of the policy as regressions see it: the entry `b·T + t`, its place among the policy's tokens, and its column. */
export interface Choice {
	readonly at: number;
	readonly place: number;
	readonly column: number;
}

/** Choices of each rollout, and the number of different ones: a column for every pair (place, token). */
export function choicesOf({ B, T, tokens, actionMask, lengths }: RolloutBatch) {
	const columns = new Map<string, number>();
	const choices = Array.from({ length: B }, (_, b) => {
		const own: Choice[] = [];
		for (let at = b * T; at < b * T + lengths[b]!; at++) {
			if (!actionMask[at]) continue;
			const name = `${own.length} ${tokens[at]}`;
			if (!columns.has(name)) columns.set(name, columns.size);
			own.push({ at, place: own.length, column: columns.get(name)! });
		}
		return own;
	});
	return { choices, columns: columns.size };
}

/** Mean return of the group of each rollout `[B]`. */
export function groupMeans({ returns, groupIds }: RolloutBatch): Float64Array {
	const sums = new Map<number, { sum: number; count: number }>();
	for (const [b, group] of groupIds.entries()) {
		const { sum, count } = sums.get(group) ?? { sum: 0, count: 0 };
		sums.set(group, { sum: sum + returns[b]!, count: count + 1 });
	}
	return Float64Array.from(groupIds, (group) => sums.get(group)!.sum / sums.get(group)!.count);
}
