import type { RolloutRecord } from "../formats/record";
import * as catalog from "./catalog";
import { type Check, type Finding, type Harm, type LintInput, lintInput } from "./check";

export const CHECKS: Readonly<Record<string, Check>> = catalog;

const ORDER: readonly Harm[] = ["wrong", "wasted", "suspicious", "note"];

/**
 * Everything that is wrong with the credit of a file, sorted by harm, then by how much of the file it concerns.
 * @param fileOf names the file of each row, where there are several.
 */
export const creditLint = (records: readonly RolloutRecord[], fileOf?: (row: number) => string): Finding[] =>
	findingsOf(lintInput(records, fileOf));

/** The same of a file of which all rows are known by their facts, and only some by their tokens. */
export function findingsOf(input: LintInput): Finding[] {
	return Object.values(CHECKS)
		.flatMap(({ run, id, title, why, harm, thread }) => {
			const found = run(input);
			return found ? [{ check: id, title, why, harm, ...(thread ? { thread } : {}), ...found }] : [];
		})
		.sort((a, b) => ORDER.indexOf(a.harm) - ORDER.indexOf(b.harm) || b.share - a.share);
}
