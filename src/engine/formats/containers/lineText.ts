import { strFromU8 } from "fflate";

/**
 * The text of a line in UTF-8, as the platform's decoder makes it: a byte-order mark at its start is dropped, and bytes that are no UTF-8 become
 * U+FFFD. Browsers keep the texts of their decoder outside the memory of the script, where none is freed before its next great collection: with
 * 500 MB of lines hundreds of megabytes at a time. So only a line that is no UTF-8 goes through it.
 */
export function lineText(bytes: Uint8Array): string {
	let text = "";
	for (let at = startsWithMark(bytes) ? 3 : 0; at < bytes.length; ) {
		const end = asciiEnd(bytes, at);
		text += ascii(bytes, at, end);
		at = end;
		while (at < bytes.length && bytes[at]! >= 0x80) {
			const length = lengthOf(bytes[at]!);
			const point = pointAt(bytes, at, length);
			if (point < 0) return strFromU8(bytes);
			text += String.fromCodePoint(point);
			at += length;
		}
	}
	return text;
}

const startsWithMark = (bytes: Uint8Array) => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

function asciiEnd(bytes: Uint8Array, from: number): number {
	let end = from;
	while (end < bytes.length && bytes[end]! < 0x80) end++;
	return end;
}

/** Bytes of the character that a byte begins, if it begins one. */
const lengthOf = (first: number): number => (first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4);

/** Least code points of characters of 2, 3 and 4 bytes, and the bits that the first byte has of them. */
const LEAST = [0x80, 0x800, 0x10000];
const FIRST = [0x1f, 0x0f, 0x07];

/** The character of `length` bytes; −1 where they are no UTF-8 (RFC 3629): too long a form, a surrogate, or beyond U+10FFFF. */
function pointAt(bytes: Uint8Array, at: number, length: number): number {
	if (bytes[at]! < 0xc0 || bytes[at]! > 0xf7 || at + length > bytes.length) return -1;
	let point = bytes[at]! & FIRST[length - 2]!;
	for (let i = at + 1; i < at + length; i++) {
		if ((bytes[i]! & 0xc0) !== 0x80) return -1;
		point = (point << 6) | (bytes[i]! & 0x3f);
	}
	const surrogate = point >= 0xd800 && point <= 0xdfff;
	return point < LEAST[length - 2]! || point > 0x10ffff || surrogate ? -1 : point;
}

/** 32 characters a call: one call for all of them makes a list of them first and takes twice as long, one for each eight times. */
function ascii(b: Uint8Array, start: number, end: number): string {
	let text = "";
	let i = start;
	for (; i + 32 <= end; i += 32)
		text += String.fromCharCode(
			b[i]!,
			b[i + 1]!,
			b[i + 2]!,
			b[i + 3]!,
			b[i + 4]!,
			b[i + 5]!,
			b[i + 6]!,
			b[i + 7]!,
			b[i + 8]!,
			b[i + 9]!,
			b[i + 10]!,
			b[i + 11]!,
			b[i + 12]!,
			b[i + 13]!,
			b[i + 14]!,
			b[i + 15]!,
			b[i + 16]!,
			b[i + 17]!,
			b[i + 18]!,
			b[i + 19]!,
			b[i + 20]!,
			b[i + 21]!,
			b[i + 22]!,
			b[i + 23]!,
			b[i + 24]!,
			b[i + 25]!,
			b[i + 26]!,
			b[i + 27]!,
			b[i + 28]!,
			b[i + 29]!,
			b[i + 30]!,
			b[i + 31]!,
		);
	for (; i < end; i++) text += String.fromCharCode(b[i]!);
	return text;
}
