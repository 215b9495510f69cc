import { describe, expect, it } from "vitest";
import { decodeUtf8, encodeUtf8 } from "./utf8";

describe("UTF-8", () => {
	it.each(["", "plain 100% %41", "größer ≥ 0", "🗝️ and 門"])("of %j agrees with the platform, both ways", (text) => {
		expect([...encodeUtf8(text)]).toEqual([...new TextEncoder().encode(text)]);
		expect(decodeUtf8(encodeUtf8(text))).toBe(text);
	});
	it.each([[[0xff]], [[0xc3]], [[0xed, 0xa0, 0x80]], [[0xc0, 0x80]]])("refuses the bytes %j", (bytes) => {
		expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow(URIError);
	});
});
