import { groupKey } from "../formats/groups";
import type { RolloutRecord } from "../formats/record";
import { factsOf, type RolloutFacts } from "./facts";

/** Rollouts of one prompt in one step. */
export interface Group {
	readonly key: string;
	readonly step: number | undefined;
	readonly members: readonly GroupMember[];
}

export interface GroupMember {
	readonly row: number;
	readonly facts: RolloutFacts;
	/** Which of `LintInput.files` it stood in; absent where that is not known. */
	readonly file?: number;
}

export interface Member {
	/** Index of the rollout in the file. */
	readonly row: number;
	readonly record: RolloutRecord;
}

export interface LintInput {
	/** Rollouts that are at hand with all their tokens. */
	readonly rows: readonly Member[];
	/** All rollouts of the file, in order of first appearance. Members need not be adjacent. */
	readonly groups: readonly Group[];
	/** Names of the files that hold them, members of archives one by one. Files in two folders may have one name. */
	readonly files: readonly string[];
}

/** What a check found. `rows` are the rollouts concerned; `share` is the part of what could have been wrong that is. */
export interface Finding {
	readonly check: string;
	readonly title: string;
	/** One sentence with the numbers. */
	readonly message: string;
	/** Why it matters, and what usually causes it. */
	readonly why: string;
	readonly harm: Harm;
	/** Address of a thread where others met it. */
	readonly thread?: string;
	readonly share: number;
	readonly rows: readonly number[];
	/** The clearest case among the rows. */
	readonly worst: number;
	/** What the file's own credit was recomputed with. */
	readonly ours?: OursChoice;
}

/** A method with the parameters that come nearest to the credit of a file. */
export interface OursChoice {
	readonly method: string;
	readonly params: Readonly<Record<string, unknown>>;
	/** Method and options, for people. */
	readonly name: string;
	/** First token, in the order of the file, on which both differ; null where they agree. */
	readonly mismatch: { readonly row: number; readonly token: number } | null;
}

/** wrong: the credit cannot be what was meant. wasted: compute that teaches nothing. suspicious: look at it. note: good to know. */
export type Harm = "wrong" | "wasted" | "suspicious" | "note";

/** One check: pure, over all rollouts of a file; null when all is well or the file does not hold what it needs. */
export interface Check {
	readonly id: string;
	readonly title: string;
	readonly why: string;
	readonly harm: Harm;
	/** Where others met it and found the cause. */
	readonly thread?: string;
	run(input: LintInput): Omit<Finding, "check" | "title" | "why" | "harm" | "thread"> | null;
}

/**
 * Groups as credit has them; see `groupKey`.
 * @param fileOf names the file of each row; no two files share a name here. Without it nothing is known of files.
 */
export function lintInput(records: readonly RolloutRecord[], fileOf?: (row: number) => string): LintInput {
	const rows = records.map((record, row): Member => ({ row, record }));
	const groups = groupedBy(rows, ({ row, record }) => groupKey(record, row));
	const files = [...new Set(fileOf ? rows.map(({ row }) => fileOf(row)) : [])];
	const numbers = new Map(files.map((name, number) => [name, number]));
	return {
		rows,
		files,
		groups: [...groups].map(([key, members]) => ({
			key,
			step: members[0]?.record.step,
			members: members.map(({ row, record }) => ({
				row,
				facts: factsOf(record),
				...(fileOf ? { file: numbers.get(fileOf(row))! } : {}),
			})),
		})),
	};
}

/** Items by key, in order of first appearance. */
export function groupedBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
	const out = new Map<K, T[]>();
	for (const item of items) {
		const own = out.get(keyOf(item));
		if (own) own.push(item);
		else out.set(keyOf(item), [item]);
	}
	return out;
}

export const mean = (xs: readonly number[]): number => xs.reduce((a, b) => a + b, 0) / xs.length;

/** Standard deviation with divisor n. */
export function deviation(xs: readonly number[]): number {
	const m = mean(xs);
	return Math.sqrt(mean(xs.map((x) => (x - m) ** 2)));
}

/** A share in words: "42 %", "3.1 %". Only all is "100 %", and only none "0 %". */
export function percent(share: number): string {
	const shown = 100 * share;
	if (share === 0 || share === 1) return `${shown} %`;
	if (share < 0.0005) return "under 0.1 %";
	if (share > 0.9995) return "over 99.9 %";
	return `${shown.toFixed(share >= 0.1 && share < 0.995 ? 0 : 1)} %`;
}
