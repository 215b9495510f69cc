/** The bytes of a gzipped file beside the page, unpacked. Rejects with one sentence. */
export async function fetchPacked(
	path: string,
	request: (path: string) => Promise<Response> = fetch,
): Promise<Uint8Array> {
	const response = await request(path);
	// The service worker has no content for what was never kept.
	if (response.status !== 200) throw new Error(`${path} could not be fetched (${response.status}).`);
	const bytes = new Uint8Array(await response.arrayBuffer());
	return isGzip(bytes) ? await gunzip(bytes) : bytes;
}

/** A host may have unpacked the file on its way. */
const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function gunzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
	const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
	return new Uint8Array(await new Response(stream).arrayBuffer());
}
