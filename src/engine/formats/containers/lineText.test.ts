import fc from "fast-check";
import { strFromU8, strToU8 } from "fflate";
import { describe, expect, it } from "vitest";
import { lineText } from "./lineText";

/** Bytes at the borders of what is UTF-8. */
const BORDERS = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbb, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef];
const OTHERS = [0xf0, 0xf4, 0xf5, 0xf7, 0xf8, 0xff];
const same = (bytes: Uint8Array) => expect(lineText(bytes)).toBe(strFromU8(bytes));

describe("the text of a line", () => {
	it("is what was written", () => {
		const text = fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.string({ minLength: 30, maxLength: 70 })));
		fc.assert(
			fc.property(text, (parts) => {
				const written = parts.join("");
				expect(lineText(strToU8(`x${written}`))).toBe(`x${written}`);
			}),
			{ numRuns: 100 },
		);
	});

	it("is that of the platform's decoder, whatever the bytes", () => {
		const byte = fc.oneof(fc.constantFrom(...BORDERS, ...OTHERS), fc.nat({ max: 255 }));
		fc.assert(
			fc.property(fc.array(byte, { maxLength: 6 }), fc.nat({ max: 70 }), (some, before) => {
				same(Uint8Array.from(some));
				same(Uint8Array.from([...new Array(before).fill(97), ...some, 98]));
			}),
			{ numRuns: 2000 },
		);
	});

	it("is whole wherever in it a character of each length begins", () => {
		for (let before = 0; before < 70; before++)
			for (const some of ["é", "答", "🎉", "🎉é", "é🎉a"]) {
				const text = "a".repeat(before) + some.repeat(40);
				expect(lineText(strToU8(text))).toBe(text);
			}
	});

	it("has every character that there is, and no half of one", () => {
		for (let point = 0; point <= 0x10ffff; point += point < 0x1000 ? 1 : 0xff) {
			if (point >= 0xd800 && point <= 0xdfff) continue;
			const text = `a${String.fromCodePoint(point)}`;
			expect(lineText(strToU8(text))).toBe(text);
		}
		for (const [first, second] of [
			[0xed, 0xa0],
			[0xe0, 0x9f],
			[0xf0, 0x8f],
			[0xf4, 0x90],
		])
			same(Uint8Array.of(first!, second!, 0x80, 0x80));
	});
});
