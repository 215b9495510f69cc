// Bundles the command line (and with it the shaders that it imports as text) into dist-cli/<hash of its sources>/.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const LAYERS = ["src/engine", "src/gpu", "src/wasm", "src/cli"];

/** Path of an up-to-date bundle; builds it if there is none. */
export async function buildCli() {
	const out = join(root, "dist-cli");
	const home = join(out, sourceHash());
	if (!existsSync(join(home, "main.mjs"))) await bundle(home, join(out, `building-${process.pid}`));
	return join(home, "main.mjs");
}

function sourceHash() {
	const hash = createHash("sha256");
	for (const layer of LAYERS) {
		if (!existsSync(join(root, layer))) continue;
		const files = readdirSync(join(root, layer), { recursive: true, withFileTypes: true });
		const paths = files
			.filter((f) => f.isFile() && !/\.test\.tsx?$/.test(f.name))
			.map((f) => join(f.parentPath, f.name));
		for (const path of paths.sort())
			hash.update(path.slice(root.length)).update("\0").update(readFileSync(path)).update("\0");
	}
	return hash
		.update(readFileSync(join(root, "package-lock.json")))
		.digest("hex")
		.slice(0, 16);
}

/** Builds aside and moves into place, so that calls at the same time never run half a bundle. */
async function bundle(home, aside) {
	const { build } = await import("vite");
	await build({
		configFile: false,
		root,
		logLevel: "error",
		publicDir: false,
		build: {
			ssr: join(root, "src/cli/main.ts"),
			outDir: aside,
			target: "node20",
			emptyOutDir: true,
			rollupOptions: { output: { entryFileNames: "main.mjs", chunkFileNames: "[name]-[hash].mjs" } },
		},
	});
	for (const old of readdirSync(dirname(home)))
		if (!old.startsWith("building-")) rmSync(join(dirname(home), old), { recursive: true });
	try {
		renameSync(aside, home);
	} catch (error) {
		if (!existsSync(join(home, "main.mjs"))) throw error;
		rmSync(aside, { recursive: true });
	}
}
