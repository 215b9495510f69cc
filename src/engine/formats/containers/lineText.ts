import { strFromU8 } from "fflate";

/**
 * The text of a line in UTF-8, as the platform's decoder makes it: a byte-order mark at its start is dropped, and bytes that are no UTF-8 become
 * U+FFFD. Browsers keep the texts of their decoder outside the memory of the script, where none is freed before its next great collection: with
 * 500 MB of lines hundreds of megabytes at a time. So only a line that is no UTF-8 goes through it.
 */
export function lineText(bytes: Uint8Array): string {
	let text = "";
	let n = 0;
	for (let at = startsWithMark(bytes) ? 3 : 0; at < bytes.length; ) {
		const end = asciiEnd(bytes, at);
		if (end - at >= UNITS) {
			text += someWaiting(n);
			n = 0;
			for (; at + UNITS <= end; at += UNITS) text += ascii(bytes, at);
		}
		for (; at < end; at++) {
			waiting[n++] = bytes[at]!;
			if (n < UNITS) continue;
			text += allWaiting();
			n = 0;
		}
		while (at < bytes.length && bytes[at]! >= 0x80) {
			const length = lengthOf(bytes[at]!);
			const point = pointAt(bytes, at, length);
			if (point < 0) return strFromU8(bytes);
			at += length;
			if (point > 0xffff) {
				if (n === UNITS - 1) {
					text += someWaiting(n);
					n = 0;
				}
				waiting[n++] = 0xd7c0 + (point >> 10);
			}
			waiting[n++] = point > 0xffff ? 0xdc00 | (point & 0x3ff) : point;
			if (n < UNITS) continue;
			text += allWaiting();
			n = 0;
		}
	}
	return text + someWaiting(n);
}

/** Characters that become text in one call: one call for all makes a list of them first and takes twice as long, one for each eight times. */
const UNITS = 32;
/** UTF-16 that waits for such a call: between others, characters of one byte come in runs that are mostly shorter. */
const waiting = new Uint16Array(UNITS);

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

/** `UNITS` bytes of ASCII. Two functions, as one that reads both kinds of arrays takes half as long again. */
const ascii = (b: Uint8Array, i: number): string =>
	String.fromCharCode(
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

const allWaiting = (): string =>
	String.fromCharCode(
		waiting[0]!,
		waiting[1]!,
		waiting[2]!,
		waiting[3]!,
		waiting[4]!,
		waiting[5]!,
		waiting[6]!,
		waiting[7]!,
		waiting[8]!,
		waiting[9]!,
		waiting[10]!,
		waiting[11]!,
		waiting[12]!,
		waiting[13]!,
		waiting[14]!,
		waiting[15]!,
		waiting[16]!,
		waiting[17]!,
		waiting[18]!,
		waiting[19]!,
		waiting[20]!,
		waiting[21]!,
		waiting[22]!,
		waiting[23]!,
		waiting[24]!,
		waiting[25]!,
		waiting[26]!,
		waiting[27]!,
		waiting[28]!,
		waiting[29]!,
		waiting[30]!,
		waiting[31]!,
	);

function someWaiting(n: number): string {
	let text = "";
	for (let i = 0; i < n; i++) text += String.fromCharCode(waiting[i]!);
	return text;
}
