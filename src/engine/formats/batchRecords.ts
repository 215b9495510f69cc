import { madeBy } from "../credit/madeBy";
import type { CreditResult, RolloutBatch } from "../rollouts/batch";
import type { NumberRow, RolloutRecord } from "./record";

/** What a batch does not know about itself. */
export interface BatchOrigin {
	/** Training step that the rollouts belong to. */
	readonly step: number;
	/** Printable name of each token id. */
	readonly vocabulary: readonly string[];
}

/** The rollouts of a batch as records of `ascribe.rollout/1`, in order. Unknown numbers (NaN) become null. */
export function batchRecords(batch: RolloutBatch, { step, vocabulary }: BatchOrigin): RolloutRecord[] {
	const members = new Map<number, number>();
	return Array.from({ length: batch.B }, (_, b) => {
		const group = batch.groupIds[b]!;
		const member = members.get(group) ?? 0;
		members.set(group, member + 1);
		const row = { from: b * batch.T, to: b * batch.T + batch.lengths[b]! };
		const tokens = [...batch.tokens.subarray(row.from, row.to)];
		return {
			schema: "ascribe.rollout/1",
			id: batch.ids?.[b] ?? `p${group}/${member}`,
			group: `p${group}`,
			step,
			prompt: [...batch.promptTokens.subarray(batch.promptOffsets[b], batch.promptOffsets[b + 1])],
			tokens,
			mask: [...batch.actionMask.subarray(row.from, row.to)],
			...optional("logprobs", batch.logProbs, row),
			...optional("ref_logprobs", batch.refLogProbs, row),
			...optional("values", batch.values, row),
			...optional("entropy", batch.entropy, row),
			...optional("rewards", batch.rewards, row),
			reward: known(batch.returns[b]!),
			...(batch.success ? { success: batch.success[b] === 1 } : {}),
			done: batch.truncated[b] ? "limit" : "end",
			text: tokens.map((token) => vocabulary[token] ?? `#${token}`),
		};
	});
}

/** Credit of a batch, one object a rollout, as the command line prints it. */
export function creditRecords(credit: CreditResult, records: readonly RolloutRecord[], T: number): unknown[] {
	return records.map(({ id, group, tokens }, b) => {
		const row = { from: b * T, to: b * T + tokens.length };
		const terms = Object.entries(credit.terms).map(([name, term]) => [name, numbers(term, row)]);
		return {
			id,
			group,
			...madeBy(credit.method, credit.params, credit.rewards),
			advantage: numbers(credit.advantage, row),
			terms: Object.fromEntries(terms),
			...(credit.weights ? { weights: numbers(credit.weights, row) } : {}),
			mask: [...credit.mask.subarray(row.from, row.to)],
			cost: credit.cost,
		};
	});
}

interface Row {
	readonly from: number;
	readonly to: number;
}

function optional(name: string, data: Float64Array | undefined, row: Row): Record<string, NumberRow> {
	return data ? { [name]: numbers(data, row) } : {};
}

function numbers(data: Float64Array, { from, to }: Row): NumberRow {
	return Array.from(data.subarray(from, to), known);
}

function known(x: number): number | null {
	return Number.isFinite(x) ? x : null;
}
