import { Cancelled, InvalidInput } from "../core/errors";
import type { ByteSource, StopSignal } from "./containers/byteSource";
import { type ByteRange, rowsOf } from "./containers/rows";
import { ascribeRollouts } from "./importers/ascribeRollouts";
import type { Importer } from "./importers/importer";
import { recognise, startOf } from "./importers/registry";
import { checkIds, type RolloutLine } from "./rolloutsJsonl";
import { AlteredTexts, spells, type TextTokenizer, tokenised, withTokenizer } from "./tokenizer";

/** A rollout of a file, and how to find it again. */
export interface ImportedLine extends RolloutLine {
	/** Line or row of the file, from 1, and which of its rollouts this is. */
	readonly number: number;
	readonly part: number;
	/** Where its text lies, if it can be read again alone. */
	readonly at?: ByteRange;
	/** The tokenizer cut it into tokens that do not spell its text. */
	readonly altered?: boolean;
}

/** How a file is read. */
export interface ReadOptions {
	readonly signal?: StopSignal;
	/** Cuts rollouts that are text alone into tokens; without it they are cut into words. */
	readonly tokenizer?: TextTokenizer;
}

/** Some rollouts of a file, in order. */
export interface ImportPiece {
	readonly importer: Importer;
	readonly lines: readonly ImportedLine[];
	/** Rows that could not be read, each with its sentence. */
	readonly broken: readonly InvalidInput[];
	/** True when the file ends in the middle of its last line, which is left out. */
	readonly cut: boolean;
	/** What is doubtful about the whole file, or was left out of it, a sentence; told once. */
	readonly notice: string | undefined;
	/** Bytes read so far. */
	readonly read: number;
}

/**
 * Rollouts of a file in any recognised format, piece by piece, so that the first group can be shown before the rest is read. The first
 * readable row decides the format. Ids that a foreign writer gave twice within a group get a number.
 * @throws InvalidInput when the format is unknown, when the first row cannot be read, or for a pickle; Cancelled.
 */
export async function* importPieces(
	source: ByteSource,
	{ signal, tokenizer }: ReadOptions = {},
): AsyncGenerator<ImportPiece> {
	const taken = new Map<string, number>();
	let format: Importer | null = null;
	let importer: Importer | null = null;
	for await (const rows of rowsOf(source, signal)) {
		if (signal?.aborted) throw new Cancelled();
		const lines: ImportedLine[] = [];
		const broken: InvalidInput[] = [];
		let cut = false;
		let notice: string | undefined;
		let read = 0;
		for (const found of rows) {
			if ("leftOut" in found) {
				notice = found.leftOut;
				continue;
			}
			read = found.read;
			if ("broken" in found) {
				if (!importer) throw new InvalidInput(found.broken.message + startOf(found.text), { cause: found.broken });
				if (found.cut) cut = true;
				else broken.push(found.broken);
				continue;
			}
			if (!format) {
				format = recognise(found.row, source.name);
				notice = format.notice?.(found.row);
			}
			importer ??= reading(format, tokenizer);
			try {
				const where = `${source.name}, line ${found.number}`;
				const converted = format.convert(found.row, { file: source.name, line: found.number });
				for (const [part, own] of converted.entries()) {
					const tokens = tokenizer && importer !== format ? tokenised(own, tokenizer) : own;
					const record = format === ascribeRollouts ? tokens : unique(tokens, taken);
					const at = found.at ? { at: found.at } : {};
					const altered = spells(tokens, own) ? {} : { altered: true };
					lines.push({ record, where, number: found.number, part, ...at, ...altered });
				}
			} catch (error) {
				if (!(error instanceof InvalidInput)) throw error;
				broken.push(error);
			}
		}
		if (importer) yield { importer, lines, broken, cut, notice, read: read || source.size };
	}
}

/** Our own format keeps the tokens that it has: its writer knew them. */
const reading = (importer: Importer, tokenizer: TextTokenizer | undefined): Importer =>
	tokenizer && importer !== ascribeRollouts ? withTokenizer(importer, tokenizer) : importer;

/** A file's rollouts and what was odd about it. */
export interface ImportedFile {
	readonly importer: Importer;
	readonly lines: readonly RolloutLine[];
	readonly broken: readonly InvalidInput[];
	/** A sentence each. */
	readonly warnings: readonly string[];
}

/**
 * The whole of a file.
 * @param onPiece is told after each piece how far the work is: bytes read and rollouts found.
 * @throws InvalidInput as `importPieces`, when there is no rollout at all, and for an id of our own format that is not unique; Cancelled.
 */
export async function importFile(
	source: ByteSource,
	{ onPiece, ...options }: ReadOptions & { onPiece?: (read: number, rollouts: number) => void } = {},
): Promise<ImportedFile> {
	const lines: RolloutLine[] = [];
	const broken: InvalidInput[] = [];
	const warnings: string[] = [];
	const altered = new AlteredTexts();
	let importer: Importer | null = null;
	for await (const piece of importPieces(source, options)) {
		importer = piece.importer;
		for (const line of piece.lines) {
			lines.push(line);
			altered.add(line);
		}
		for (const error of piece.broken) broken.push(error);
		if (piece.notice) warnings.push(`${source.name}: ${piece.notice}`);
		if (piece.cut) warnings.push(`${source.name} ends in the middle of its last line, which is left out.`);
		onPiece?.(piece.read, lines.length);
	}
	if (broken.length > 0 && lines.length === 0) throw broken[0]!;
	if (!importer || lines.length === 0) throw new InvalidInput(`${source.name} holds no rollout.`);
	if (importer === ascribeRollouts) checkIds(lines);
	return { importer, lines, broken, warnings: [...warnings, ...altered.warnings(options.tokenizer)] };
}

function unique(record: RolloutLine["record"], taken: Map<string, number>): RolloutLine["record"] {
	const name = JSON.stringify([record.step ?? null, record.group ?? null, record.id]);
	const before = taken.get(name) ?? 0;
	taken.set(name, before + 1);
	return before === 0 ? record : { ...record, id: `${record.id}#${before + 1}` };
}
