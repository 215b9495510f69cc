import { InvalidInput } from "../core/errors";
import type { ByteSource } from "./containers/byteSource";
import type { ImportedLine } from "./fileReading";
import type { Importer } from "./importers/importer";
import { importPieces, type ReadOptions } from "./importPieces";
import { AlteredTexts } from "./tokenizer";
import { RepeatedIds } from "./uniqueIds";

/** A file's rollouts and what was odd about it. */
export interface ImportedFile {
	/** Formats in order of appearance: one, or in an archive those of its members. */
	readonly importers: readonly Importer[];
	readonly lines: readonly ImportedLine[];
	readonly broken: readonly InvalidInput[];
	/** A sentence each. */
	readonly warnings: readonly string[];
}

/**
 * The whole of a file.
 * @param onPiece is told after each piece how far the work is: bytes read and rollouts found.
 * @throws InvalidInput as `importPieces`, and when there is no rollout at all; Cancelled.
 */
export async function importFile(
	source: ByteSource,
	{ onPiece, ...options }: ReadOptions & { onPiece?: (read: number, rollouts: number) => void } = {},
): Promise<ImportedFile> {
	const lines: ImportedLine[] = [];
	const broken: InvalidInput[] = [];
	const warnings: string[] = [];
	const altered = new AlteredTexts();
	const repeated = new RepeatedIds();
	const importers = new Map<string, Importer>();
	for await (const piece of importPieces(source, options)) {
		importers.set(piece.importer.id, piece.importer);
		for (const line of piece.lines) {
			lines.push(line);
			altered.add(line);
			repeated.add(line);
		}
		for (const error of piece.broken) broken.push(error);
		for (const notice of piece.notices) warnings.push(`${source.name}: ${notice}`);
		if (piece.cut) warnings.push(`${piece.cut} ends in the middle of its last line, which is left out.`);
		onPiece?.(piece.read, lines.length);
	}
	if (broken.length > 0 && lines.length === 0) throw broken[0]!;
	if (lines.length === 0) throw new InvalidInput(`${source.name} holds no rollout.`);
	return {
		importers: [...importers.values()],
		lines,
		broken,
		warnings: [...warnings, ...repeated.warnings(), ...altered.warnings(options.tokenizer)],
	};
}
