import { InvalidInput } from "../core/errors";
import type { ByteRange, FoundRow, RowPiece } from "./containers/rows";
import { memberName } from "./containers/zip";
import { ascribeRollouts } from "./importers/ascribeRollouts";
import type { Importer, RowPart } from "./importers/importer";
import { recognise, startOf, UnknownFormat } from "./importers/registry";
import type { RolloutRecord } from "./record";
import type { RolloutLine } from "./rolloutsJsonl";
import { spells, type TextTokenizer, tokenised, withTokenizer } from "./tokenizer";
import type { UniqueIds } from "./uniqueIds";

/** A rollout of a file, and how to find it again. */
export interface ImportedLine extends RolloutLine {
	/** Name of the file; of a member of an archive with the archive's before it. */
	readonly file: string;
	/** Line or row of the file, from 1, and which of its rollouts this is. */
	readonly number: number;
	readonly part: number;
	/** Where its text lies, if it can be read again alone. */
	readonly at?: ByteRange;
	/** The tokenizer cut it into tokens that do not spell its text. */
	readonly altered?: boolean;
	/** An earlier rollout of its group has the id that its writer gave it, though ids of the format are unique. */
	readonly renamed?: boolean;
}

/** What some rows gave. */
export interface Found {
	readonly lines: readonly ImportedLine[];
	/** Rows, and members of an archive, that could not be read, each with its sentence. */
	readonly broken: readonly InvalidInput[];
	/** Name of the file that ends in the middle of its last line, which is left out. */
	readonly cut: string | undefined;
	/** What is doubtful about the whole file, or was left out of it: sentences, told once. */
	readonly notices: readonly string[];
	/** Members of an archive that hold something else. */
	readonly unknown: readonly UnknownFormat[];
}

export const NOTHING: Found = { lines: [], broken: [], cut: undefined, notices: [], unknown: [] };

/** A row that is a part of a rollout, with what it would be alone. */
interface HeldRow {
	readonly found: FoundRow;
	readonly records: readonly RolloutRecord[];
	readonly part: RowPart;
}

/** Makes rollouts of the rows of one file, or of one member of an archive. */
export class FileReading {
	/** Null until a row told the format. */
	importer: Importer | null = null;
	private format: Importer | null = null;
	/** Nothing at its start could be read. */
	private refused = false;
	private garbled = false;
	/** Rows of one rollout, of which more may come. */
	private held: HeldRow[] = [];
	private joinedAny = false;
	/** Line of the first part without the ones before it. */
	private apart: number | null = null;
	private readonly name: string;

	/** @param ids over all members. */
	constructor(
		source: string,
		readonly member: string | undefined,
		private readonly ids: UniqueIds,
		private readonly tokenizer: TextTokenizer | undefined,
	) {
		this.name = member === undefined ? source : memberName(source, member);
	}

	/** @throws InvalidInput where a file of its own is refused as a whole; a member of an archive is left out and said. */
	read({ rows, refused, notice }: RowPiece): Found {
		const notices = notice ? [notice] : [];
		if (refused) return { ...NOTHING, notices, broken: [refused] };
		if (this.refused) return NOTHING;
		try {
			return this.converted(rows, notices);
		} catch (error) {
			if (this.member === undefined || !(error instanceof InvalidInput)) throw error;
			this.refused = true;
			return error instanceof UnknownFormat ? { ...NOTHING, unknown: [error] } : { ...NOTHING, broken: [error] };
		}
	}

	/** The rollout that waited for more rows. */
	end(): Found {
		const notices: string[] = [];
		const lines = [...this.ended(notices)];
		if (this.apart !== null) notices.push(apartFrom(this.apart));
		return { ...NOTHING, lines, notices };
	}

	private converted(rows: RowPiece["rows"], notices: string[]): Found {
		const lines: ImportedLine[] = [];
		const broken: InvalidInput[] = [];
		let cut: string | undefined;
		for (const found of rows) {
			if ("broken" in found) {
				for (const line of this.ended(notices)) lines.push(line);
				if (found.cut && this.format) cut = this.name;
				else broken.push(found.broken);
				continue;
			}
			if (found.garbled && !this.garbled) notices.push(garbledFrom(found.number));
			this.garbled ||= found.garbled === true;
			const format = this.formatOf(found.row, notices);
			try {
				for (const line of this.taken(found, format, notices)) lines.push(line);
			} catch (error) {
				if (!(error instanceof InvalidInput)) throw error;
				broken.push(error);
				for (const line of this.ended(notices)) lines.push(line);
			}
		}
		const [first] = rows;
		if (!this.format && first && "broken" in first)
			throw new InvalidInput(first.broken.message + readable(first.text) + startOf(first.text), {
				cause: first.broken,
			});
		return { lines, broken, cut, notices, unknown: [] };
	}

	/** @throws UnknownFormat */
	private formatOf(row: FoundRow["row"], notices: string[]): Importer {
		if (this.format) return this.format;
		this.format = recognise(row, this.name);
		this.importer = reading(this.format, this.tokenizer);
		const notice = this.format.notice?.(row);
		if (notice) notices.push(notice);
		return this.format;
	}

	/** What is whole once a row has come: its rollouts, or those of the rows before where it is a part of one. */
	private *taken(found: FoundRow, format: Importer, notices: string[]): Generator<ImportedLine> {
		const records = format.convert(found.row, { file: this.name, line: found.number });
		const part = format.parts?.of(found.row);
		const before = this.held.at(-1)?.part;
		if (!part || part.of !== before?.of || part.index <= before.index) yield* this.ended(notices);
		if (part && part.index > 0 && this.held.length === 0) this.apart ??= found.number;
		if (part) this.held.push({ found, records, part });
		else yield* this.rollouts(found, records, format);
	}

	private *ended(notices: string[]): Generator<ImportedLine> {
		const { held, format } = this;
		this.held = [];
		const [first] = held;
		const last = held.at(-1);
		if (!first || !last || !format?.parts) return;
		if (held.length === 1) return yield* this.rollouts(first.found, first.records, format);
		if (!this.joinedAny) notices.push(format.parts.notice);
		this.joinedAny = true;
		const rows = held.map(({ found }) => found.row);
		const record = format.parts.joined(rows, { file: this.name, line: first.found.number });
		const [start, end] = [first.found.at?.start, last.found.at?.end];
		const at = start === undefined || end === undefined ? undefined : { start, end };
		yield* this.rollouts({ ...first.found, at }, [record], format);
	}

	private *rollouts(
		{ number, at }: Pick<FoundRow, "number"> & { readonly at?: ByteRange | undefined },
		records: readonly RolloutRecord[],
		format: Importer,
	): Generator<ImportedLine> {
		const { name, tokenizer } = this;
		const cuts = tokenizer && this.importer !== format ? tokenizer : null;
		const place = { where: `${name}, line ${number}`, file: name, number, ...(at ? { at } : {}) };
		for (const [part, own] of records.entries()) {
			const tokens = cuts ? tokenised(own, cuts) : own;
			const record = this.ids.of(tokens);
			const renamed = format === ascribeRollouts && record !== tokens;
			yield {
				...place,
				record,
				part,
				...(spells(tokens, own) ? {} : { altered: true }),
				...(renamed ? { renamed } : {}),
			};
		}
	}
}

/** What is read at all, behind the refusal of a text that is something else, as CSV or YAML. */
const readable = (text: string): string =>
	/^\s*[[{]/.test(text) ? "" : " Read are JSON lines, JSON, Parquet, and zip or gzip around these.";

const apartFrom = (line: number) =>
	`Line ${line} goes on with a rollout whose lines before it are missing or stand elsewhere: it counts as one of its own.`;

const garbledFrom = (line: number) =>
	`Not all of the text is UTF-8, first in line ${line}: bytes that are not are shown as \ufffd.`;

/** Our own format keeps the tokens that it has: its writer knew them. */
const reading = (importer: Importer, tokenizer: TextTokenizer | undefined): Importer =>
	tokenizer && importer !== ascribeRollouts ? withTokenizer(importer, tokenizer) : importer;
