import { InvalidInput } from "../../core/errors";
import { ascribeRollouts } from "./ascribeRollouts";
import { atropos } from "./atropos";
import { type Importer, objectsIn, type Row } from "./importer";
import { loggedTable, trackioTraces } from "./loggedTables";
import { inspectSample, openAiCompletions, openAiMessages } from "./messages";
import { nemoRl } from "./nemoRl";
import { primeRlTokens } from "./primeRl";
import { rllm } from "./rllm";
import { areal, rlLoggingBoard, roll, skyRl, tinker } from "./textDumps";
import { verifiersResults, verifiersTraces } from "./verifiers";
import { trl, verl } from "./verl";

/** Formats of rows, most telling first: the first one that recognises a row converts it. */
const ROWS: readonly Importer[] = [
	ascribeRollouts,
	primeRlTokens,
	verifiersTraces,
	nemoRl,
	rllm,
	verifiersResults,
	verl,
	trl,
	skyRl,
	areal,
	roll,
	atropos,
	tinker,
	rlLoggingBoard,
	trackioTraces(openAiMessages),
	inspectSample,
	openAiCompletions,
	openAiMessages,
];

/** The same, and tables of such rows. */
export const IMPORTERS: readonly Importer[] = [...ROWS, loggedTable((row, file) => recogniseAmong(ROWS, row, file))];

/** Rows that no importer recognises. */
export class UnknownFormat extends InvalidInput {}

/**
 * The importer for a row.
 * @throws UnknownFormat with the three nearest formats and the keys that are missing for each.
 */
export const recognise = (row: Row, file: string): Importer => recogniseAmong(IMPORTERS, row, file);

function recogniseAmong(importers: readonly Importer[], row: Row, file: string): Importer {
	const found = importers.find((importer) => importer.detect(row));
	if (found) return found;
	const nearest = importers
		.map((importer) => {
			const missing = importer.keys.filter((key) => !Object.hasOwn(row, key));
			return { importer, missing, share: missing.length / importer.keys.length };
		})
		.sort((a, b) => a.share - b.share)
		.slice(0, 3)
		.map(({ importer, missing }) => `${importer.title} (missing ${missing.join(", ") || "the right contents"})`);
	throw new UnknownFormat(
		`${file} has rows of no known format; the nearest are ${nearest.join("; ")}.${inside(row)}${startOf(JSON.stringify(row))}`,
	);
}

/** Where the rows may be instead: in a list that is a field of the only one. */
function inside(row: Row): string {
	const lists = Object.keys(row).filter((name) => objectsIn(row[name]).length > 0);
	return lists.length === 1
		? ` Its field ${JSON.stringify(lists[0])} is a list of objects: if those are the rollouts, write them one a line.`
		: "";
}

/** Characters of a line that a refusal quotes. */
const QUOTED = 120;

/** How a line starts, for the end of a refusal, on a line of its own: data, never markup. Control characters are dots. */
export function startOf(line: string): string {
	const text = line.slice(0, QUOTED).replaceAll(/\p{C}/gu, "·");
	return `\nThe first line starts: ${text}${line.length > QUOTED ? " …" : ""}`;
}

/** A file name as one word of a command. */
const shellWord = (file: string) => (/^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", `'\\''`)}'`);

/**
 * Refuses what would have to be unpickled: pickles, torch files and torch's zip archives, by their first bytes.
 * @throws InvalidInput that says how to convert the file on one's own machine.
 */
export function refusePickle(head: Uint8Array, file: string): void {
	const pickle = head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5;
	const zip = head[0] === 0x50 && head[1] === 0x4b;
	// The first member that torch.save writes; its folder is named after the file.
	const torchZip = zip && (/\.(pt|pth|pkl|pickle)$/i.test(file) || /data\.pkl/.test(String.fromCharCode(...head)));
	// Protocol 0 is text: a list or a dict and its place in the memo, or a name.
	const old = /^(\([ld]p\d*\n|c[\w.]+\n\w+\n)/.test(String.fromCharCode(...head.subarray(0, 100)));
	if (pickle || torchZip || old)
		throw new InvalidInput(
			`${file} is a Python pickle, which can run code when it is opened, so it is never read here. A Python file makes rollouts of it without running any of it: python3 ascribe_convert.py ${shellWord(file)} (with ascribe_recorder.py beside it; both are in python/ and on the Data panel).`,
		);
}
