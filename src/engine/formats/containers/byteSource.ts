/** Bytes of a named file, wherever it lies. */
export interface ByteSource {
	/** For messages and ids; a path within a dropped folder keeps its slashes. */
	readonly name: string;
	/** Bytes. */
	readonly size: number;
	/** Bytes [start, end). */
	read(start: number, end: number): Promise<Uint8Array>;
}

/** A file that is in memory already. */
export function memorySource(name: string, bytes: Uint8Array): ByteSource {
	return { name, size: bytes.length, read: async (start, end) => bytes.subarray(start, end) };
}

/** What a person can do to work that goes on: the platform's AbortSignal has this shape. */
export interface StopSignal {
	readonly aborted: boolean;
}
