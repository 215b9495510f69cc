import {
	accessSync,
	closeSync,
	constants,
	existsSync,
	mkdirSync,
	openSync,
	readFileSync,
	readSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import { InvalidInput, messageOf, WorkFailed } from "../engine/core/errors";
import { visibleLines } from "../engine/core/writing";
import type { ByteSource } from "../engine/formats/containers/byteSource";
import { jsonLine } from "./json";

/** Where a command reads and writes. Results go to standard output, everything for people to standard error. */
export interface Io {
	/** One line of results. */
	line(text: string): void;
	/** One JSON value a line; NaN and infinities become null, with one warning a run. */
	json(value: unknown): void;
	/** A sentence for the person, always shown. */
	note(text: string): void;
	/** The line of progress, redrawn in place; nothing where standard error is no terminal. An empty text clears it. */
	progress(text: string): void;
	/** A path that the user wrote, relative to where the user stands. */
	path(path: string): string;
	/** @throws InvalidInput when the file cannot be read. */
	readText(path: string): string;
	readBytes(path: string): Uint8Array;
	/** A file that is read piece by piece, however large. */
	source(path: string): ByteSource;
	/** Before long work: creates missing folders. @throws InvalidInput when no file can be written there. */
	writable(path: string): void;
	/** Creates missing folders. @throws WorkFailed when the file cannot be written. */
	write(path: string, content: string | Uint8Array): void;
	/** Aborted by Ctrl-C. */
	readonly signal: AbortSignal;
}

export interface Streams {
	readonly out: (text: string) => void;
	readonly err: (text: string) => void;
	/** Width of the terminal behind standard error in characters; 0 where there is none. */
	readonly columns: () => number;
	readonly cwd: string;
	readonly signal: AbortSignal;
}

/** The `Io` over a program's streams, with paths relative to `cwd`; the line of progress needs a terminal (`columns` above 0). */
export function createIo({ out, err, columns, cwd, signal }: Streams): Io {
	let warned = false;
	let drawn = false;
	const clear = () => {
		if (drawn) err("\r\x1b[K");
		drawn = false;
	};
	const note = (text: string) => {
		clear();
		err(`${visibleLines(text)}\n`);
	};
	const read = (path: string) => readFile(resolve(cwd, path), path);
	return {
		line: (text) => out(`${text}\n`),
		json(value) {
			const { text, lost } = jsonLine(value);
			if (lost > 0 && !warned) note("ascribe: some numbers are not finite; they are printed as null.");
			warned ||= lost > 0;
			out(`${text}\n`);
		},
		note,
		progress(text) {
			if (columns() === 0) return;
			clear();
			// A line that wraps could not be redrawn in place.
			err(text.slice(0, columns() - 1));
			drawn = text !== "";
		},
		path: (path) => resolve(cwd, path),
		readBytes: read,
		source: (path) => fileSource(resolve(cwd, path), path),
		readText: (path) => decodeText(read(path), path),
		writable: (path) => checkWritable(resolve(cwd, path), path),
		write: (path, content) => writeFile(resolve(cwd, path), path, content),
		signal,
	};
}

function readFile(path: string, shown: string): Uint8Array {
	try {
		return readFileSync(path);
	} catch (cause) {
		throw new InvalidInput(`${shown} cannot be read: ${reason(cause)}.`, { cause });
	}
}

function fileSource(path: string, name: string): ByteSource {
	const attempt = <T>(work: () => T): T => {
		try {
			return work();
		} catch (cause) {
			throw new InvalidInput(`${name} cannot be read: ${reason(cause)}.`, { cause });
		}
	};
	const stat = attempt(() => statSync(path));
	if (stat.isDirectory()) throw new InvalidInput(`${name} cannot be read: ${REASONS.EISDIR}; name a file in it.`);
	if (!stat.isFile())
		throw new InvalidInput(`${name} is a pipe or a device, which cannot be read twice; save what it gives as a file.`);
	return {
		name,
		size: stat.size,
		read: async (start, end) =>
			attempt(() => {
				const bytes = new Uint8Array(end - start);
				const file = openSync(path, "r");
				try {
					return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, start));
				} finally {
					closeSync(file);
				}
			}),
	};
}

function decodeText(bytes: Uint8Array, shown: string): string {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch (cause) {
		throw new InvalidInput(`${shown} is not UTF-8 text.`, { cause });
	}
}

function checkWritable(path: string, shown: string): void {
	try {
		mkdirSync(dirname(path), { recursive: true });
		accessSync(dirname(path), constants.W_OK);
		if (existsSync(path)) closeSync(openSync(path, "r+"));
	} catch (cause) {
		throw new InvalidInput(`${shown} cannot be written: ${reason(cause)}.`, { cause });
	}
}

function writeFile(path: string, shown: string, content: string | Uint8Array): void {
	try {
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, content);
	} catch (cause) {
		throw new WorkFailed("write-failed", `${shown} cannot be written: ${reason(cause)}.`, { cause });
	}
}

const REASONS: Readonly<Record<string, string>> = {
	ENOENT: "there is no such file",
	ENOTDIR: "a part of the path is not a folder",
	EISDIR: "it is a folder",
	EACCES: "permission denied",
	EPERM: "permission denied",
	ENOSPC: "the disk is full",
	EROFS: "the disk is read-only",
	EEXIST: "a file is in the way",
};

function reason(cause: unknown): string {
	const code = (cause as { code?: unknown }).code;
	return (typeof code === "string" && REASONS[code]) || messageOf(cause);
}
