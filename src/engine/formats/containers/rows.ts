import { InvalidInput } from "../../core/errors";
import { refusePickle } from "../importers/registry";
import type { ByteSource, StopSignal } from "./byteSource";
import { gunzipped } from "./gzip";
import { KIND_BYTES, refuseOthers } from "./otherKinds";
import { parquetRows } from "./parquet";
import { type BrokenRow, textRows } from "./text";
import { zipRows } from "./zip";

/** One row of a file, before anybody knows its format. */
export interface FoundRow {
	readonly row: Record<string, unknown>;
	/** Line or row, from 1. */
	readonly number: number;
	/** Bytes of the file that were read when this row was there; for progress. */
	readonly read: number;
	/** Where its text lies in the file, if it can be read again alone. */
	readonly at?: ByteRange;
	/** Its bytes are not all UTF-8. */
	readonly garbled?: boolean;
}

/** Some rows of a file, or of one member of an archive, in order. */
export interface RowPiece {
	readonly rows: readonly (FoundRow | BrokenRow)[];
	/** Path within the archive. */
	readonly member?: string;
	/** Why all of a member is missing. */
	readonly refused?: InvalidInput;
	/** What an archive holds beside rollouts, or is cut off, a sentence. */
	readonly notice?: string;
}

/** Bytes [start, end) of a file. */
export interface ByteRange {
	readonly start: number;
	readonly end: number;
}

/**
 * Rows of a file whatever holds them: JSON lines, one JSON value, Parquet, a zip archive, gzip around any of these. Told apart by their
 * first bytes, never by name.
 * @throws InvalidInput for what cannot be read, pickles among them; Cancelled.
 */
export async function* rowsOf(source: ByteSource, signal?: StopSignal): AsyncGenerator<RowPiece> {
	const head = await source.read(0, Math.min(KIND_BYTES, source.size));
	if (head.length === 0) throw new InvalidInput(`${source.name} is empty.`);
	refusePickle(head, source.name);
	refuseOthers(head, source.name);
	const starts = (...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);
	if (starts(0x50, 0x41, 0x52, 0x31)) yield* inPieces(parquetRows(source, signal));
	else if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0x50, 0x4b, 0x05, 0x06)) yield* zipRows(source, signal);
	else if (starts(0x1f, 0x8b)) yield* ofGzip(source, signal);
	else yield* inPieces(textRows(source, signal));
}

async function* inPieces(pieces: AsyncIterable<RowPiece["rows"]>): AsyncGenerator<RowPiece> {
	for await (const rows of pieces) yield { rows };
}

/** A line that ends too early says why, in case it is the only one. */
const whyCut = (row: BrokenRow, notice: string | undefined): BrokenRow =>
	notice ? { ...row, broken: new InvalidInput(`${row.broken.message} ${notice}`, { cause: row.broken }) } : row;

/** Places in what was unpacked are not places in the file. */
async function* ofGzip(packed: ByteSource, signal?: StopSignal): AsyncGenerator<RowPiece> {
	const { source, notice } = await gunzipped(packed, signal);
	for await (const piece of rowsOf(source, signal))
		yield {
			...piece,
			rows: piece.rows.map((row) => ({ ...("broken" in row && row.cut ? whyCut(row, notice) : row), at: undefined })),
		};
	if (notice) yield { rows: [], notice };
}
