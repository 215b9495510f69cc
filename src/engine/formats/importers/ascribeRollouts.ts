import { InvalidInput } from "../../core/errors";
import { readJson } from "../../core/json";
import { checkedRecord } from "../rolloutsJsonl";
import { has, type Importer, isRow, type Row } from "./importer";

/** Rollouts v1, our own format, as JSON lines or as the rows of our Parquet files. */
export const ascribeRollouts: Importer = {
	id: "ascribe",
	title: "Ascribe rollouts",
	about:
		"Rollouts v1, written by the recorder for verl and TRL, by the command line and by the page; can hold every channel.",
	keys: ["schema", "id", "tokens"],
	detect: (row) =>
		typeof row.schema === "string"
			? row.schema.startsWith("ascribe.rollout/")
			: has(row, "tokens") && !has(row, "masks"),
	convert(row, { file, line }) {
		const where = `${file}, line ${line}`;
		return [checkedRecord(fromTable(row, where), where)];
	},
};

const ADVANTAGES = "advantages.";

/** Undoes what a table does to a record: `extra` holds what has no column, advantages have one column a method. */
function fromTable(row: Row, where: string): Row {
	const columns = Object.entries(row);
	if (!has(row, "extra") && !columns.some(([name]) => name.startsWith(ADVANTAGES))) return row;
	const own = columns.filter(([name, value]) => value !== null && name !== "extra" && !name.startsWith(ADVANTAGES));
	const advantages = columns.flatMap(([name, value]) =>
		name.startsWith(ADVANTAGES) && value !== null ? [[name.slice(ADVANTAGES.length), value]] : [],
	);
	return {
		...(typeof row.extra === "string" ? parsed(row.extra, where) : {}),
		...Object.fromEntries(own),
		...(advantages.length > 0 ? { advantages: Object.fromEntries(advantages) } : {}),
	};
}

function parsed(text: string, where: string): Row {
	const value = readJson(text, `${where}: extra`);
	if (isRow(value)) return value;
	throw new InvalidInput(`${where}: extra is ${text.slice(0, 40)}; it must be a JSON object.`);
}
