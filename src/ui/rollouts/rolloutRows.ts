import { inLine } from "../../engine/core/writing";
import type { Latest } from "../stores/run";

/** One rollout as a row of the table. */
export interface RolloutRow {
	readonly step: number;
	readonly rollout: number;
	readonly group: number;
	readonly success: boolean | null;
	readonly value: number;
	readonly length: number;
	/** Mean log-probability and mean entropy of the policy's tokens, nats; NaN where not recorded. */
	readonly logProb: number;
	readonly entropy: number;
	/** Largest size of credit in the rollout. */
	readonly credit: number;
	/** Tokens by name; made when it is first read, since few rows of a long table are. */
	readonly text: string;
	/** Names of the tools that it called, where they are known apart from the text. */
	readonly tools?: string;
}

export const COLUMNS = [
	{ id: "group", title: "Group", unit: "" },
	{ id: "rollout", title: "Rollout", unit: "" },
	{ id: "success", title: "Solved", unit: "" },
	{ id: "value", title: "Return", unit: "" },
	{ id: "length", title: "Length", unit: "tokens" },
	{ id: "logProb", title: "Log-prob.", unit: "nats, mean" },
	{ id: "entropy", title: "Entropy", unit: "nats, mean" },
	{ id: "credit", title: "Largest credit", unit: "size" },
	{ id: "text", title: "Text", unit: "" },
] as const;
export type ColumnId = "step" | (typeof COLUMNS)[number]["id"];

/** Rows of a whole batch, in its order. */
export function rowsOf({ step, batch, credit }: Latest, tokens: readonly string[]): RolloutRow[] {
	return Array.from({ length: batch.B }, (_, b) => {
		const from = b * batch.T;
		const end = from + (batch.lengths[b] as number);
		const masked = (values: Float64Array | undefined) => meanWhere(values, batch.actionMask, from, end);
		return {
			step,
			rollout: b,
			group: batch.groupIds[b] as number,
			success: batch.success ? batch.success[b] === 1 : null,
			value: batch.returns[b] as number,
			length: end - from,
			logProb: masked(batch.logProbs),
			entropy: masked(batch.entropy),
			credit: largest(credit.advantage, from, end),
			get text() {
				const text = inLine(Array.from(batch.tokens.subarray(from, end), (id) => tokens[id] ?? `#${id}`));
				Object.defineProperty(this, "text", { value: text });
				return text;
			},
		};
	});
}

function meanWhere(values: Float64Array | undefined, mask: Uint8Array, from: number, end: number): number {
	let sum = 0;
	let count = 0;
	for (let i = from; i < end; i++)
		if (mask[i] === 1) {
			sum += values?.[i] ?? Number.NaN;
			count++;
		}
	return sum / count;
}

function largest(values: Float64Array, from: number, end: number): number {
	let most = 0;
	for (let i = from; i < end; i++) most = Math.max(most, Math.abs(values[i] as number) || 0);
	return most;
}

export interface Filtered {
	readonly rows: readonly RolloutRow[];
	/** Says what of the filter could not be read; empty when all could. */
	readonly problem: string;
}

/**
 * Rows that meet every part of a filter. A part is `name:value`, `name>value` or `name<value` with a column's name
 * (`return` or `reward`, `length` or `len`, …), `solved:yes` or `solved:no`, `tool:search` for a token of just this name, or a word
 * that the text must contain; a minus in front turns a part round.
 */
export function filterRows(rows: readonly RolloutRow[], filter: string): Filtered {
	const parts = filter.trim().split(/\s+/).filter(Boolean);
	const tests: ((row: RolloutRow) => boolean)[] = [];
	for (const part of parts) {
		const test = testOf(part);
		if (typeof test === "string") return { rows, problem: test };
		tests.push(test);
	}
	return { rows: rows.filter((row) => tests.every((test) => test(row))), problem: "" };
}

const NUMBERS = {
	step: "step",
	group: "group",
	rollout: "rollout",
	return: "value",
	reward: "value",
	length: "length",
	len: "length",
	logprob: "logProb",
	entropy: "entropy",
	credit: "credit",
} as const;

function testOf(part: string): ((row: RolloutRow) => boolean) | string {
	if (part.length > 1 && part.startsWith("-")) {
		const test = testOf(part.slice(1));
		return typeof test === "string" ? test : (row) => !test(row);
	}
	const match = /^([a-z]+)([:<>])(.+)$/i.exec(part);
	if (!match) return (row) => row.text.toLowerCase().includes(part.toLowerCase());
	const [, name, sign, text] = match as unknown as [string, string, string, string];
	if (name === "tool" || name === "token") {
		const token = text.toLowerCase();
		return (row) => ` ${(row.tools ?? row.text).toLowerCase()} `.includes(` ${token} `);
	}
	if (name === "solved") return (row) => row.success === (text === "yes");
	if (!(name in NUMBERS))
		return `There is no column "${name}"; there are solved, tool, ${Object.keys(NUMBERS).join(", ")}.`;
	const value = Number(text);
	if (Number.isNaN(value)) return `"${text}" is not a number.`;
	const column = NUMBERS[name as keyof typeof NUMBERS];
	if (sign === ":") return (row) => Math.abs(row[column] - value) <= 1e-9;
	return sign === "<" ? (row) => row[column] < value : (row) => row[column] > value;
}

/** Rows sorted by a column, equal rows in the order they had; absent numbers last. */
export function sortRows(rows: readonly RolloutRow[], column: ColumnId, descending: boolean): RolloutRow[] {
	const sign = descending ? -1 : 1;
	return [...rows].sort((a, b) => {
		const [x, y] = [a[column], b[column]];
		if (typeof x === "string" || typeof y === "string") return sign * String(x).localeCompare(String(y));
		const [p, q] = [Number(x), Number(y)];
		if (Number.isNaN(p) || Number.isNaN(q)) return Number(Number.isNaN(p)) - Number(Number.isNaN(q));
		return sign * (p - q);
	});
}
