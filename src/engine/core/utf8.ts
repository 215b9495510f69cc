/** Bytes of a string in UTF-8. The engine has no platform's text encoder. @throws URIError for a lone surrogate. */
export function encodeUtf8(text: string): Uint8Array {
	return Uint8Array.from(unescapeBytes(encodeURIComponent(text)));
}

/** The string of some bytes in UTF-8. @throws URIError when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
	let escaped = "";
	for (const byte of bytes)
		escaped += byte < 0x80 && byte !== 0x25 ? String.fromCharCode(byte) : `%${byte.toString(16).padStart(2, "0")}`;
	return decodeURIComponent(escaped);
}

function* unescapeBytes(escaped: string): Generator<number> {
	for (let i = 0; i < escaped.length; i++)
		if (escaped[i] !== "%") yield escaped.charCodeAt(i);
		else {
			yield Number.parseInt(escaped.slice(i + 1, i + 3), 16);
			i += 2;
		}
}
