// Installs the peers on first use, builds the contender pages and serves them to a Chromium with WebGPU.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "@playwright/test";
import { build, preview } from "vite";
import { findChromium } from "../scripts/chromium.mjs";
import { wasmModule } from "../scripts/viteWasm.mjs";

const here = dirname(fileURLToPath(import.meta.url));

function installPeers() {
	if (existsSync(join(here, "node_modules"))) return;
	console.error("bench: installing the peers (jax-js, TensorFlow.js)…");
	const npm = process.platform === "win32" ? "npm.cmd" : "npm";
	const run = spawnSync(npm, ["ci"], {
		cwd: here,
		stdio: ["ignore", "ignore", "inherit"],
		shell: process.platform === "win32",
	});
	if (run.status !== 0) throw new Error("the peers could not be installed (npm ci in bench/ failed)");
}

const FLAGS = ["--no-sandbox", "--disable-background-networking", "--enable-unsafe-webgpu"];

/** Opens a browser on the contender pages. `hardware` uses the machine's own adapter instead of the software one. */
export async function openArena({ hardware = false } = {}) {
	installPeers();
	const root = join(here, "page");
	const outDir = join(here, "dist");
	const shared = { root, base: "./", logLevel: "error", configFile: false, plugins: [wasmModule()] };
	await build({
		...shared,
		worker: { format: "es", plugins: () => [wasmModule()] },
		build: { outDir, emptyOutDir: true, target: "es2023", chunkSizeWarningLimit: 4000 },
	});
	const headers = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
	const server = await preview({ ...shared, build: { outDir }, preview: { port: 0, headers } });
	const executablePath = await findChromium();
	if (!executablePath) throw new Error("no Chromium found; set CHROMIUM to its path");
	const args = hardware ? FLAGS : [...FLAGS, "--use-webgpu-adapter=swiftshader"];
	const browser = await chromium.launch({ executablePath, args });
	const open = async () => {
		const page = await browser.newPage();
		page.on("console", (message) => message.type() === "error" && console.error(`page: ${message.text()}`));
		page.on("pageerror", (error) => console.error(`page: ${error}`));
		page.setDefaultTimeout(0);
		await page.goto(server.resolvedUrls.local[0]);
		await page.waitForFunction(() => globalThis.bench !== undefined);
		return page;
	};
	const close = async () => {
		await browser.close();
		await server.close();
	};
	return { open, close, version: browser.version() };
}

export function median(values) {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
