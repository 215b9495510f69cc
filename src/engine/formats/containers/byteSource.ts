/** Bytes of a named file, wherever it lies. */
export interface ByteSource {
	/** For messages and ids; a path within a dropped folder keeps its slashes. */
	readonly name: string;
	/** Bytes. */
	readonly size: number;
	/** Bytes [start, end). */
	read(start: number, end: number): Promise<Uint8Array>;
	/** All bytes in order, about `size` at a time; a piece is gone when the next one is asked for. Absent: they are read one by one. */
	pieces?(size: number): AsyncIterable<Uint8Array>;
}

/** All bytes of a source in order, about `size` at a time. What is still wanted of a piece when the next one comes must be copied. */
export const piecesOf = (source: ByteSource, size: number): AsyncIterable<Uint8Array> =>
	source.pieces?.(size) ?? readPieces(source, size);

async function* readPieces(source: ByteSource, size: number): AsyncGenerator<Uint8Array> {
	for (let at = 0; at < source.size; ) {
		const piece = await source.read(at, Math.min(source.size, at + size));
		at += piece.length;
		yield piece;
	}
}

/** A file that is in memory already. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
	return { name, size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

/** What a person can do to work that goes on: the platform's AbortSignal has this shape. */
export interface StopSignal {
	readonly aborted: boolean;
}
