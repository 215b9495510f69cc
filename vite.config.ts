import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { wasmModule } from "./scripts/viteWasm.mjs";

// Relative base: the build runs under any path of any static host.
export default defineConfig({
	base: "./",
	plugins: [react(), wasmModule()],
	worker: { format: "es", plugins: () => [wasmModule()] },
	build: { target: "es2023" },
});
