// Asks for the recording that the page's address names while the page's own scripts are still on their way, and hands it to them as
// `firstRecording`. `viteFirstRecording.mjs` puts the names in front of this text: `RECORDED`, the presets that have a recording, and `USUAL`, the one
// that a page without a link opens.
/* global RECORDED, USUAL */

globalThis.firstRecording = presetOfAddress().then((preset) => {
	if (!RECORDED.includes(preset)) return null;
	const path = `datasets/${preset}.recording`;
	return { path, response: fetch(path) };
});
// Who takes the response hears of a failure, and by then it is known.
globalThis.firstRecording.then((first) => first?.response.catch(() => undefined));

async function presetOfAddress() {
	const [, codec, payload] = /^#\d{1,4}([jz])([\w-]+)$/.exec(location.hash) ?? [];
	if (payload) return presetOfLink(codec, payload).catch(() => null);
	return new URLSearchParams(location.search).get("preset") ?? USUAL;
}

/** A link begins with its preset (docs/link-format.md), so its first piece is enough, however much it would unpack to. */
async function presetOfLink(codec, payload) {
	const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
	const plain = new Blob([bytes]).stream();
	const reader = (codec === "z" ? plain.pipeThrough(new DecompressionStream("deflate-raw")) : plain).getReader();
	const { value } = await reader.read();
	reader.cancel().catch(() => undefined);
	return /^\{"p":"([^"]+)"/.exec(new TextDecoder().decode(value))?.[1] ?? null;
}
