import type { RolloutRecord } from "../formats/record";
import * as catalog from "./catalog";
import { type Check, type Finding, type Harm, lintInput } from "./check";

export const CHECKS: Readonly<Record<string, Check>> = catalog;

const ORDER: readonly Harm[] = ["wrong", "wasted", "suspicious", "note"];

/** Everything that is wrong with the credit of a file, sorted by harm, then by how much of the file it concerns. */
export function creditLint(records: readonly RolloutRecord[]): Finding[] {
	const input = lintInput(records);
	return Object.values(CHECKS)
		.flatMap(({ run, id, title, why, harm }) => {
			const found = run(input);
			return found ? [{ check: id, title, why, harm, ...found }] : [];
		})
		.sort((a, b) => ORDER.indexOf(a.harm) - ORDER.indexOf(b.harm) || b.share - a.share);
}
