import type { NumberRow, RolloutRecord } from "../record";

/** Channels over tokens, one column each where any rollout has it. */
const CHANNELS = ["mask", "logprobs", "ref_logprobs", "values", "entropy", "rewards"] as const;

/**
 * Rollouts as CSV in long form, one line a token: who, where, the token, and every channel and advantage that any rollout carries.
 * RFC 4180; what is not known is an empty field; texts that a spreadsheet would take for a formula get an apostrophe.
 */
export function writeCsv(records: readonly RolloutRecord[]): string {
	const channels = CHANNELS.filter((name) => records.some((record) => record[name]));
	const methods = [...new Set(records.flatMap(({ advantages }) => Object.keys(advantages ?? {})))];
	const head = ["id", "group", "step", "position", "token", "text", "reward", ...channels];
	const lines = [csvLine([...head, ...methods.map((name) => `advantage_${name}`)])];
	for (const record of records) {
		const own = [...channels.map((name) => record[name]), ...methods.map((name) => record.advantages?.[name])];
		record.tokens.forEach((token, t) => {
			const text = record.text?.[t] ?? (typeof token === "string" ? token : "");
			const id = typeof token === "string" ? "" : token;
			lines.push(
				csvLine([record.id, record.group, record.step, t, id, text, record.reward, ...own.map((x) => at(x, t))]),
			);
		});
	}
	return lines.join("");
}

const at = (channel: NumberRow | undefined, t: number) => channel?.[t];

/** One line of RFC 4180; what is not known is an empty field, and no text is a formula. */
export function csvLine(fields: readonly unknown[]): string {
	return `${fields.map(field).join(",")}\r\n`;
}

function field(value: unknown): string {
	if (value === undefined || value === null) return "";
	if (typeof value === "number") return String(value);
	const text = /^[=+\-@\t\r]/.test(String(value)) ? `'${value}` : String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
