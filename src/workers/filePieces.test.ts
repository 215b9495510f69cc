import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashInPieces } from "./fileHash";
import { piecesOf } from "./filePieces";

/** A file whose stream gives at most `most` bytes at a time, as a browser's does, and ends after `there` of them. */
function streamed(bytes: Uint8Array<ArrayBuffer>, most: number, there = bytes.length) {
	const file = new Blob([bytes]);
	const seen = { cancelled: false };
	const stream = () => {
		let at = 0;
		return new ReadableStream({
			type: "bytes",
			pull(controller) {
				const { byobRequest } = controller as ReadableByteStreamController;
				const { buffer, byteOffset, byteLength } = byobRequest!.view!;
				const length = Math.min(byteLength, most, there - at);
				if (length === 0) controller.close();
				new Uint8Array(buffer, byteOffset, length).set(bytes.subarray(at, at + length));
				at += length;
				byobRequest!.respond(length);
			},
			cancel() {
				seen.cancelled = true;
			},
		});
	};
	return { file: Object.assign(file, { stream }) as Blob, seen };
}

/** A browser whose streams of files cannot fill memory that is given to them. */
const unfilled = (file: Blob): Blob =>
	Object.assign(file, { stream: () => new ReadableStream() as ReadableStream<Uint8Array<ArrayBuffer>> });

async function copies(file: Blob, size: number): Promise<number[][]> {
	const found: number[][] = [];
	for await (const piece of piecesOf(file, size)) found.push([...piece]);
	return found;
}

describe("the pieces of a file", () => {
	it("are its bytes in order, each of the size that was asked for, however they come", async () => {
		const some = fc.uint8Array({ maxLength: 50 });
		const size = fc.integer({ min: 1, max: 60 });
		await fc.assert(
			fc.asyncProperty(some, size, size, async (bytes, size, most) => {
				const cut = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => [
					...bytes.subarray(i * size, (i + 1) * size),
				]);
				expect(await copies(streamed(Uint8Array.from(bytes), most).file, size)).toEqual(cut);
				expect(await copies(new Blob([Uint8Array.from(bytes)]), size)).toEqual(cut);
				expect(await copies(unfilled(new Blob([Uint8Array.from(bytes)])), size)).toEqual(cut);
			}),
			{ numRuns: 100 },
		);
	});

	it("lie in the same memory, one after the other", async () => {
		const held: Uint8Array[] = [];
		for await (const piece of piecesOf(new Blob([new Uint8Array(10)]), 4)) held.push(piece);
		expect(held.map(({ length }) => length)).toEqual([0, 0, 2]);
	});

	it("let other messages come between them, although they have been read ahead", async () => {
		const heard: string[] = [];
		const { port1, port2 } = new MessageChannel();
		port1.onmessage = () => {
			heard.push("message");
			port1.close();
		};
		port2.postMessage(null);
		for await (const piece of piecesOf(streamed(new Uint8Array(300), 100).file, 1)) heard.push(`${piece.length}`);
		expect(heard.indexOf("message")).toBeLessThan(20);
		expect(heard).toHaveLength(301);
	});

	it("are asked for no longer when the reader has had enough", async () => {
		const { file, seen } = streamed(new Uint8Array(10), 3);
		for await (const piece of piecesOf(file, 4)) {
			expect(piece).toHaveLength(4);
			break;
		}
		expect(seen.cancelled).toBe(true);
	});

	it("end with a sentence where the file has become shorter", async () => {
		await expect(copies(streamed(new Uint8Array(10), 3, 7).file, 4)).rejects.toThrow("became shorter");
	});
});

describe("the hash of pieces", () => {
	it("is the SHA-256 that Node works out, wherever the pieces are cut", async () => {
		const length = fc.oneof(fc.nat({ max: 300 }), fc.constantFrom(55, 56, 63, 64, 65, 127, 128, 1 << 16));
		await fc.assert(
			fc.asyncProperty(length, fc.integer({ min: 1, max: 200 }), fc.nat({ max: 200 }), async (length, size, most) => {
				const bytes = Uint8Array.from({ length }, (_, i) => (i * 167 + length) % 251);
				const known = createHash("sha256").update(bytes).digest("hex");
				const piece = length > 1000 ? 64 * size + 1 : size;
				expect(await hashInPieces(streamed(bytes, 1 + 64 * most).file, { aborted: false }, undefined, piece)).toBe(
					known,
				);
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
