import { defineConfig } from "vitest/config";
import { build } from "./scripts/viteBuild.mjs";
import { docstrings } from "./scripts/viteDocstrings.mjs";
import { wasmModule } from "./scripts/viteWasm.mjs";

const shared = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
	test: {
		projects: [
			{
				plugins: [wasmModule(), docstrings(), build()],
				test: {
					...shared,
					name: "unit",
					// Every core: vitest leaves one idle, half of a small machine.
					maxWorkers: "100%",
					include: ["src/**/*.test.ts", "src/**/*.test.tsx", "scripts/**/*.test.ts", "python/**/*.test.ts"],
					exclude: ["src/**/*.gpu.test.ts"],
				},
			},
			{
				// One process at a time: software adapters use all cores for one device.
				plugins: [wasmModule()],
				test: {
					// Compiling one plan takes a software adapter seconds, on a busy machine half a minute.
					testTimeout: 240_000,
					hookTimeout: 240_000,
					name: "gpu",
					sequence: { groupOrder: 1 },
					include: ["src/**/*.gpu.test.ts"],
					pool: "forks",
					maxWorkers: 1,
					fileParallelism: false,
				},
			},
		],
	},
});
