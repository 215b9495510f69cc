import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { build } from "./scripts/viteBuild.mjs";
import { contentPolicy } from "./scripts/viteContentPolicy.mjs";
import { docstrings } from "./scripts/viteDocstrings.mjs";
import { firstRecording } from "./scripts/viteFirstRecording.mjs";
import { offline } from "./scripts/viteOffline.mjs";
import { wasmModule } from "./scripts/viteWasm.mjs";

/** Cross-origin isolation: only such pages may share memory between threads. Hosts without these headers run on one thread. */
const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/** How long plugins take is no news to whoever starts the page. */
const checks = { bundlerTimings: false };

// Relative base: the build runs under any path of any static host.
export default defineConfig({
	base: "./",
	plugins: [react(), wasmModule(), docstrings(), build(), contentPolicy(), firstRecording(), offline()],
	worker: { format: "es", plugins: () => [wasmModule()], rolldownOptions: { checks } },
	// Style sheets stay as written: a sheet of paper in a dark page is light because `light-dark()` is resolved where it stands.
	build: { target: "es2023", cssTarget: "chrome125", rolldownOptions: { checks } },
	server: { headers },
	preview: { headers },
});
