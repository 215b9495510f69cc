import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// Relative base: the build runs under any path of any static host.
export default defineConfig({
	base: "./",
	plugins: [react()],
	worker: { format: "es" },
	build: { target: "es2023" },
});
