import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Name of the service worker in the build. */
export const WORKER = "sw.js";

/** Files that most visitors never open, and large ones: kept when they are first asked for. */
export const isLater = (path) => path.endsWith(".policies");

/** Every file below a folder but the service worker and those that are kept later, by rising path; the page itself is "./", as it is asked for. */
export function offlineFiles(folder) {
	const files = readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile())
		.map((entry) => join(entry.parentPath, entry.name).slice(resolve(folder).length + 1))
		.map((path) => path.split(sep).join("/"))
		.filter((path) => path !== WORKER && !isLater(path));
	return files.map((path) => (path === "index.html" ? "./" : path)).sort();
}

/**
 * Writes the service worker that keeps every file of the build, whatever its size, but for the policies of recordings, which it keeps once
 * they were asked for. A file that the build made and the folder lacks ends the build.
 */
export function offline() {
	let folder = "";
	let made = [];
	return {
		name: "ascribe-offline",
		apply: "build",
		configResolved(config) {
			folder = resolve(config.root, config.build.outDir);
		},
		writeBundle(_, bundle) {
			made = Object.keys(bundle);
		},
		closeBundle: {
			order: "post",
			handler() {
				if (made.length === 0) return;
				const files = offlineFiles(folder);
				const missing = made.filter((path) => !files.includes(path === "index.html" ? "./" : path));
				if (missing.length > 0) throw new Error(`The page would lack ${missing.join(", ")} without a network.`);
				const hash = createHash("sha256");
				for (const path of files)
					hash.update(path).update(readFileSync(join(folder, path === "./" ? "index.html" : path)));
				const source = readFileSync(fileURLToPath(new URL("./serviceWorker.js", import.meta.url)), "utf8");
				const list = `const VERSION = "${hash.digest("hex").slice(0, 16)}";\nconst FILES = ${JSON.stringify(files)};\n`;
				writeFileSync(join(folder, WORKER), list + source);
			},
		},
	};
}
