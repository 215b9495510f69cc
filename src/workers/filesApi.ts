import type { Channel } from "../engine/formats/importers/importer";
import type { ReportCard } from "../engine/formats/importers/reportCard";
import type { Finding } from "../engine/lint/check";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";

/** A file that a person dropped or chose; the name keeps the folders it came in. */
export interface NamedFile {
	readonly name: string;
	readonly file: File;
}

/** How far the reading is; the first word with `groups` > 0 means that something can be shown. */
export interface FilesProgress {
	readonly read: number;
	readonly total: number;
	readonly steps: number;
	readonly rollouts: number;
	readonly groups: number;
	/** What the files turned out to be. */
	readonly format: string;
}

/** How much of a long work over files is done, in bytes. */
export type Done = (done: number, total: number) => void;

/** What was opened. */
export interface FilesReport {
	/** Format of each kind of file that was read. */
	readonly formats: readonly { readonly id: string; readonly title: string; readonly about: string }[];
	readonly card: ReportCard;
	/** Ids of methods that would answer if a channel that the files lack were there, by that channel. */
	readonly refused: Readonly<Partial<Record<Channel, readonly string[]>>>;
	/** Sentences: what was left out and why. */
	readonly warnings: readonly string[];
	/** Rollouts that are kept in memory: those whose tokens Credit Lint looks at; groups are looked at in all. */
	readonly linted: number;
	/** What cuts rollouts that are text alone; null: they are cut into words. */
	readonly tokenizer: { readonly name: string; readonly size: number } | null;
}

/** Columns of the rollout table, one entry a rollout. Texts of files are as they are shown: controls in them are marks. */
export interface FilesTable {
	readonly ids: readonly string[];
	/** NaN where the source has none. */
	readonly step: Float64Array;
	readonly group: Int32Array;
	readonly reward: Float64Array;
	readonly length: Int32Array;
	readonly limited: Uint8Array;
	/** Names of the tools that each called, set apart by spaces. */
	readonly tools: readonly string[];
}

/** Rollouts of a step as the panels read them. */
export interface FilesStep {
	/** Token ids of prompts and responses are places in `names`; group ids are those of the table. */
	readonly batch: RolloutBatch;
	/** Rows of the table. */
	readonly rows: readonly number[];
	/** Printable tokens. */
	readonly names: readonly string[];
	readonly step: number | null;
	/** Groups that the step has; more than the batch has where the step is too large to be shown at once. */
	readonly groupsInStep: number;
	/** The credit that the source computed, if it did. */
	readonly theirs: CreditResult | null;
}

/** A file of an import, with its SHA-256 as 64 hexadecimal digits. */
export interface KeptFile {
	readonly name: string;
	readonly hash: string;
	/** Bytes. */
	readonly size: number;
}

/** A file that is open. Its rollouts are rows [first, end) of the table. */
export interface OpenFile extends KeptFile {
	readonly first: number;
	readonly end: number;
}

/** Files that were opened together and that the browser keeps. */
export interface StoredImport {
	readonly id: string;
	/** Name of the file, or of the folder. */
	readonly title: string;
	/** What it holds, for people. */
	readonly about: string;
	readonly files: readonly KeptFile[];
	/** Bytes. */
	readonly size: number;
	/** Milliseconds since 1970. */
	readonly openedAt: number;
	/** This page reads it now; another tab does. While either holds it cannot be deleted. */
	readonly here: boolean;
	readonly elsewhere: boolean;
}

/** What became of the wish to keep files. `changed`: one of them is no longer what was opened, or is gone. */
export type Keeping = "kept" | "full" | "blocked" | "too-large" | "changed" | "cancelled";

/** Files of rollouts in a worker of their own; nothing leaves the machine. A call that fails rejects with one sentence. */
export interface FilesApi {
	/**
	 * Reads files; what was open before is closed. A `tokenizer.json` among them cuts text without token ids, of these files and of later
	 * ones; alone, it has the files of before read again. Resolves when all is read, rejects when cancelled.
	 */
	open(files: readonly NamedFile[], onProgress: (progress: FilesProgress) => void): Promise<FilesReport>;
	/** Ends the reading and lets go of the files that are open. */
	cancel(): Promise<void>;
	/** The files that are open and hold rollouts, with their hashes, in the order in which rollouts are counted. */
	identify(onProgress: Done): Promise<OpenFile[]>;
	/** Keeps the files that are open in the browser. Like `identify` it ends with `cancel`, and when others are opened. */
	keep(about: Pick<StoredImport, "title" | "about">, onProgress: Done): Promise<Keeping>;
	/** What the browser keeps, the one opened last first. */
	imports(): Promise<StoredImport[]>;
	/** Opens files that the browser keeps, as `open` does. */
	openImport(id: string, onProgress: (progress: FilesProgress) => void): Promise<FilesReport>;
	/** The files of an import; null when it is gone. */
	importFiles(id: string): Promise<NamedFile[] | null>;
	/** Deletes an import. @returns false while a tab reads it. */
	forget(id: string): Promise<boolean>;
	table(): Promise<FilesTable>;
	/** The step of a group: whole if that is small enough, else the group alone. Works as soon as progress says that there is a group. */
	stepOf(group: number): Promise<FilesStep>;
	lint(): Promise<Finding[]>;
	/** All rollouts as a file of our own; the end of its name says which: .jsonl, .parquet or .csv. */
	save(name: string): Promise<Uint8Array<ArrayBuffer>>;
}
