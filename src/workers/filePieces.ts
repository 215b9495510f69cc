/**
 * Bytes of a file in order, `size` at a time; other messages are answered in between. A stream that fills memory of ours again and again would
 * leave no garbage, but Chromium 156 then sometimes never answers a read.
 * @throws what the browser says when the file can no longer be read.
 */
export async function* piecesOf(file: Blob, size: number): AsyncGenerator<Uint8Array<ArrayBuffer>> {
	for (let at = 0; at < file.size; at += size) yield new Uint8Array(await file.slice(at, at + size).arrayBuffer());
}
