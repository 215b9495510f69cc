import { defineConfig } from "@playwright/test";

/** Software WebGPU: the same adapter on every machine, with or without a GPU. */
const WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** Tag of the tests that train on the graphics adapter. */
const ADAPTER = /@adapter/;

export default defineConfig({
	testDir: ".",
	outputDir: "../test-results",
	workers: 2,
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
		// A fifth of all processor time; `--trace on` for one journey shows what it saw.
		trace: "off",
		launchOptions: {
			...(process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : {}),
			args: ["--no-sandbox", "--disable-background-networking", ...WEBGPU],
		},
	},
	projects: [
		{ name: "page", grepInvert: ADAPTER },
		// A software adapter takes every core: two that train never meet.
		{ name: "adapter", grep: ADAPTER, workers: 1 },
	],
});
