import { strFromU8 } from "fflate";
import type { LintInput, Member } from "../lint/check";
import { factsOf, type RolloutFacts, returnOf } from "../lint/facts";
import type { ByteSource } from "./containers/byteSource";
import { parseLine } from "./containers/text";
import type { ImportedLine } from "./fileReading";
import { groupKey } from "./groups";
import type { Importer } from "./importers/importer";
import type { RolloutRecord } from "./record";

/** Bytes of text whose rollouts are kept as objects; beyond them only their place in the file is. */
const KEPT_BYTES = 16 * 2 ** 20;

/** What a table shows of every rollout, without its tokens. */
export interface RolloutSummary {
	readonly id: string;
	readonly step: number | null;
	/** Number of its group, counted over the whole index. */
	readonly group: number;
	/** NaN where the source has none. */
	readonly reward: number;
	/** Tokens. */
	readonly length: number;
	readonly limited: boolean;
	/** Names of the tools that it called, each once, set apart by spaces. */
	readonly tools: string;
}

interface Entry {
	readonly summary: RolloutSummary;
	readonly facts: RolloutFacts;
	readonly file: number;
	/** Which of the names below its rollout stood in. */
	readonly place: number;
	readonly line: Omit<ImportedLine, "record" | "where" | "file">;
	readonly record: RolloutRecord | null;
}

export interface IndexedFile {
	readonly source: ByteSource;
	readonly importer: Importer;
}

/**
 * Rollouts of any number of files. A bounded part is kept in memory, the rest is read again from its place when somebody looks at it, so
 * that a dump of any size can be browsed.
 */
export class RolloutIndex {
	readonly files: IndexedFile[] = [];
	private readonly entries: Entry[] = [];
	private readonly groupNumbers = new Map<string, number>();
	private readonly members: number[][] = [];
	private readonly stepRows = new Map<number | null, number[]>();
	/** Names of files, and of members of archives, with their numbers by file and name. */
	private readonly places: string[] = [];
	private readonly placeNumbers = new Map<string, number>();
	/** Where the rows of each file end. */
	private readonly ends: number[] = [];
	private kept = 0;

	get size(): number {
		return this.entries.length;
	}
	get groups(): number {
		return this.members.length;
	}

	/** Training steps; rollouts without one count as one. */
	get steps(): number {
		return this.stepRows.size;
	}

	/** Adds rollouts of a file that was added before. */
	add(file: number, lines: readonly ImportedLine[]): void {
		for (const { record, where: _, file: name, ...line } of lines) {
			const group = this.groupOf(groupKey(record, this.entries.length));
			this.members[group]!.push(this.entries.length);
			const step = record.step ?? null;
			const rows = this.stepRows.get(step);
			if (rows) rows.push(this.entries.length);
			else this.stepRows.set(step, [this.entries.length]);
			const bytes = line.at ? line.at.end - line.at.start : 0;
			const keep = !line.at || this.kept + bytes <= KEPT_BYTES;
			if (keep) this.kept += bytes;
			this.entries.push({
				summary: summaryOf(record, group),
				facts: factsOf(record),
				file,
				place: this.placeOf(file, name),
				line,
				record: keep ? record : null,
			});
		}
		this.ends[file] = this.entries.length;
	}

	/** Rows [first, end) of a file: files come one after the other. */
	rowsOf(file: number): readonly [first: number, end: number] {
		return [file === 0 ? 0 : this.ends[file - 1]!, this.ends[file]!];
	}

	summary(row: number): RolloutSummary {
		return this.entries[row]!.summary;
	}
	/** Rollouts of a group, in the order of the files. */
	membersOf(group: number): readonly number[] {
		return this.members[group] ?? [];
	}
	/** Rollouts of a step, in the order of the files. */
	membersOfStep(step: number | null): readonly number[] {
		return this.stepRows.get(step) ?? [];
	}
	/** Rollouts that are in memory, with their rows: what can be looked at as a whole. */
	inMemory(): Member[] {
		return this.entries.flatMap(({ record }, row) => (record ? [{ row, record }] : []));
	}
	/** What Credit Lint looks at: the facts of all rollouts, and those in memory with their tokens. */
	lintInput(): LintInput {
		const facts = (row: number) => {
			const { facts, place } = this.entries[row]!;
			return { row, facts, file: place };
		};
		return {
			rows: this.inMemory(),
			files: this.places,
			groups: this.members.map((rows, group) => ({
				key: String(group),
				step: this.entries[rows[0]!]!.facts.step,
				members: rows.map(facts),
			})),
		};
	}

	/** One whole rollout; its id is the one in the summary. @throws InvalidInput when the file has changed since. */
	async record(row: number): Promise<RolloutRecord> {
		const { record, file, line, summary } = this.entries[row]!;
		if (record) return record;
		const { source, importer } = this.files[file]!;
		const text = strFromU8(await source.read(line.at!.start, line.at!.end));
		const origin = { file: source.name, line: line.number };
		// Rollouts of several rows have a line for each.
		const rows = text
			.split("\n")
			.filter((one) => one.trim() !== "")
			.map((one) => parseLine(one, `${source.name}, line ${line.number}`));
		const joined = importer.parts && rows.length > 1 ? importer.parts.joined(rows, origin) : undefined;
		const found = joined ?? importer.convert(rows[0]!, origin)[line.part]!;
		return { ...found, id: summary.id };
	}

	private placeOf(file: number, name: string): number {
		const key = `${file}:${name}`;
		let number = this.placeNumbers.get(key);
		if (number === undefined) {
			number = this.places.push(name) - 1;
			this.placeNumbers.set(key, number);
		}
		return number;
	}

	private groupOf(key: string): number {
		let number = this.groupNumbers.get(key);
		if (number === undefined) {
			number = this.members.length;
			this.groupNumbers.set(key, number);
			this.members.push([]);
		}
		return number;
	}
}

/** A name and an opened object; looked for from the starts of words alone, as a long word would take the square of its length. */
const CALL = /(?<![\w.-])[\w.-]+\(\{/g;

/** Tools by the calls of its messages; in a rollout of text, by what stands before a parenthesis with an object. */
function toolsOf({ messages, tokens }: RolloutRecord): string {
	const calls = messages
		? messages.flatMap(({ calls = [] }) => calls)
		: typeof tokens[0] === "string"
			? callsIn(tokens as readonly string[])
			: [];
	return [...new Set(calls.map((call) => call.slice(0, call.indexOf("("))))].join(" ");
}

/** Most rollouts have none, which is seen without joining their text. */
function callsIn(tokens: readonly string[]): readonly string[] {
	const opened = tokens.some((token) => token.includes("({") || token.startsWith("{"));
	return opened ? (tokens.join("").match(CALL) ?? []) : [];
}

function summaryOf(record: RolloutRecord, group: number): RolloutSummary {
	return {
		id: record.id,
		step: record.step ?? null,
		group,
		reward: returnOf(record),
		length: record.tokens.length,
		limited: record.done === "limit",
		tools: toolsOf(record),
	};
}
