import { Cancelled, InvalidInput } from "../engine/core/errors";
import { largest } from "../engine/core/extremes";
import { plural } from "../engine/core/plural";
import { visibleLines, visibleName } from "../engine/core/writing";
import type { ByteSource, StopSignal } from "../engine/formats/containers/byteSource";
import { withGroups } from "../engine/formats/groups";
import type { Importer } from "../engine/formats/importers/importer";
import { CardCounter } from "../engine/formats/importers/reportCard";
import { importPieces } from "../engine/formats/importPieces";
import { withReward } from "../engine/formats/paid";
import { batchesOf } from "../engine/formats/recordsBatch";
import { RolloutIndex } from "../engine/formats/rolloutIndex";
import { AlteredTexts, looksLikeTokenizer, openTokenizer, type TextTokenizer } from "../engine/formats/tokenizer";
import { RepeatedIds } from "../engine/formats/uniqueIds";
import { rolloutFile } from "../engine/formats/writers/registry";
import type { Finding } from "../engine/lint/check";
import { findingsOf } from "../engine/lint/creditLint";
import { returnOf } from "../engine/lint/facts";
import { refusedMethods } from "../engine/signals/refusedMethods";
import { hashedPieces, hashOf } from "./fileHash";
import { piecesOf, readable, saying } from "./filePieces";
import { named, theirsOf } from "./fileStep";
import type {
	Done,
	FilesApi,
	FilesProgress,
	FilesReport,
	FilesStep,
	FilesTable,
	Keeping,
	NamedFile,
	OpenFile,
	StoredImport,
} from "./filesApi";
import { type HashedFile, type ImportFolder, importId } from "./importFolder";

/** Progress is reported at most this often, milliseconds. */
const TELL_MS = 100;
/** Most tokens of a step that is shown whole. */
const STEP_TOKENS = 2 ** 17;
/** Most tokens of a group that is shown, each rollout as long as the longest: its batch and its credit are in memory several times. */
const GROUP_TOKENS = 2 ** 22;
/** All rollouts are in memory while they are written. */
const SAVED_BYTES = 64 * 2 ** 20;
/** Broken rows that are named one by one. */
const NAMED = 5;

/** Rollout files that a person brought. */
export class Files implements FilesApi {
	private index = new RolloutIndex();
	private stop = new AbortController();
	/** What was opened last, to be read again when a tokenizer comes. */
	private opened: readonly NamedFile[] = [];
	/** Those of them that hold rollouts, one for each file of the index. */
	private readable: readonly NamedFile[] = [];
	private tokenizer: TextTokenizer | undefined;
	/** Where the tokenizer came from. */
	private tokenizerFile: NamedFile | undefined;
	/** The import whose files are open and the way to let it go; null where they are not kept. */
	private held: { readonly id: string; readonly release: () => void } | null = null;
	/** Hashes that are known or being computed. */
	private hashes = new WeakMap<File, Promise<string>>();

	/**
	 * @param now a clock, milliseconds.
	 * @param folder what the browser keeps.
	 * @param savedBytes most bytes of files that are written anew at once.
	 */
	constructor(
		private readonly now: () => number,
		private readonly folder: ImportFolder,
		private readonly savedBytes = SAVED_BYTES,
	) {}

	async open(files: readonly NamedFile[], onProgress: (progress: FilesProgress) => void): Promise<FilesReport> {
		this.letGo();
		const { signal } = this.stop;
		const index = new RolloutIndex();
		this.index = index;
		const rollouts = await this.takeTokenizer(files);
		const reading = new Reading(index, rollouts, this.now, onProgress, this.tokenizer, this.hashes);
		for (const named of [...rollouts].sort((a, b) => byNumber.compare(a.name, b.name)))
			await reading.read(named, signal);
		this.opened = rollouts;
		this.readable = reading.files;
		return reading.report();
	}

	/** Keeps a `tokenizer.json` among the files. @returns the others; those of before where there are none. */
	private async takeTokenizer(files: readonly NamedFile[]): Promise<readonly NamedFile[]> {
		const rollouts: NamedFile[] = [];
		for (const named of files)
			if (await isTokenizer(named)) {
				const text = await readable(named.name, () => named.file.text());
				this.tokenizer = await openTokenizer(text, named.name);
				this.tokenizerFile = named;
			} else rollouts.push(named);
		if (rollouts.length > 0 || !this.tokenizer) return rollouts;
		if (this.opened.length === 0)
			throw new InvalidInput(
				`${this.tokenizer.name} is kept, with its ${this.tokenizer.size} tokens; now open rollouts of text, which it will cut.`,
			);
		return this.opened;
	}

	async cancel(): Promise<void> {
		this.letGo();
	}

	/** Ends what goes on with the files of before, and lets other tabs delete them. */
	private letGo(): void {
		this.stop.abort();
		this.stop = new AbortController();
		this.held?.release();
		this.held = null;
	}

	async identify(onProgress: Done): Promise<OpenFile[]> {
		const { index } = this;
		const hashed = await this.hashed(this.readable, this.seldom(onProgress));
		return hashed.map(({ name, hash, file }, i) => {
			const [first, end] = index.rowsOf(i);
			return { name, hash, size: file.size, first, end };
		});
	}

	async keep(about: Pick<StoredImport, "title" | "about">, onProgress: Done): Promise<Keeping> {
		const { signal } = this.stop;
		const others = this.tokenizerFile ? [this.tokenizerFile] : [];
		const rollouts = await this.hashed(this.readable);
		const kept = await this.folder.keep(rollouts, await this.hashed(others), about, signal, this.seldom(onProgress));
		if (kept === "kept") await this.holdOpen(importId(rollouts), signal);
		return kept;
	}

	/** An import whose files are open is held, wherever they came from. */
	private async holdOpen(id: string, signal: AbortSignal): Promise<void> {
		const release = await this.folder.hold(id);
		if (signal.aborted) return release();
		this.held?.release();
		this.held = { id, release };
	}

	/** Words about progress reach the page as often as those about reading. */
	private seldom(tell: Done): Done {
		let toldAt = Number.NEGATIVE_INFINITY;
		return (done, total) => {
			if (this.now() - toldAt < TELL_MS) return;
			toldAt = this.now();
			tell(done, total);
		};
	}

	private async hashed(files: readonly NamedFile[], tell: Done = () => {}): Promise<HashedFile[]> {
		const { signal } = this.stop;
		const total = files.reduce((sum, { file }) => sum + file.size, 0);
		let done = 0;
		const found: HashedFile[] = [];
		for (const { name, file } of files) {
			const hashing = () => hashOf(file, signal, (read) => tell(done + read, total));
			const hash = this.hashes.get(file) ?? readable(name, hashing);
			this.hashes.set(file, hash);
			// One that was cancelled or could not be read is computed again when somebody asks again.
			hash.catch(() => this.hashes.delete(file));
			found.push({ name, file, hash: await hash });
			done += file.size;
		}
		return found;
	}

	async imports(): Promise<StoredImport[]> {
		return this.folder.list(this.held?.id ?? null);
	}

	async openImport(id: string, onProgress: (progress: FilesProgress) => void): Promise<FilesReport> {
		this.letGo();
		const { signal } = this.stop;
		const found = await this.folder.open(id);
		if (!found)
			throw new InvalidInput("These files are no longer kept by this browser; open them again from where they lie.");
		try {
			if (signal.aborted) throw new Cancelled();
			for (const { file, hash } of found.files) this.hashes.set(file, Promise.resolve(hash));
			const report = this.open(found.files, onProgress);
			this.held = { id, release: found.release };
			return await report;
		} catch (error) {
			found.release();
			if (this.held?.release === found.release) this.held = null;
			throw error;
		}
	}

	async importFiles(id: string): Promise<NamedFile[] | null> {
		return this.folder.files(id);
	}

	async forget(id: string): Promise<boolean> {
		return this.folder.forget(id);
	}

	async table(): Promise<FilesTable> {
		const { index } = this;
		const rows = Array.from({ length: index.size }, (_, row) => index.summary(row));
		return {
			ids: rows.map(({ id }) => visibleName(id)),
			step: Float64Array.from(rows, ({ step }) => step ?? Number.NaN),
			group: Int32Array.from(rows, ({ group }) => group),
			reward: Float64Array.from(rows, ({ reward }) => reward),
			length: Int32Array.from(rows, ({ length }) => length),
			tools: rows.map(({ tools }) => visibleLines(tools)),
			limited: Uint8Array.from(rows, ({ limited }) => (limited ? 1 : 0)),
		};
	}

	async stepOf(group: number): Promise<FilesStep> {
		const members = this.index.membersOf(group);
		const first = members[0];
		if (first === undefined) throw new InvalidInput(`There is no group ${group}.`);
		const { step } = this.index.summary(first);
		const whole = this.index.membersOfStep(step);
		const tokens = whole.reduce((sum, row) => sum + this.index.summary(row).length, 0);
		// More may come while these are read.
		const rows = [...(tokens <= STEP_TOKENS ? whole : members)];
		const longest = largest(rows.map((row) => this.index.summary(row).length));
		if (rows.length * longest > GROUP_TOKENS)
			throw new InvalidInput(
				`Group ${group + 1} has ${plural(rows.length, "rollout")} of up to ${plural(longest, "token")}, more than the page can show at once. A group holds the rollouts of one prompt in one step; if this one should, ascribe credit takes it.`,
			);
		const records = await Promise.all(rows.map((row) => this.index.record(row)));
		// Where no reward is known rollouts can be looked at all the same, as if nothing were paid; among others that have one, it stays unknown.
		const paid = records.some((record) => Number.isFinite(returnOf(record))) ? Number.NaN : 0;
		const lines = records.map((record, i) => ({ record: withReward(record, paid), where: `rollout ${i}` }));
		const numbers = Int32Array.from(rows, (row) => this.index.summary(row).group);
		const groupsInStep = new Set(whole.map((row) => this.index.summary(row).group)).size;
		const { names, batch } = named(batchesOf(lines).batches[0]!.batch, records, numbers, this.tokenizer);
		return { batch, rows, names, step, groupsInStep, theirs: theirsOf(records, batch) };
	}

	async lint(): Promise<Finding[]> {
		const findings = findingsOf(this.index.lintInput());
		return findings.map((finding) => ({ ...finding, message: visibleLines(finding.message) }));
	}

	async save(name: string): Promise<Uint8Array<ArrayBuffer>> {
		const bytes = this.index.files.reduce((sum, { source }) => sum + source.size, 0);
		if (bytes > this.savedBytes)
			throw new InvalidInput(
				`These files have ${megabytes(bytes)}; the page converts up to ${megabytes(this.savedBytes)}. \`ascribe import FILE --out ${name}\` takes more.`,
			);
		const rows = Array.from({ length: this.index.size }, (_, row) => this.index.record(row));
		const written = await rolloutFile(name)(withGroups(await Promise.all(rows)));
		return typeof written === "string" ? new TextEncoder().encode(written) : Uint8Array.from(written);
	}
}

const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
const byNumber = new Intl.Collator("en", { numeric: true });

/** @param known is told the SHA-256 of a file of lines, which is read from its first byte to its last; absent where nobody asks for it. */
function sourceOf({ name, file }: NamedFile, known: ((hash: string) => void) | undefined): ByteSource {
	return {
		name,
		size: file.size,
		read: async (start, end) => new Uint8Array(await readable(name, () => file.slice(start, end).arrayBuffer())),
		pieces: (size) => readablePieces(name, known ? hashedPieces(file, size, known) : piecesOf(file, size)),
	};
}

async function* readablePieces(name: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	try {
		yield* pieces;
	} catch (error) {
		throw saying(name, error);
	}
}

/** Bytes that tell a tokenizer from rollouts. */
const HEAD = 4096;

async function isTokenizer({ name, file }: NamedFile): Promise<boolean> {
	return name.endsWith(".json") && looksLikeTokenizer(await readable(name, () => file.slice(0, HEAD).text()));
}

/** One pass over the files. A file of no known format is said and left out, as long as another one can be read. */
class Reading {
	/** Files that hold rollouts, in the order of the index. */
	readonly files: NamedFile[] = [];
	private readonly counter = new CardCounter();
	private readonly altered = new AlteredTexts();
	private readonly repeated = new RepeatedIds();
	/** By id, in order of appearance. */
	private readonly formats = new Map<string, Importer>();
	private readonly warnings: string[] = [];
	private readonly refused: unknown[] = [];
	private readonly total: number;
	private done = 0;
	private brokenRows = 0;
	private firstBroken: InvalidInput | null = null;
	private toldAt = Number.NEGATIVE_INFINITY;

	constructor(
		private readonly index: RolloutIndex,
		files: readonly NamedFile[],
		private readonly now: () => number,
		private readonly tell: (progress: FilesProgress) => void,
		private readonly tokenizer: TextTokenizer | undefined,
		private readonly hashes: WeakMap<File, Promise<string>>,
	) {
		this.total = files.reduce((sum, { file }) => sum + file.size, 0);
	}

	/** Reads a file, and takes it among those that can be read as soon as it has given a row. */
	async read(named: NamedFile, stop: StopSignal): Promise<void> {
		const { file } = named;
		const known = (hash: string) => void this.hashes.set(file, Promise.resolve(hash));
		const source = sourceOf(named, this.hashes.has(file) ? undefined : known);
		const number = this.index.files.length;
		try {
			for await (const { importer, lines, broken, cut, notices, read } of importPieces(source, {
				signal: stop,
				...(this.tokenizer ? { tokenizer: this.tokenizer } : {}),
			})) {
				if (!this.index.files[number]) {
					this.index.files.push({ source, importer });
					this.files.push(named);
				}
				this.formats.set(importer.id, importer);
				this.index.add(number, lines);
				for (const line of lines) {
					this.counter.add(line.record);
					this.altered.add(line);
					this.repeated.add(line);
				}
				this.firstBroken ??= broken[0] ?? null;
				for (const { message } of broken) if (++this.brokenRows <= NAMED) this.warnings.push(`Left out: ${message}`);
				// Files of one run are all alike in this.
				for (const notice of notices) if (!this.warnings.includes(notice)) this.warnings.push(notice);
				if (cut) this.warnings.push(`${cut} ends in the middle of its last line, which is left out.`);
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
		if (this.index.size === 0) throw this.whyNothing();
		if (this.brokenRows > NAMED) this.warnings.push(`${this.brokenRows - NAMED} more rows could not be read.`);
		const card = this.counter.card();
		return {
			formats: Array.from(this.formats.values(), ({ id, title, about }) => ({ id, title, about })),
			card: { ...card, parts: card.parts.map(visibleName) },
			refused: refusedMethods(card.found),
			warnings: [...this.warnings, ...this.repeated.warnings(), ...this.altered.warnings(this.tokenizer)].map(
				visibleLines,
			),
			linted: this.index.inMemory().length,
			tokenizer: this.tokenizer ? { name: visibleName(this.tokenizer.name), size: this.tokenizer.size } : null,
		};
	}

	/** Why there is no rollout: a row of a known format says more than a file of none. */
	private whyNothing(): unknown {
		const more = this.brokenRows - 1;
		if (!this.firstBroken) return this.refused[0] ?? new InvalidInput("These files hold no rollout.");
		if (more === 0) return this.firstBroken;
		return new InvalidInput(
			`${this.firstBroken.message} ${plural(more, "more row")} could not be read either, and none is left.`,
			{ cause: this.firstBroken },
		);
	}

	private progress(read: number, format: string): void {
		const first = this.toldAt === Number.NEGATIVE_INFINITY && this.index.groups > 0;
		if (!first && this.now() - this.toldAt < TELL_MS) return;
		this.toldAt = this.now();
		const { size: rollouts, steps, groups } = this.index;
		this.tell({ read, total: this.total, steps, rollouts, groups, format });
	}
}
