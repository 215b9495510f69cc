import fc from "fast-check";
import { strToU8 } from "fflate";
import { describe, expect, it } from "vitest";
import { type ByteSource, memorySource } from "./byteSource";
import { linesOf } from "./lines";

async function textsOf(source: ByteSource): Promise<string[]> {
	const found: string[] = [];
	for await (const part of linesOf(source)) for (const { text } of part) found.push(text);
	return found;
}

/** Pieces that lie in the memory of the ones before. */
async function* overwritten(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
	const memory = new Uint8Array(size);
	for (let at = 0; at < bytes.length; at += size) {
		const piece = bytes.subarray(at, at + size);
		memory.set(piece);
		yield memory.subarray(0, piece.length);
		memory.fill(63);
	}
}

describe("lines of a file", () => {
	it("are those of the text, wherever the pieces are cut", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.string({ unit: "grapheme" })),
				fc.integer({ min: 1, max: 7 }),
				async (lines, piece) => {
					const clean = lines.map((line) => line.replaceAll(/[\r\n]/g, " "));
					const bytes = strToU8(clean.join("\n"));
					const source: ByteSource = {
						name: "x",
						size: bytes.length,
						read: async (a, b) => bytes.subarray(a, Math.min(b, a + piece)),
					};
					const known = clean.filter((line) => line.trim() !== "");
					expect(await textsOf(source)).toEqual(known);
					expect(await textsOf({ ...source, pieces: () => overwritten(bytes, piece) })).toEqual(known);
				},
			),
			{ numRuns: 100 },
		);
	});

	it("are handed on in small parts, with a line that is longer than those whole", async () => {
		const lines = Array.from({ length: 3000 }, (_, i) => `${i} ${"x".repeat(i === 1500 ? 1_500_000 : 700)}`);
		const sizes: number[] = [];
		const found: string[] = [];
		for await (const part of linesOf(memorySource("x", strToU8(lines.join("\n"))))) {
			sizes.push(part.slice(0, -1).reduce((sum, { text }) => sum + text.length, 0));
			for (const { text, start, end } of part) {
				found.push(text);
				expect(end - start).toBe(text.length);
			}
		}
		expect(found).toEqual(lines);
		expect(sizes.reduce((a, b) => Math.max(a, b))).toBeLessThanOrEqual(2 ** 16);
	});
});
