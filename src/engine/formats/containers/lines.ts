import { concatenated } from "../../core/bytes";
import { Cancelled } from "../../core/errors";
import { type ByteSource, piecesOf, type StopSignal } from "./byteSource";
import { lineText } from "./lineText";

/** One line of a text file. */
export interface TextLine {
	readonly text: string;
	/** From 1. */
	readonly number: number;
	/** Where its bytes lie, without the line break. */
	readonly start: number;
	readonly end: number;
	/** False for a last line without a line break: the writer may have been stopped in the middle of it. */
	readonly closed: boolean;
}

/** Bytes read at a time: a cancel waits for one such piece at most. */
const PIECE = 1 << 20;
/**
 * Bytes of lines that are handed on together. What becomes of them is dropped before young objects are collected the second time; a whole
 * piece's would be taken for old ones, which pile up to three times what is really kept.
 */
const BATCH = 1 << 16;
const NOTHING = new Uint8Array(0);
const NEWLINE = 10;
const RETURN = 13;

/**
 * Lines of a UTF-8 file, some at a time, so that the first ones are there before the rest is read. Empty lines are left out but counted; a
 * byte-order mark and carriage returns are dropped.
 * @throws Cancelled when the signal says so.
 */
export async function* linesOf(source: ByteSource, signal?: StopSignal): AsyncGenerator<readonly TextLine[]> {
	/** Parts of a line whose end has not been read yet: a line of many pieces is put together once. */
	let rest: Uint8Array[] = [];
	let at = 0;
	let number = 0;
	let lines: TextLine[] = [];
	let handed = 0;
	for await (const piece of piecesOf(source, PIECE)) {
		if (signal?.aborted) throw new Cancelled();
		let start = 0;
		for (let end = piece.indexOf(NEWLINE); end >= 0; end = piece.indexOf(NEWLINE, start)) {
			const bytes = joined(rest, piece.subarray(start, end));
			add(lines, bytes, at, ++number, true);
			at += bytes.length + 1;
			start = end + 1;
			rest = [];
			if (at - handed < BATCH) continue;
			if (lines.length > 0) yield lines;
			lines = [];
			handed = at;
		}
		rest.push(piece.slice(start));
	}
	add(lines, joined(rest, NOTHING), at, ++number, false);
	if (lines.length > 0) yield lines;
}

function add(lines: TextLine[], bytes: Uint8Array, at: number, number: number, closed: boolean) {
	const start = number === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
	const end = bytes[bytes.length - 1] === RETURN ? bytes.length - 1 : bytes.length;
	if (end <= start) return;
	const text = lineText(bytes.subarray(start, end));
	if (text.trim() !== "") lines.push({ text, number, start: at + start, end: at + end, closed });
}

const joined = (parts: readonly Uint8Array[], last: Uint8Array): Uint8Array =>
	parts.length === 0 ? last : concatenated([...parts, last]);
