import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const KIND = ".recording";
/** What a page without a link opens: the first of the presets. */
const USUAL = "keydoor@1";

/**
 * Adds the script that asks for a recording before the page's own scripts are there. It is a file, since the page runs no script that stands
 * in its text, and comes last in the body: it delays nothing that is seen, and still runs before every module.
 */
export function firstRecording() {
	let source = "";
	const path = () => `assets/firstRecording-${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
	return {
		name: "ascribe-first-recording",
		apply: "build",
		configResolved({ publicDir }) {
			source = firstRecordingSource(publicDir);
		},
		generateBundle() {
			this.emitFile({ type: "asset", fileName: path(), source });
		},
		transformIndexHtml: () => [{ tag: "script", attrs: { src: `./${path()}` }, injectTo: "body" }],
	};
}

function firstRecordingSource(publicDir) {
	const files = readdirSync(join(publicDir, "datasets")).filter((name) => name.endsWith(KIND));
	const presets = files.map((name) => name.slice(0, -KIND.length));
	if (!presets.includes(USUAL)) throw new Error(`public/datasets has no recording of ${USUAL}.`);
	const script = readFileSync(fileURLToPath(new URL("./firstRecording.js", import.meta.url)), "utf8");
	return `const RECORDED = ${JSON.stringify(presets)};\nconst USUAL = ${JSON.stringify(USUAL)};\n${script}`;
}
