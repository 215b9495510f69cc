import { Cancelled, InvalidInput } from "../engine/core/errors";
import type { ByteSource, StopSignal } from "../engine/formats/containers/byteSource";
import { CardCounter } from "../engine/formats/importers/reportCard";
import { importPieces } from "../engine/formats/importFile";
import type { RolloutRecord } from "../engine/formats/record";
import { batchesOf } from "../engine/formats/recordsBatch";
import { RolloutIndex } from "../engine/formats/rolloutIndex";
import { theirCredit } from "../engine/lint/check";
import { creditLint } from "../engine/lint/creditLint";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";
import type { FilesApi, FilesGroup, FilesProgress, FilesReport, FilesTable, NamedFile } from "./filesApi";

/** A word about progress at most this often. */
const TELL_MS = 100;
/** Broken rows that are named one by one. */
const NAMED = 5;

/** Rollout files that a person brought. */
export class Files implements FilesApi {
	private index = new RolloutIndex();
	private stop: { aborted: boolean } & StopSignal = { aborted: false };

	constructor(private readonly now: () => number) {}

	async open(files: readonly NamedFile[], onProgress: (progress: FilesProgress) => void): Promise<FilesReport> {
		this.stop.aborted = true;
		const stop = { aborted: false };
		const index = new RolloutIndex();
		this.stop = stop;
		this.index = index;
		const reading = new Reading(index, files, this.now, onProgress);
		for (const { name, file } of [...files].sort((a, b) => byNumber.compare(a.name, b.name)))
			await reading.read(sourceOf(name, file), stop);
		return reading.report();
	}

	async cancel(): Promise<void> {
		this.stop.aborted = true;
	}

	async table(): Promise<FilesTable> {
		const { index } = this;
		const rows = Array.from({ length: index.size }, (_, row) => index.summary(row));
		return {
			ids: rows.map(({ id }) => id),
			step: Float64Array.from(rows, ({ step }) => step ?? Number.NaN),
			group: Int32Array.from(rows, ({ group }) => group),
			reward: Float64Array.from(rows, ({ reward }) => reward),
			length: Int32Array.from(rows, ({ length }) => length),
			limited: Uint8Array.from(rows, ({ limited }) => (limited ? 1 : 0)),
		};
	}

	async group(group: number): Promise<FilesGroup> {
		const rows = this.index.membersOf(group);
		if (rows.length === 0) throw new InvalidInput(`There is no group ${group}.`);
		const records = await Promise.all(rows.map((row) => this.index.record(row)));
		const lines = records.map((record, i) => ({ record: scored(record), where: `rollout ${rows[i]! + 1}` }));
		const { batch } = batchesOf(lines).batches[0]!;
		return { batch, rows, text: records.map(textOf), prompt: promptOf(records[0]!), theirs: theirsOf(records, batch) };
	}

	async lint() {
		const kept = this.index.inMemory();
		return creditLint(kept.map(({ record }) => record)).map((finding) => ({
			...finding,
			rows: finding.rows.map((row) => kept[row]!.row),
			worst: kept[finding.worst]!.row,
		}));
	}
}

const byNumber = new Intl.Collator("en", { numeric: true });

function sourceOf(name: string, file: File): ByteSource {
	return {
		name,
		size: file.size,
		read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()),
	};
}

/** One pass over the files. A file of no known format is said and left out, as long as another one can be read. */
class Reading {
	private readonly counter = new CardCounter();
	private readonly warnings: string[] = [];
	private readonly refused: unknown[] = [];
	private readonly total: number;
	private done = 0;
	private brokenRows = 0;
	private toldAt = Number.NEGATIVE_INFINITY;

	constructor(
		private readonly index: RolloutIndex,
		files: readonly NamedFile[],
		private readonly now: () => number,
		private readonly tell: (progress: FilesProgress) => void,
	) {
		this.total = files.reduce((sum, { file }) => sum + file.size, 0);
	}

	async read(source: ByteSource, stop: StopSignal): Promise<void> {
		const number = this.index.files.length;
		try {
			for await (const { importer, lines, broken, cut, read } of importPieces(source, stop)) {
				if (!this.index.files[number]) this.index.files.push({ source, importer });
				this.index.add(number, lines);
				for (const { record } of lines) this.counter.add(record);
				for (const { message } of broken) if (++this.brokenRows <= NAMED) this.warnings.push(`Left out: ${message}`);
				if (cut) this.warnings.push(`${source.name} ends in the middle of its last line, which is left out.`);
				this.progress(this.done + read, importer.title);
			}
		} catch (error) {
			if (error instanceof Cancelled || !(error instanceof InvalidInput)) throw error;
			this.refused.push(error);
			this.warnings.push(error.message);
		}
		this.done += source.size;
	}

	report(): FilesReport {
		if (this.index.size === 0) throw this.refused[0] ?? new InvalidInput("These files hold no rollout.");
		if (this.brokenRows > NAMED) this.warnings.push(`${this.brokenRows - NAMED} more rows could not be read.`);
		const formats = [...new Set(this.index.files.map(({ importer }) => importer))];
		return {
			formats: formats.map(({ id, title, about }) => ({ id, title, about })),
			card: this.counter.card(),
			warnings: this.warnings,
			linted: this.index.inMemory().length,
		};
	}

	private progress(read: number, format: string): void {
		const first = this.toldAt === Number.NEGATIVE_INFINITY && this.index.groups > 0;
		if (!first && this.now() - this.toldAt < TELL_MS) return;
		this.toldAt = this.now();
		this.tell({ read, total: this.total, rollouts: this.index.size, groups: this.index.groups, format });
	}
}

/** Rollouts of an unknown reward can be looked at all the same: nothing is paid. */
const scored = (record: RolloutRecord): RolloutRecord =>
	typeof record.reward === "number" || record.rewards ? record : { ...record, reward: 0 };

function textOf(record: RolloutRecord): string[] {
	return record.text
		? [...record.text]
		: record.tokens.map((token) => (typeof token === "string" ? token : `⟨${token}⟩`));
}

function promptOf({ prompt }: RolloutRecord): string {
	if (typeof prompt === "string") return prompt;
	return (prompt ?? []).map((id) => `⟨${id}⟩`).join(" ");
}

/** Null where no rollout of the group carries credit; NaN for tokens that the source did not score. */
function theirsOf(records: readonly RolloutRecord[], { B, T, actionMask }: RolloutBatch): CreditResult | null {
	const theirs = records.map((record) => theirCredit(record));
	const named = theirs.find((credit) => credit !== null);
	if (!named) return null;
	const advantage = new Float64Array(B * T);
	theirs.forEach((credit, b) => {
		for (let t = 0; t < T; t++) if (actionMask[b * T + t]) advantage[b * T + t] = credit?.row[t] ?? Number.NaN;
	});
	return {
		method: named.method,
		params: {},
		advantage,
		terms: { theirs: advantage },
		mask: actionMask.slice(),
		cost: { extraTokens: 0, modelCalls: 0 },
	};
}
