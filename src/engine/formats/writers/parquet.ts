import { parquetWriteBuffer } from "hyparquet-writer";
import type { RolloutRecord } from "../record";

type Scalar = "BYTE_ARRAY" | "DOUBLE" | "BOOLEAN" | "INT32";

/** Fields with one value a rollout, and those with a list over its tokens. */
const SCALARS: Readonly<Record<string, Scalar>> = {
	schema: "BYTE_ARRAY",
	id: "BYTE_ARRAY",
	group: "BYTE_ARRAY",
	step: "DOUBLE",
	reward: "DOUBLE",
	success: "BOOLEAN",
	done: "BYTE_ARRAY",
	budget: "DOUBLE",
	bootstrap: "DOUBLE",
};
const LISTS: Readonly<Record<string, Scalar>> = {
	mask: "INT32",
	logprobs: "DOUBLE",
	ref_logprobs: "DOUBLE",
	values: "DOUBLE",
	entropy: "DOUBLE",
	rewards: "DOUBLE",
	text: "BYTE_ARRAY",
};

/** One column: values, or a list of them a row. */
export interface Column {
	readonly name: string;
	readonly type: Scalar;
	readonly list: boolean;
	readonly data: readonly unknown[];
}

/**
 * Rollouts as Parquet, one row each: plain columns for single values, list columns for what runs over tokens (advantages as
 * `advantages.<method>`), and everything else as JSON in `extra`, so that the file reads back without loss.
 */
export function writeParquet(records: readonly RolloutRecord[]): Uint8Array {
	return writeColumns(columnsOf(records));
}

/** Columns of equal length as Parquet; null is "not known". */
export function writeColumns(columns: readonly Column[]): Uint8Array {
	const schema = [
		{ name: "root", num_children: columns.length },
		...columns.flatMap(({ name, type, list }) => (list ? listSchema(name, type) : [leaf(name, type)])),
	];
	const columnData = columns.map(({ name, data }) => ({ name, data: [...data] }));
	return new Uint8Array(parquetWriteBuffer({ columnData, schema }));
}

/** Rows of plain values as Parquet, one column a key. @throws TypeError for values that are no text, number, boolean or null. */
export function writeTable(rows: readonly Readonly<Record<string, unknown>>[]): Uint8Array {
	const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
	const columnData = names.map((name) => {
		const data = rows.map((row) => row[name] ?? null);
		return { name, data, type: plainType(data, name), nullable: true };
	});
	return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function plainType(data: readonly unknown[], name: string): "STRING" | "DOUBLE" | "BOOLEAN" {
	const kinds = new Set(data.filter((x) => x !== null).map((x) => typeof x));
	const [kind = "number"] = kinds;
	const types: Readonly<Record<string, "STRING" | "DOUBLE" | "BOOLEAN">> = {
		string: "STRING",
		number: "DOUBLE",
		boolean: "BOOLEAN",
	};
	if (kinds.size > 1 || !types[kind])
		throw new TypeError(`Column ${name} holds values that a table has no column for.`);
	return types[kind];
}

function leaf(name: string, type: Scalar) {
	const text = type === "BYTE_ARRAY" ? ({ converted_type: "UTF8" } as const) : {};
	return { name, type, repetition_type: "OPTIONAL", ...text } as const;
}

/** The three levels that the format prescribes for a list whose entries may be null. */
function listSchema(name: string, type: Scalar) {
	return [
		{ name, repetition_type: "OPTIONAL", converted_type: "LIST", num_children: 1 },
		{ name: "list", repetition_type: "REPEATED", num_children: 1 },
		leaf("element", type),
	] as const;
}

function columnsOf(records: readonly RolloutRecord[]): Column[] {
	const present = (table: Readonly<Record<string, Scalar>>, list: boolean): Column[] =>
		Object.entries(table)
			.filter(([name]) => records.some((record) => record[name] !== undefined))
			.map(([name, type]) => ({ name, type, list, data: records.map((record) => record[name] ?? null) }));
	const columns = [...present(SCALARS, false), ...tokenColumns(records), ...present(LISTS, true)];
	const methods = [...new Set(records.flatMap(({ advantages }) => Object.keys(advantages ?? {})))];
	for (const method of methods)
		columns.push({
			name: `advantages.${method}`,
			type: "DOUBLE",
			list: true,
			data: records.map(({ advantages }) => advantages?.[method] ?? null),
		});
	const held = new Set([...columns.map(({ name }) => name), "advantages"]);
	const extra = records.map((record) => {
		const rest = Object.entries(record).filter(([name]) => !held.has(name));
		return rest.length > 0 ? JSON.stringify(Object.fromEntries(rest)) : null;
	});
	if (extra.some((text) => text !== null))
		columns.push({ name: "extra", type: "BYTE_ARRAY", list: false, data: extra });
	return columns;
}

/** A column has one type: where some rollouts have ids and others strings, tokens travel in `extra`. */
function tokenColumns(records: readonly RolloutRecord[]): Column[] {
	const kinds = new Set(records.filter(({ tokens }) => tokens.length > 0).map(({ tokens }) => typeof tokens[0]));
	const type = kinds.size > 1 ? null : kinds.has("string") ? "BYTE_ARRAY" : "INT32";
	return type ? [{ name: "tokens", type, list: true, data: records.map(({ tokens }) => tokens) }] : [];
}
