// Runs vitest with the software Vulkan driver in reach, so that GPU tests find an adapter on machines without one.
import { spawnSync } from "node:child_process";
import { softwareVulkan } from "./chromium.mjs";

const env = { ...process.env, ...(await softwareVulkan()) };
const run = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", ...process.argv.slice(2)], {
	stdio: "inherit",
	env,
});
process.exit(run.status ?? 1);
