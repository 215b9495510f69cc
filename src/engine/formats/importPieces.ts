import { Cancelled } from "../core/errors";
import type { ByteSource, StopSignal } from "./containers/byteSource";
import { rowsOf } from "./containers/rows";
import { FileReading, type Found, NOTHING } from "./fileReading";
import type { Importer } from "./importers/importer";
import type { TextTokenizer } from "./tokenizer";
import { UniqueIds } from "./uniqueIds";

/** How a file is read. */
export interface ReadOptions {
	readonly signal?: StopSignal;
	/** Cuts rollouts that are text alone into tokens; without it they are cut into words. */
	readonly tokenizer?: TextTokenizer;
}

/** Some rollouts of a file, or of one member of an archive, in order. */
export interface ImportPiece extends Omit<Found, "unknown"> {
	readonly importer: Importer;
	/** Bytes read so far. */
	readonly read: number;
}

/**
 * Rollouts of a file in any recognised format, piece by piece, so that the first group can be shown before the rest is read. The first
 * readable row decides the format, in an archive that of each member. Ids that stand twice within a group get a number.
 * @throws InvalidInput when the format is unknown, when no row at the start can be read, or for a pickle; Cancelled.
 */
export async function* importPieces(
	source: ByteSource,
	{ signal, tokenizer }: ReadOptions = {},
): AsyncGenerator<ImportPiece> {
	const ids = new UniqueIds();
	let file = new FileReading(source.name, undefined, ids, tokenizer);
	let importer: Importer | null = null;
	let waiting = NOTHING;
	for await (const found of rowsOf(source, signal)) {
		if (signal?.aborted) throw new Cancelled();
		const before = file;
		if (found.member !== file.member) file = new FileReading(source.name, found.member, ids, tokenizer);
		if (before !== file) waiting = joined(waiting, before.end());
		waiting = joined(waiting, file.read(found));
		importer = file.importer ?? importer;
		if (!importer) continue;
		yield pieceOf(waiting, importer, found.rows.at(-1)?.read ?? source.size);
		waiting = NOTHING;
	}
	const last = joined(waiting, file.end());
	if (importer && last.lines.length + last.notices.length > 0) yield pieceOf(last, importer, source.size);
	const refusal = waiting.broken[0] ?? waiting.unknown[0];
	if (refusal) throw refusal;
}

function pieceOf({ unknown, ...found }: Found, importer: Importer, read: number): ImportPiece {
	return { ...found, importer, notices: [...found.notices, ...unknown.map(({ message }) => message)], read };
}

const joined = (a: Found, b: Found): Found => ({
	lines: [...a.lines, ...b.lines],
	broken: [...a.broken, ...b.broken],
	cut: b.cut,
	notices: [...a.notices, ...b.notices],
	unknown: [...a.unknown, ...b.unknown],
});
