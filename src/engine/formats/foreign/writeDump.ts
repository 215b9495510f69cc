import { strToU8, zipSync } from "fflate";
import type { RolloutRecord } from "../record";
import { writeTable } from "../writers/parquet";
import * as catalog from "./catalog";
import type { ForeignWriter } from "./foreignWriter";

/** Writers of foreign dumps, by importer. */
export const FOREIGN_WRITERS: readonly ForeignWriter[] = Object.values(catalog);

/** The file that a foreign trainer would have written of these rollouts: the bytes of one dump. Formats of one file a rollout give an array. */
export function writeDump(writer: ForeignWriter, records: readonly RolloutRecord[]): Uint8Array {
	const rows = writer.rows(records);
	if (writer.holder === "parquet") return writeTable(rows);
	if (writer.holder === "files") return strToU8(JSON.stringify(rows));
	if (writer.holder === "jsonl") return strToU8(rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
	const samples = rows.map(
		(row, i) => [`samples/${String(row.id)}_epoch_${i + 1}.json`, strToU8(JSON.stringify(row))] as const,
	);
	const header = { version: 2, status: "success", eval: { task: "toy" } };
	return zipSync(
		{ "header.json": strToU8(JSON.stringify(header)), ...Object.fromEntries(samples) },
		{ mtime: "1980-01-01T00:00:00" },
	);
}
