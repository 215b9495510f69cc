import { sumOfRewards } from "../formats/paid";
import type { RolloutRecord } from "../formats/record";

/** What the checks of groups read of a rollout: a few numbers, so that they are kept for every row of a file of any size. */
export interface RolloutFacts {
	readonly step: number | undefined;
	/** Hash of the prompt: equal prompts have equal hashes. Null where rollouts are grouped by their prompt, or have none. */
	readonly prompt: number | null;
	/** Whether the file names its group; equal prompts put the others together. */
	readonly named: boolean;
	/** NaN where it is not known. */
	readonly reward: number;
	/** Tokens. */
	readonly length: number;
	/** Mean of the file's own credit over counted tokens; NaN without any. */
	readonly credit: number;
	/** Whether all counted tokens share one credit. */
	readonly uniform: boolean;
}

/** Credit of tokens that differs by less is the same. */
const EQUAL = 1e-6;

/** The facts of one rollout. **Edges** its `credit` is NaN and `uniform` false where the file brings no credit for a counted token. */
export function factsOf(record: RolloutRecord): RolloutFacts {
	const row = theirCredit(record)?.row.filter((a, t): a is number => a !== null && counts(record, t)) ?? [];
	const [first = Number.NaN] = row;
	return {
		step: record.step,
		prompt: record.group === undefined || record.prompt === undefined ? null : printOf(JSON.stringify(record.prompt)),
		named: record.group !== undefined,
		reward: returnOf(record),
		length: record.tokens.length,
		credit: row.reduce((sum, a) => sum + a, 0) / row.length,
		uniform: row.length > 0 && row.every((a) => Math.abs(a - first) <= EQUAL),
	};
}

/** A hash of a text in 52 bits: FNV-1a (Fowler, Noll, Vo) from two offsets, one step for each UTF-16 unit. */
export function printOf(text: string): number {
	let [a, b] = [0x811c9dc5, 0x01000193];
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		a = Math.imul(a ^ unit, 0x01000193);
		b = Math.imul(b ^ unit ^ (a >>> 15), 0x01000193);
	}
	return (a >>> 0) * 2 ** 20 + (b >>> 12);
}

/** The return of a rollout: the whole reward, else the sum of its token rewards; NaN where neither is known in full. */
export function returnOf(record: RolloutRecord): number {
	if (typeof record.reward === "number") return record.reward;
	return record.rewards ? sumOfRewards(record) : Number.NaN;
}

/** The first method that the source itself computed credit with, if any. */
export function theirCredit(record: RolloutRecord): { method: string; row: readonly (number | null)[] } | null {
	for (const [method, row] of Object.entries(record.advantages ?? {})) return { method, row };
	return null;
}

/** Tokens that count: the mask, else all. */
export const counts = (record: RolloutRecord, t: number): boolean => record.mask === undefined || record.mask[t] === 1;
