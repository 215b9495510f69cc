import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashInPieces } from "./fileHash";
import { piecesOf } from "./filePieces";

async function copies(file: Blob, size: number): Promise<number[][]> {
	const found: number[][] = [];
	for await (const piece of piecesOf(file, size)) found.push([...piece]);
	return found;
}

describe("the pieces of a file", () => {
	it("are its bytes in order, each of the size that was asked for", async () => {
		const some = fc.uint8Array({ maxLength: 50 });
		const size = fc.integer({ min: 1, max: 60 });
		await fc.assert(
			fc.asyncProperty(some, size, async (bytes, size) => {
				const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => [
					...bytes.subarray(i * size, (i + 1) * size),
				]);
				expect(await copies(new Blob([Uint8Array.from(bytes)]), size)).toEqual(cut);
			}),
			{ numRuns: 100 },
		);
	});
});

describe("the hash of pieces", () => {
	it("is the SHA-256 that Node works out, wherever the pieces are cut", async () => {
		const length = fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(55, 56, 63, 64, 65, 127, 128, 1 << 16));
		await fc.assert(
			fc.asyncProperty(length, fc.integer({ min: 1, max: 200 }), async (length, size) => {
				const bytes = Uint8Array.from({ length }, (_, i) => (i * 167 + length) % 251);
				const known = createHash("sha256").update(bytes).digest("hex");
				const piece = length > 1000 ? 64 * size + 1 : size;
				expect(await hashInPieces(new Blob([bytes]), { aborted: false }, undefined, piece)).toBe(known);
			}),
			{ numRuns: 100 },
		);
	});

	it("is that of a file of more than one piece as it is cut in use", async () => {
		const bytes = Uint8Array.from({ length: 2 ** 21 + 12_345 }, (_, i) => (i * 31) % 253);
		const told: number[] = [];
		const hash = await hashInPieces(new Blob([bytes]), { aborted: false }, (read) => void told.push(read));
		expect(hash).toBe(createHash("sha256").update(bytes).digest("hex"));
		expect(told).toEqual([2 ** 20, 2 ** 21, bytes.length]);
	});
});
