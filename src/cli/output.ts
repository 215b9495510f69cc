import { InvalidInput } from "../engine/core/errors";
import { type CreditRow, writeCreditCsv, writeCreditParquet } from "../engine/formats/writers/creditTables";
import { writerFor } from "../engine/formats/writers/registry";
import type { Io } from "./io";
import { jsonLine } from "./json";

/** Takes the results of a command one by one: to standard output at once, to a file at the end. */
export interface Printer<Row> {
	print(row: Row): void;
	/** @throws InvalidInput when nothing came for the file. */
	finish(): Promise<void>;
}
type Writer<Row> = (rows: readonly Row[], io: Io) => Promise<string | Uint8Array> | string;

const CREDIT_WRITERS: Readonly<Record<string, Writer<CreditRow>>> = {
	jsonl: jsonLines,
	parquet: writeCreditParquet,
	csv: writeCreditCsv,
};

/** Where credit goes: standard output, or a file in the format of its name. @throws InvalidInput for an ending of no format. */
export const creditPrinter = (file: string | undefined, io: Io): Printer<CreditRow> =>
	printerTo(file, CREDIT_WRITERS, io);

/** Where other results go: JSON lines, on standard output or in a file. @throws InvalidInput for another ending. */
export const jsonPrinter = (file: string | undefined, io: Io): Printer<unknown> =>
	printerTo(file, { jsonl: jsonLines }, io);

function printerTo<Row>(
	file: string | undefined,
	writers: Readonly<Record<string, Writer<Row>>>,
	io: Io,
): Printer<Row> {
	if (file === undefined) return { print: (row) => io.json(row), finish: async () => {} };
	const write = writerFor(file, writers);
	io.writable(file);
	const rows: Row[] = [];
	return {
		print: (row) => void rows.push(row),
		async finish() {
			if (rows.length === 0) throw new InvalidInput("There is nothing to write.");
			io.write(file, await write(rows, io));
		},
	};
}

function jsonLines(rows: readonly unknown[], io: Io): string {
	const texts = rows.map(jsonLine);
	if (texts.some(({ lost }) => lost > 0)) io.note("ascribe: some numbers are not finite; they are written as null.");
	return texts.map(({ text }) => `${text}\n`).join("");
}
