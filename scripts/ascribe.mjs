// Runs the command line from the checkout: builds its bundle when sources changed, then runs it in a child process whose
// environment knows a software Vulkan driver where the machine has no hardware one.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { buildCli } from "./buildCli.mjs";
import { adapterEnvironment } from "./chromium.mjs";

const bundle = await buildCli();
const env = { ...process.env, ...(await adapterEnvironment()) };
const child = spawn(process.execPath, [bundle, ...process.argv.slice(2)], { stdio: "inherit", env });
// Ctrl-C reaches the child through the terminal; this process stays to hand over its exit status.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
