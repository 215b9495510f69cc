import { createIo, type Io } from "./io";

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
