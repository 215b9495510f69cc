import { defineConfig } from "@playwright/test";

/** Software WebGPU: the same adapter on every machine, with or without a GPU. */
const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

export default defineConfig({
	testDir: ".",
	outputDir: "../test-results",
	// A software adapter takes every core: one page at a time.
	workers: 1,
	fullyParallel: false,
	forbidOnly: true,
	timeout: 240_000,
	expect: { timeout: 30_000 },
	reporter: "list",
	use: {
		baseURL: process.env.ASCRIBE_URL ?? "http://127.0.0.1:4300/",
		// What is kept from one visit to the next would answer in place of what a test puts there.
		serviceWorkers: "block",
		viewport: { width: 1440, height: 900 },
		screenshot: "only-on-failure",
		trace: "retain-on-failure",
		launchOptions: {
			...(process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : {}),
			args: ["--no-sandbox", "--disable-background-networking", ...WEBGPU],
		},
	},
});
