import { csvOf } from "../figures/csv";
import type { ColumnId, RolloutRow } from "./rolloutRows";

/** Names of columns in files. */
const NAMES: Readonly<Partial<Record<ColumnId, string>>> = { value: "return", logProb: "logprob" };

/** The rows of the table as they are listed, filtered and sorted, with its columns. */
export function rolloutsCsv(rows: readonly RolloutRow[], columns: readonly ColumnId[]): string {
	const fieldOf = (row: RolloutRow, column: ColumnId) => {
		const value = row[column];
		return typeof value === "boolean" ? Number(value) : value;
	};
	return csvOf(
		columns.map((column) => NAMES[column] ?? column),
		rows.map((row) => columns.map((column) => fieldOf(row, column))),
	);
}
