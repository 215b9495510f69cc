// Runs a bundled program in a child process whose environment knows a software Vulkan driver where the machine has no
// hardware one, and hands over its exit status.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { bundle } from "./bundle.mjs";
import { adapterEnvironment } from "./chromium.mjs";

export async function runNode(entry, args) {
	const env = { ...process.env, ...(await adapterEnvironment()) };
	const child = spawn(process.execPath, [await bundle(entry), ...args], { stdio: "inherit", env });
	// Ctrl-C reaches the child through the terminal; this process stays to hand over its exit status.
	process.on("SIGINT", () => {});
	process.on("SIGTERM", () => child.kill("SIGTERM"));
	child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
