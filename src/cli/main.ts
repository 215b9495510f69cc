import process from "node:process";
import { COMMANDS } from "./catalog";
import { createIo } from "./io";
import { runCli } from "./run";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort());
process.once("SIGTERM", () => interrupt.abort());
// The reader of a pipe may leave early (`| head`): that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

// npm runs scripts in the package's folder and keeps the caller's in INIT_CWD.
const underNpm = process.env.npm_lifecycle_event === "ascribe";
const io = createIo({
	out: (text) => process.stdout.write(text),
	err: (text) => process.stderr.write(text),
	columns: () => (process.stderr.isTTY ? process.stderr.columns || 80 : 0),
	cwd: (underNpm && process.env.INIT_CWD) || process.cwd(),
	signal: interrupt.signal,
});

const status = await runCli(COMMANDS, process.argv.slice(2), io);
// WebGPU in Node keeps the process alive after its work: leave once everything is written.
process.stdout.write("", () => process.exit(status));
