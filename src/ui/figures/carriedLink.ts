/** Keyword of the text chunk in which our PNG files carry the link that restores their view. */
const KEYWORD = "ascribe";
const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length of the chunk that ends every PNG: length 0, "IEND", checksum. */
const END = 12;

/** A PNG with a link in an international text chunk before its end. */
export function withLink(png: Uint8Array, link: string): Uint8Array<ArrayBuffer> {
	// Keyword, then: not compressed (two bytes), no language, no translated keyword.
	const data = new TextEncoder().encode(`${KEYWORD}\0\0\0\0\0${link}`);
	const chunk = new Uint8Array(data.length + END);
	const view = new DataView(chunk.buffer);
	view.setUint32(0, data.length);
	chunk.set(new TextEncoder().encode("iTXt"), 4);
	chunk.set(data, 8);
	view.setUint32(data.length + 8, crc32(chunk.subarray(4, data.length + 8)));
	const at = png.length - END;
	const out = new Uint8Array(png.length + chunk.length);
	out.set(png.subarray(0, at));
	out.set(chunk, at);
	out.set(png.subarray(at), at + chunk.length);
	return out;
}

/** The link that a figure of ours carries, from its first `#` on; null for any other file. */
export function linkIn(bytes: Uint8Array): string | null {
	const text = SIGNATURE.every((byte, i) => bytes[i] === byte) ? textOfPng(bytes) : metadataOfSvg(bytes);
	const at = text?.indexOf("#") ?? -1;
	return text && at >= 0 ? text.slice(at) : null;
}

function textOfPng(bytes: Uint8Array): string | null {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	for (let at = SIGNATURE.length; at + END <= bytes.length; ) {
		const length = view.getUint32(at);
		const data = bytes.subarray(at + 8, at + 8 + length);
		const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
		const text = type === "iTXt" ? new TextDecoder().decode(data) : "";
		if (text.startsWith(`${KEYWORD}\0`)) return text.slice(KEYWORD.length + 5);
		at += length + END;
	}
	return null;
}

/** Read as text, never as a document: nothing in it can run. */
function metadataOfSvg(bytes: Uint8Array): string | null {
	const head = new TextDecoder().decode(bytes.subarray(0, 64 * 1024));
	if (!head.trimStart().startsWith("<svg")) return null;
	const found = /<metadata>([^<]*)<\/metadata>/.exec(head)?.[1];
	return found === undefined ? null : unescapeXml(found);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const unescapeXml = (text: string) =>
	text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, name: string) => ENTITIES[name] ?? "");

/** Checksum of a PNG chunk (ISO 3309), bit by bit: chunks of text are short. */
function crc32(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
	}
	return (crc ^ 0xffffffff) >>> 0;
}
