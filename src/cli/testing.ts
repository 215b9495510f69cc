import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "./catalog";
import { createIo, type Io } from "./io";
import { runCli } from "./run";

/** An Io for tests: results and messages are kept instead of printed. */
export function captureIo(cwd = ".", columns = 0): Io & { stdout(): string; stderr(): string } {
	const out: string[] = [];
	const err: string[] = [];
	const io = createIo({
		out: (text) => out.push(text),
		err: (text) => err.push(text),
		columns: () => columns,
		cwd,
		signal: new AbortController().signal,
	});
	return { ...io, stdout: () => out.join(""), stderr: () => err.join("") };
}

/** Runs a command that reads rollouts on these, from a file in the folder; what it prints is taken to be JSON lines. */
export function runOnLines(folder: string) {
	return async (lines: readonly unknown[], ...[command = "", ...rest]: readonly string[]) => {
		const text = lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n");
		writeFileSync(join(folder, "r.jsonl"), text);
		const io = captureIo(folder);
		const status = await runCli(COMMANDS, [command, "r.jsonl", ...rest], io);
		const printed = io.stdout().trim();
		const output = printed === "" ? [] : printed.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
		return { status, output, stderr: io.stderr() };
	};
}
