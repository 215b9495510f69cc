// Bundles a program for Node (and with it the shaders that it imports as text) into dist-cli/<name>-<hash of the sources>/.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { root } from "./install.mjs";
import { wasmModule } from "./viteWasm.mjs";

const LAYERS = ["src/engine", "src/gpu", "src/wasm", "src/workers", "src/cli", "prove", "bench/programs", "scripts"];

/** Path of an up-to-date bundle of `entry`; builds it if there is none. */
export async function bundle(entry) {
	const name = entry.replaceAll(/\W+/g, "-");
	const home = join(root, "dist-cli", `${name}-${sourceHash()}`);
	if (!existsSync(join(home, "main.mjs"))) await build(entry, name, home);
	return join(home, "main.mjs");
}

function sourceHash() {
	const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
	for (const layer of LAYERS.map((path) => join(root, path)).filter((path) => existsSync(path)))
		for (const path of sources(layer)) hash.update(`\0${path.slice(root.length)}\0`).update(readFileSync(path));
	return hash.digest("hex").slice(0, 16);
}

function sources(folder) {
	const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	return files
		.filter((file) => !/\.test\.tsx?$/.test(file.name))
		.map((file) => join(file.parentPath, file.name))
		.sort();
}

/** Builds aside and moves into place, so that calls at the same time never run half a bundle. */
async function build(entry, name, home) {
	const aside = join(dirname(home), `building-${process.pid}`);
	const vite = await import("vite");
	await vite.build({
		configFile: false,
		root,
		logLevel: "error",
		publicDir: false,
		plugins: [wasmModule()],
		build: {
			ssr: join(root, entry),
			outDir: aside,
			target: "node20",
			rollupOptions: { output: { entryFileNames: "main.mjs", chunkFileNames: "[name]-[hash].mjs" } },
		},
	});
	mkdirSync(dirname(home), { recursive: true });
	for (const old of readdirSync(dirname(home)))
		if (old.startsWith(`${name}-`) && old !== basename(home))
			rmSync(join(dirname(home), old), { recursive: true, force: true });
	try {
		renameSync(aside, home);
	} catch (error) {
		if (!existsSync(join(home, "main.mjs"))) throw error;
		rmSync(aside, { recursive: true });
	}
}
