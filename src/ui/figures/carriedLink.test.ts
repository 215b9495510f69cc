import { describe, expect, it } from "vitest";
import { linkIn, withLink } from "./carriedLink";

// One grey pixel, as any encoder writes it: signature, IHDR, IDAT, IEND.
const PIXEL = Uint8Array.from(
	atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="),
	(c) => c.charCodeAt(0),
);
const LINK = "https://e.org/a/#1zabc-_9";
const bytesOf = (text: string) => new TextEncoder().encode(text);

describe("the link that a figure carries", () => {
	it("is in a PNG, whose other chunks stay as they were", () => {
		const carried = withLink(PIXEL, LINK);
		expect(linkIn(carried)).toBe("#1zabc-_9");
		expect([...carried.subarray(0, PIXEL.length - 12)]).toEqual([...PIXEL.subarray(0, -12)]);
		expect([...carried.subarray(-12)]).toEqual([...PIXEL.subarray(-12)]);
	});

	it("has the checksum that PNG asks for", () => {
		const carried = withLink(PIXEL, "");
		const chunk = carried.subarray(PIXEL.length - 12, carried.length - 12);
		// CRC-32 of "iTXtascribe" and five zero bytes, by zlib.
		expect([...chunk.subarray(-4)]).toEqual([217, 125, 178, 228]);
	});

	it("is in the metadata of an SVG, unescaped", () => {
		expect(linkIn(bytesOf('<svg xmlns="x"><metadata>https://e.org/?a&amp;b#1jx</metadata></svg>'))).toBe("#1jx");
	});

	it("is not in other files, damaged ones included", () => {
		expect(linkIn(PIXEL)).toBe(null);
		expect(linkIn(PIXEL.subarray(0, 30))).toBe(null);
		expect(linkIn(bytesOf('{"input": "#1z"}'))).toBe(null);
		expect(linkIn(new Uint8Array(0))).toBe(null);
	});
});
