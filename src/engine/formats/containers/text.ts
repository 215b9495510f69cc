import { strFromU8, strToU8 } from "fflate";
import { InvalidInput } from "../../core/errors";
import { readJson } from "../../core/json";
import type { ByteSource, StopSignal } from "./byteSource";
import { parseJson } from "./json";
import { linesOf, type TextLine } from "./lines";
import type { FoundRow } from "./rows";

/** Largest file that is parsed as one JSON value; lines have no such limit. */
const LARGEST = 2 ** 28;

/** A line that could not be read, beside the rows that could. */
export interface BrokenRow {
	readonly broken: InvalidInput;
	readonly text: string;
	/** True for the last line of a file that ends in the middle of it. */
	readonly cut: boolean;
	readonly number: number;
	readonly read: number;
}

/**
 * Rows of a text file: one JSON object a line, or one JSON array or object over the whole file.
 * @throws InvalidInput when no reading fits; Cancelled when the signal says so.
 */
export async function* textRows(
	source: ByteSource,
	signal?: StopSignal,
): AsyncGenerator<readonly (FoundRow | BrokenRow)[]> {
	if (await isOneValue(source)) return yield await wholeRows(source);
	for await (const lines of linesOf(source, signal)) yield lines.map((line) => rowOf(line, source));
}

function rowOf(line: TextLine, { name }: ByteSource): FoundRow | BrokenRow {
	const at = { number: line.number, read: line.end };
	try {
		return {
			row: parseLine(line.text, `${name}, line ${line.number}`),
			...at,
			at: { start: line.start, end: line.end },
			...(isGarbled(line) ? { garbled: true } : {}),
		};
	} catch (broken) {
		return { broken: broken as InvalidInput, text: line.text, cut: !line.closed, ...at };
	}
}

/** Whether a line holds bytes that are not UTF-8: each became three of U+FFFD, which models write, too. */
const isGarbled = ({ text, start, end }: TextLine): boolean =>
	text.includes("\ufffd") && strToU8(text).length !== end - start;

/** One JSON object. @throws InvalidInput that names the place. */
export function parseLine(text: string, where: string): Record<string, unknown> {
	const value = lineValue(text, where);
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw new InvalidInput(`${where} is ${text.slice(0, 40)}; it must be a JSON object.`);
	return value as Record<string, unknown>;
}

function lineValue(text: string, where: string): unknown {
	try {
		return readJson(text, where, parseJson);
	} catch (error) {
		if (/^\s*\{'/.test(text))
			throw new InvalidInput(`${where} is a dict as Python prints it, not JSON; write it with json.dumps.`, {
				cause: error,
			});
		// Engines agree on these words.
		if (!(error instanceof InvalidInput) || !/after JSON/.test(error.message)) throw error;
		throw new InvalidInput(
			`${where} goes on after its JSON value; write one object a line, and nothing between lines.`,
			{
				cause: error,
			},
		);
	}
}

/** Files whose first line is no JSON value of its own, and neither is the second: an array over lines, or a pretty-printed object. */
async function isOneValue(source: ByteSource): Promise<boolean> {
	for await (const [first, second] of linesOf(source)) {
		if (!first) continue;
		const text = first.text.trim();
		if (text.startsWith("[")) return true;
		if (!text.startsWith("{") || source.size > LARGEST || isJson(text)) return false;
		// A line that was cut, before others that are whole.
		if (second?.text.startsWith("{") && isJson(second.text)) return false;
		return first.closed && !/^\{.*\},?$/.test(text);
	}
	return false;
}

function isJson(text: string): boolean {
	try {
		parseJson(text);
		return true;
	} catch {
		return false;
	}
}

async function wholeRows(source: ByteSource): Promise<FoundRow[]> {
	if (source.size > LARGEST)
		throw new InvalidInput(
			`${source.name} is one JSON value of ${Math.round(source.size / 2 ** 20)} MB; write one object a line instead, which is read piece by piece.`,
		);
	const text = strFromU8(await source.read(0, source.size));
	const value = readJson(text.replace(/^\uFEFF/, ""), source.name, parseJson);
	const list = Array.isArray(value) ? value : [value];
	return list.map((row: unknown, i) => {
		if (typeof row !== "object" || row === null || Array.isArray(row))
			throw new InvalidInput(
				`${source.name}, entry ${i + 1} is ${JSON.stringify(row).slice(0, 40)}; it must be a JSON object.`,
			);
		return { row: row as Record<string, unknown>, number: i + 1, read: source.size };
	});
}
