import { InvalidInput } from "../engine/core/errors";

/** Whether the browser refused to read a file: it was changed or deleted since it was opened, on the disk or in what is kept. */
export const isUnreadable = (error: unknown): boolean =>
	error instanceof Error && (error.name === "NotReadableError" || error.name === "NotFoundError");

/** What the browser says when it can no longer read a file, as a sentence with its name; other errors as they are. */
export const saying = (name: string, error: unknown): unknown =>
	isUnreadable(error)
		? new InvalidInput(`${name} was changed or deleted after it was opened; open it again.`, { cause: error })
		: error;

/** Work that reads a file. @throws InvalidInput when it can no longer be read. */
export async function readable<T>(name: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw saying(name, error);
	}
}

/**
 * Bytes of a file in order, `size` at a time; other messages are answered in between. A stream that fills memory of ours again and again would
 * leave no garbage, but Chromium 156 then sometimes never answers a read.
 * @throws what the browser says when the file can no longer be read.
 */
export async function* piecesOf(file: Blob, size: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	for (let at = 0; at < file.size; at += size) yield new Uint8Array(await file.slice(at, at + size).arrayBuffer());
}
