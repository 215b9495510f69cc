// Vite plugin: `virtual:ascribe-wasm` is the module compiled from src/wasm/assembly.
import { readFileSync } from "node:fs";
import { compileWasm, wasmSources } from "./wasm.mjs";

const NAME = "virtual:ascribe-wasm";

/**
 * In the browser the module is an asset of its own, fetched when first asked for; in Node its bytes travel inside a chunk, since
 * server bundles emit no assets.
 */
export function wasmModule() {
	return {
		name: "ascribe-wasm",
		resolveId: (id) => (id === NAME ? `\0${NAME}` : null),
		async load(id, options) {
			if (id !== `\0${NAME}`) return null;
			for (const path of wasmSources()) this.addWatchFile(path);
			const paths = [await compileWasm("single"), await compileWasm("shared")];
			return options?.ssr ? inlined(paths) : fetched(paths);
		},
	};
}

function inlined(paths) {
	const [single, shared] = paths.map((path) => readFileSync(path).toString("base64"));
	return `const bytes = { single: "${single}", shared: "${shared}" };
		export const loadWasm = async (variant) => Uint8Array.from(atob(bytes[variant]), (c) => c.charCodeAt(0));`;
}

function fetched([single, shared]) {
	return `import single from ${JSON.stringify(`${single}?url&no-inline`)};
		import shared from ${JSON.stringify(`${shared}?url&no-inline`)};
		const urls = { single, shared };
		export async function loadWasm(variant) {
			const response = await fetch(new URL(urls[variant], import.meta.url));
			if (!response.ok) throw new Error("The WebAssembly module could not be loaded: status " + response.status + ".");
			return new Uint8Array(await response.arrayBuffer());
		}`;
}
