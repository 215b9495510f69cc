import { Fields, has, type Importer, isRow, objectsIn, present, type Row, remains, rest, without } from "./importer";

/** What a table of W&B says of itself beside its cells. */
const ABOUT_TABLE = ["_type", "_value", "columns", "data", "ncols", "nrows", "column_types"];

/** Rows of a table of a tracker as objects; null where a value is none. */
function rowsIn(value: unknown): readonly Row[] | null {
	if (!isRow(value)) return null;
	if (value._type === "trackio.table") return objectsIn(value._value);
	const { columns, data } = value;
	if (!Array.isArray(columns) || !Array.isArray(data) || !columns.every((name) => typeof name === "string"))
		return null;
	return data.filter(Array.isArray).flatMap((cells) => {
		const row = Object.fromEntries(columns.map((name, i) => [name, cells[i]]));
		return has(row, "input_1", "output_1", "score_1") ? generations(row) : [row];
	});
}

/** verl's `val/generations` has a step a row, and in it the samples by number: `input_1`, `output_1`, `score_1`, `input_2` and so on. */
function generations(row: Row): Row[] {
	const numbers = Object.keys(row).flatMap((name) => /^input_(\d+)$/.exec(name)?.[1] ?? []);
	return numbers
		.filter((i) => typeof row[`input_${i}`] === "string")
		.map((i) => ({ step: row.step, input: row[`input_${i}`], output: row[`output_${i}`], score: row[`score_${i}`] }));
}

/** The tables of a row: itself, or those among its values. */
const tablesIn = (row: Row) => [row, ...Object.values(row)].flatMap((value) => rowsIn(value) ?? []);

/**
 * Tables that runs log to a tracker, as they lie on disk: Weights & Biases' `*.table.json` (`{columns, data}`) and Trackio's values
 * (`{_type: "trackio.table", _value}`), alone or among the metrics of a step. Their rows are those of other formats.
 * @param recognise the importer of a row of a table.
 */
export const loggedTable = (recognise: (row: Row, file: string) => Importer): Importer => ({
	id: "loggedTable",
	title: "table of W&B or Trackio",
	about:
		"A table that a run logged, such as TRL's completions or verl's validation generations: as much as its rows hold.",
	keys: ["columns", "data"],
	detect: (row) => tablesIn(row).length > 0,
	notice(row) {
		const [first] = tablesIn(row);
		return first && recognise(first, "").notice?.(first);
	},
	convert(row, { file }) {
		const tables = Object.keys(row).filter((name) => rowsIn(row[name]));
		const outside = rest(row, ...ABOUT_TABLE, ...tables);
		return tablesIn(row).flatMap((own, i) => {
			// A row of a table counts as a line.
			const records = recognise(own, file).convert(own, { file, line: i + 1 });
			return records.map((record) => ({ ...outside, ...record }));
		});
	},
});

/**
 * Traces that a run logs to Trackio, as TRL's asynchronous GRPO and verl's validation do: a chat with what is known of it, in Parquet both as
 * JSON texts. Messages are told by their role, and the reward, its parts and the advantage are in the metadata.
 */
export const trackioTraces = (chats: Importer): Importer => ({
	id: "trackioTraces",
	title: "Trackio traces",
	about: "Traces that TRL or verl logged to Trackio: chats with reward and one advantage per completion, no token ids.",
	keys: ["messages", "metadata"],
	detect: (row) =>
		has(row, "messages", "metadata") &&
		(row._type === "trackio.trace" || (typeof row.messages === "string" && typeof row.metadata === "string")),
	convert(row, origin) {
		const f = new Fields({ ...row, messages: opened(row.messages), metadata: opened(row.metadata) }, origin);
		const known = f.object("metadata");
		const { reward: _, ...chat } = chats.convert({ messages: f.list("messages"), id: row.id }, origin)[0]!;
		const parts = Object.keys(known.row).filter((name) => name.startsWith(PART) && known.known(name) !== null);
		const dims = Object.fromEntries(parts.map((name) => [name.slice(PART.length), known.number(name)]));
		const advantage = known.reward("advantage");
		const group = known.row.group_id;
		const record = {
			...rest(row, "_type", "id", "messages", "metadata", "step"),
			...chat,
			reward: known.reward("reward", "score"),
			...present({
				step: f.optionalNumber("step") ?? known.optionalNumber("model_version"),
				group: group === undefined || group === null ? undefined : String(group),
				dims: parts.length > 0 ? dims : undefined,
				advantages:
					advantage === undefined
						? undefined
						: { trl: chat.tokens.map((_, t) => (chat.mask?.[t] === 0 ? null : advantage)) },
				metadata: remains(without(known.row, "reward", "score", "advantage", "group_id", ...parts)),
			}),
		};
		return [record];
	},
});

/** Before the names of reward functions. */
const PART = "rewards/";

/** A value that a table holds as JSON. */
function opened(value: unknown): unknown {
	if (typeof value !== "string") return value;
	try {
		return JSON.parse(value);
	} catch {
		// The sentence about what it should be comes where it is read.
		return value;
	}
}
