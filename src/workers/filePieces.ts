import { InvalidInput } from "../engine/core/errors";
import { breathe } from "./breathe";

/**
 * Bytes of a file in order, `size` at a time. A piece lies in the memory of the one before it, and is gone when the next one is asked for:
 * pieces of their own would be garbage, which the browser lets grow to hundreds of megabytes. Other messages are answered between two pieces.
 * @throws InvalidInput when the file ends too soon; what the browser says when it can no longer be read.
 */
export async function* piecesOf(file: Blob, size: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	const reader = byteReader(file);
	if (!reader) return yield* slicesOf(file, size);
	let memory = new ArrayBuffer(Math.min(size, file.size));
	try {
		for (let at = 0; at < file.size; ) {
			const piece = await filled(reader, memory, Math.min(size, file.size - at));
			yield piece;
			memory = piece.buffer;
			at += piece.length;
			// What has been read ahead is there at once, and no message would ever come between.
			await breathe();
		}
	} finally {
		// One that failed cannot be cancelled either.
		await reader.cancel().catch(() => undefined);
	}
}

/** null where the browser's streams of files cannot fill memory that is given to them. */
function byteReader(file: Blob): ReadableStreamBYOBReader | null {
	try {
		return file.stream().getReader({ mode: "byob" });
	} catch {
		return null;
	}
}

async function* slicesOf(file: Blob, size: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	for (let at = 0; at < file.size; at += size) yield new Uint8Array(await file.slice(at, at + size).arrayBuffer());
}

/** The next `length` bytes. The memory moves with each read, and what held it before is empty. */
async function filled(
	reader: ReadableStreamBYOBReader,
	memory: ArrayBuffer,
	length: number,
): Promise<Uint8Array<ArrayBuffer>> {
	let own = memory;
	for (let at = 0; at < length; ) {
		const { value, done } = await reader.read(new Uint8Array(own, at, length - at));
		if (done || !value) throw new InvalidInput("The file became shorter while it was read; open it again.");
		own = value.buffer;
		at += value.length;
	}
	return new Uint8Array(own, 0, length);
}
