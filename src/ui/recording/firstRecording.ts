declare global {
	/** What `scripts/firstRecording.js` asked for before the page's scripts were there; undefined where it does not run, as in development. */
	var firstRecording: Promise<{ readonly path: string; readonly response: Promise<Response> } | null> | undefined;
}

/**
 * The answer to a request for a recording: the one that is already on its way if it is of this path, once, otherwise a new one. So no recording is
 * asked for twice, whichever of the scripts comes first.
 */
export async function requestRecording(path: string): Promise<Response> {
	const waiting = globalThis.firstRecording;
	globalThis.firstRecording = undefined;
	const first = await waiting;
	return first?.path === path ? first.response : fetch(path);
}
