import type { NumberRow, RolloutRecord } from "../record";
import type { ForeignWriter } from "./foreignWriter";

/**
 * Rollouts of a toy task as a dump of some format can hold them: tokens as words where it has text, one advantage where it has one, a named
 * part of the reward where it has parts.
 * @param names printable name of each token id.
 */
export function fittedTo(
	writer: ForeignWriter,
	records: readonly RolloutRecord[],
	names: readonly string[],
): RolloutRecord[] {
	return records.map((record, i) => {
		const { group = "0" } = record;
		const out = { ...record, id: `${group}_${i}_0`, dims: { verifier: record.reward ?? 0 } };
		return writer.tokens === "words" ? inWords(out, names) : out;
	});
}

function inWords(record: RolloutRecord, names: readonly string[]): RolloutRecord {
	const nameOf = (id: number | string) =>
		(typeof id === "string" ? id : (names[id] ?? `#${id}`)).replaceAll(/\s/g, "_");
	const tokens = record.tokens.map((id, t) => (t === 0 ? nameOf(id) : ` ${nameOf(id)}`));
	const prompt = typeof record.prompt === "string" ? record.prompt : (record.prompt ?? []).map(nameOf).join(" ");
	const whole = record.advantages && Object.fromEntries(Object.entries(record.advantages).map(constant(record)));
	return { ...record, tokens, prompt, text: tokens, ...(whole ? { advantages: whole } : {}) };
}

/** What dumps of text can carry is one advantage a completion: that of its first counted token. */
function constant({ mask }: RolloutRecord) {
	return ([name, row]: [string, NumberRow]): [string, NumberRow] => {
		const first = row.find((a, t) => a !== null && mask?.[t] !== 0) ?? null;
		return [name, row.map(() => first)];
	};
}
