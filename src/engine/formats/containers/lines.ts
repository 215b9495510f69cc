import { strFromU8 } from "fflate";
import { Cancelled } from "../../core/errors";
import type { ByteSource, StopSignal } from "./byteSource";

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
export const PIECE = 1 << 20;
const NEWLINE = 10;
const RETURN = 13;

/**
 * Lines of a UTF-8 file in pieces of about a megabyte, so that the first ones are there before the rest is read. Empty lines are left
 * out but counted; a byte-order mark and carriage returns are dropped.
 * @throws Cancelled when the signal says so.
 */
export async function* linesOf(source: ByteSource, signal?: StopSignal): AsyncGenerator<readonly TextLine[]> {
	let rest: Uint8Array = new Uint8Array(0);
	let at = 0;
	let number = 0;
	for (let read = 0; read < source.size; ) {
		if (signal?.aborted) throw new Cancelled();
		const piece = await source.read(read, Math.min(source.size, read + PIECE));
		read += piece.length;
		const bytes = rest.length === 0 ? piece : joined(rest, piece);
		const lines: TextLine[] = [];
		let start = 0;
		for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
			add(lines, bytes, start, end, at, ++number, true);
			start = end + 1;
		}
		rest = bytes.slice(start);
		at += start;
		if (read >= source.size) add(lines, rest, 0, rest.length, at, ++number, false);
		if (lines.length > 0) yield lines;
	}
}

function add(
	lines: TextLine[],
	bytes: Uint8Array,
	from: number,
	to: number,
	at: number,
	number: number,
	closed: boolean,
) {
	const start =
		number === 1 && bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf ? from + 3 : from;
	const end = bytes[to - 1] === RETURN ? to - 1 : to;
	if (end <= start) return;
	const text = strFromU8(bytes.subarray(start, end));
	if (text.trim() !== "") lines.push({ text, number, start: at + start, end: at + end, closed });
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
	const out = new Uint8Array(a.length + b.length);
	out.set(a);
	out.set(b, a.length);
	return out;
}
