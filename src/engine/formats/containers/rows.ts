import { gunzipSync, strFromU8 } from "fflate";
import { InvalidInput } from "../../core/errors";
import { refusePickle } from "../importers/registry";
import { type ByteSource, memorySource, type StopSignal } from "./byteSource";
import { unreadable } from "./damage";
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
}

/** Some rows of a file, or of one member of an archive, in order. */
export interface RowPiece {
	readonly rows: readonly (FoundRow | BrokenRow)[];
	/** Path within the archive. */
	readonly member?: string;
	/** Why all of a member is missing. */
	readonly refused?: InvalidInput;
	/** What an archive holds beside rollouts, a sentence. */
	readonly notice?: string;
}

/** Bytes [start, end) of a file. */
export interface ByteRange {
	readonly start: number;
	readonly end: number;
}

/** Bytes that tell formats apart: as many as the name of a zip archive's first member may need. */
const HEAD = 128;

/** Largest gzip file: it is unpacked in memory. */
const LARGEST_GZIP = 2 ** 28;

/**
 * Rows of a file whatever holds them: JSON lines, one JSON value, Parquet, a zip archive, gzip around any of these. Told apart by their
 * first bytes, never by name.
 * @throws InvalidInput for what cannot be read, pickles among them; Cancelled.
 */
export async function* rowsOf(source: ByteSource, signal?: StopSignal): AsyncGenerator<RowPiece> {
	const head = await source.read(0, Math.min(HEAD, source.size));
	if (head.length === 0) throw new InvalidInput(`${source.name} is empty.`);
	refusePickle(head, source.name);
	refuseText(head, source.name);
	const starts = (...bytes: number[]) => bytes.every((byte, i) => head[i] === byte);
	if (starts(0x50, 0x41, 0x52, 0x31)) yield* inPieces(parquetRows(source, signal));
	else if (starts(0x50, 0x4b, 0x03, 0x04) || starts(0x50, 0x4b, 0x05, 0x06)) yield* zipRows(source, signal);
	else if (starts(0x1f, 0x8b)) yield* withoutPlaces(rowsOf(await unpacked(source), signal));
	else yield* inPieces(textRows(source, signal));
}

/** How the tables begin that we write for spreadsheets, of rollouts and of credit. */
const OUR_CSV = /^(\uFEFF)?id,group,(step|method),position,/;

/** @throws InvalidInput for text that holds no JSON: another encoding, or a table of our own. */
function refuseText(head: Uint8Array, name: string): void {
	if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
		throw new InvalidInput(
			`${name} is saved as UTF-16, as by ">" in Windows PowerShell; save it as UTF-8 (there with | Out-File -Encoding utf8).`,
		);
	if (OUR_CSV.test(strFromU8(head)))
		throw new InvalidInput(
			`${name} is the CSV that Ascribe writes for spreadsheets, which does not hold all of a rollout; open the JSONL or the Parquet file instead, or the dump that it came from.`,
		);
}

async function* inPieces(pieces: AsyncIterable<RowPiece["rows"]>): AsyncGenerator<RowPiece> {
	for await (const rows of pieces) yield { rows };
}

/** Places in what was unpacked are not places in the file. */
async function* withoutPlaces(pieces: AsyncIterable<RowPiece>): AsyncGenerator<RowPiece> {
	for await (const piece of pieces) yield { ...piece, rows: piece.rows.map((row) => ({ ...row, at: undefined })) };
}

async function unpacked(source: ByteSource): Promise<ByteSource> {
	if (source.size > LARGEST_GZIP)
		throw new InvalidInput(
			`${source.name} is a gzip file of ${Math.round(source.size / 2 ** 20)} MB; unpack it first, then it is read piece by piece.`,
		);
	try {
		return memorySource(source.name, gunzipSync(await source.read(0, source.size)));
	} catch (cause) {
		throw unreadable(source.name, "gzip", cause);
	}
}
