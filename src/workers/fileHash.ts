import { Cancelled } from "../engine/core/errors";
import { Sha256 } from "../engine/core/sha256";
import type { StopSignal } from "../engine/formats/containers/byteSource";
import { piecesOf } from "./filePieces";

/** Bytes up to which the browser hashes a file at once: it is quick, but wants all of it in memory and cannot be stopped. */
const AT_ONCE = 32 * 2 ** 20;
/** Some ten milliseconds of hashing. */
const PIECE = 2 ** 20;

/**
 * SHA-256 of a file, 64 hexadecimal digits, as `sha256sum` prints it.
 * @param tell is told how many bytes have been read, now and then.
 * @throws Cancelled; what the browser says when the file can no longer be read.
 */
export async function hashOf(file: Blob, stop: StopSignal, tell: (read: number) => void = () => {}): Promise<string> {
	// Pages that are not served securely have no `subtle`.
	if (file.size <= AT_ONCE && globalThis.crypto?.subtle) {
		const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
		if (stop.aborted) throw new Cancelled();
		return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
	}
	return hashInPieces(file, stop, tell);
}

/** The same, a megabyte at a time; other messages of the worker are answered in between. */
export async function hashInPieces(
	file: Blob,
	stop: StopSignal,
	tell: (read: number) => void = () => {},
	piece = PIECE,
): Promise<string> {
	const hash = new Sha256();
	let read = 0;
	for await (const bytes of piecesOf(file, piece)) {
		if (stop.aborted) throw new Cancelled();
		hash.update(bytes);
		read += bytes.length;
		tell(read);
	}
	return hash.hex();
}

/**
 * Pieces of a file as `piecesOf` gives them, hashed on their way: a second pass would read all of it into garbage, which no collector of young
 * objects sees while nothing else is made.
 * @param known is told the hash when somebody has taken the last piece.
 */
export async function* hashedPieces(
	file: Blob,
	size: number,
	known: (hash: string) => void,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	const hash = new Sha256();
	for await (const piece of piecesOf(file, size)) {
		hash.update(piece);
		yield piece;
	}
	known(hash.hex());
}
