// Serves the built workbench on a free port and runs the browser journeys against it.
import { spawn } from "node:child_process";
import { findChromium } from "./chromium.mjs";
import { root } from "./install.mjs";

const args = process.argv.slice(2).filter((arg) => arg !== "--no-build");
const chromium = await findChromium();
if (!chromium) {
	console.error("No Chromium was found; `npm test` installs one, or name yours in the variable CHROMIUM.");
	process.exit(1);
}
const { build, preview } = await import("vite");
if (!process.argv.includes("--no-build")) await build({ root, logLevel: "warn" });
const server = await preview({ root, logLevel: "warn", preview: { host: "127.0.0.1", port: 4300, strictPort: false } });
const child = spawn(process.execPath, ["node_modules/@playwright/test/cli.js", "test", "-c", "e2e", ...args], {
	cwd: root,
	stdio: "inherit",
	env: { ...process.env, CHROMIUM: chromium, ASCRIBE_URL: server.resolvedUrls.local[0] },
});
child.on("exit", (code) => process.exit(code ?? 1));
