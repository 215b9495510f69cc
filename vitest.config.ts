import { defineConfig } from "vitest/config";

const shared = { testTimeout: 60_000, hookTimeout: 60_000 };

export default defineConfig({
	test: {
		projects: [
			{
				test: {
					...shared,
					name: "unit",
					include: ["src/**/*.test.ts", "src/**/*.test.tsx", "scripts/**/*.test.ts", "python/**/*.test.ts"],
					exclude: ["src/**/*.gpu.test.ts"],
				},
			},
			{
				// One process at a time: software adapters use all cores for one device.
				test: {
					...shared,
					name: "gpu",
					include: ["src/**/*.gpu.test.ts"],
					pool: "forks",
					maxWorkers: 1,
					fileParallelism: false,
				},
			},
		],
	},
});
