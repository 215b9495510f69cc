import { sha256 } from "../engine/core/sha256";
import { encodeUtf8 } from "../engine/core/utf8";
import type { Done, Keeping, KeptFile, NamedFile, StoredImport } from "./filesApi";

/** Most bytes of files that are kept, all together; older ones make room. Half of what the browser grants, if that is less. */
const MOST_BYTES = 2 * 2 ** 30;
const MOST_IMPORTS = 50;
/** Bytes copied at a time: a cancel waits for one such piece. */
const PIECE = 4 * 2 ** 20;
/** Digits of the name of an import: of the hash of its files. */
const ID_DIGITS = 16;
/** Held by whoever changes what is kept. */
const CHANGING = "ascribe-imports";
/** Held, shared, by every tab that reads a kept import. */
const READING = "ascribe-import ";

/** What the browser offers; in a worker that is `navigator`. */
export interface Keeper {
	/** Rejects where the browser keeps nothing for this page. */
	directory(): Promise<FileSystemDirectoryHandle>;
	/** Bytes that may be stored; undefined where the browser does not say. */
	granted(): Promise<number | undefined>;
	/** Absent where the browser has no locks: then two tabs are not kept apart. */
	readonly locks?: LockManager;
	/** Milliseconds since 1970. */
	now(): number;
}

/** A file with what is known of it. */
export type HashedFile = NamedFile & Pick<KeptFile, "hash">;

/**
 * Files that a person opened before, in the browser's own file system: a folder for each import, its files by their hash, and beside it a
 * description, which is written last. A copy that was interrupted has none, and is swept away with the next change. An import is named after
 * what its files hold, so opening the same again stores nothing twice.
 */
export class ImportFolder {
	constructor(private readonly keeper: Keeper) {}

	/** Everything that is kept, the one opened last first. Descriptions that cannot be read are left out. */
	async list(own: string | null): Promise<StoredImport[]> {
		const folder = await this.folder();
		if (!folder) return [];
		const readers = await this.readers();
		const found = await descriptions(folder);
		return found.map((one) => {
			const here = one.id === own;
			return { ...one, here, elsewhere: readers(one.id) > (here ? 1 : 0) };
		});
	}

	/** Copies files into the browser's storage, or marks them as opened now if they are there. */
	async keep(
		rollouts: readonly HashedFile[],
		others: readonly HashedFile[],
		about: Pick<StoredImport, "title" | "about">,
		signal: AbortSignal,
		onProgress: Done = () => {},
	): Promise<Keeping> {
		const folder = await this.folder();
		if (!folder) return "blocked";
		const id = importId(rollouts);
		const files = [...rollouts, ...others];
		return this.alone(async () => {
			const size = sum(files.map(({ file }) => file.size));
			const room = Math.min(MOST_BYTES, ((await this.keeper.granted()) ?? Number.POSITIVE_INFINITY) / 2);
			if (size > room) return "too-large";
			await this.sweep(folder);
			if (!(await this.makeRoom(folder, id, room - size))) return "full";
			try {
				const home = await folder.getDirectoryHandle(id, { create: true });
				let done = 0;
				for (const { hash, file } of files) {
					await copy(home, hash, file, signal, (written) => onProgress(done + written, size));
					done += file.size;
				}
				const kept = files.map(({ name, hash, file }) => ({ name, hash, size: file.size }));
				await writeDescription(folder, { id, ...about, files: kept, size, openedAt: this.keeper.now() });
				await this.prune(home, id, new Set(files.map(({ hash }) => hash)));
				return "kept";
			} catch (error) {
				await this.sweep(folder);
				if (signal.aborted) return "cancelled";
				if ((error as Error).name === "QuotaExceededError") return "full";
				return (await Promise.all(files.map(canBeRead))).every(Boolean) ? "blocked" : "changed";
			}
		});
	}

	/**
	 * The files of an import, which no tab can delete until `release` is called. It counts as opened now.
	 * @returns null when it is gone or damaged.
	 */
	async open(id: string): Promise<{ readonly files: HashedFile[]; readonly release: () => void } | null> {
		const release = await this.hold(id);
		const files = await this.files(id);
		if (!files) {
			release();
			return null;
		}
		const folder = await this.folder();
		await this.alone(async () => {
			const found = folder && (await descriptionOf(folder, id));
			if (found) await writeDescription(folder, { ...found, openedAt: this.keeper.now() });
			// A full storage costs only the order in which imports make room.
		}).catch(() => undefined);
		return { files, release };
	}

	/** The files of an import as they are stored; null when one is gone or damaged. */
	async files(id: string): Promise<HashedFile[] | null> {
		try {
			const folder = await this.folder();
			const found = folder && (await descriptionOf(folder, id));
			if (!found) return null;
			const home = await folder.getDirectoryHandle(id);
			const files = found.files.map(async ({ name, hash, size }) => {
				const file = await (await home.getFileHandle(hash)).getFile();
				if (file.size !== size) throw new Error(`${name} is cut.`);
				return { name, hash, file };
			});
			return await Promise.all(files);
		} catch {
			return null;
		}
	}

	/** Deletes an import. @returns false while a tab reads it. */
	async forget(id: string): Promise<boolean> {
		const folder = await this.folder();
		return folder === null || this.alone(() => this.remove(folder, id));
	}

	/** Keeps every tab from deleting an import until what it returns is called. */
	hold(id: string): Promise<() => void> {
		const { locks } = this.keeper;
		if (!locks) return Promise.resolve(() => undefined);
		return new Promise((resolve, reject) => {
			const held = () => new Promise<void>((release) => resolve(release));
			locks.request(READING + id, { mode: "shared" }, held).catch(reject);
		});
	}

	private async folder(): Promise<FileSystemDirectoryHandle | null> {
		try {
			return await (await this.keeper.directory()).getDirectoryHandle("imports", { create: true });
		} catch {
			return null;
		}
	}

	/** One change at a time, over all tabs. */
	private alone<T>(change: () => Promise<T>): Promise<T> {
		const { locks } = this.keeper;
		return locks ? locks.request(CHANGING, change).then((result) => result) : change();
	}

	/** Removes an import that nobody reads; whoever wants to read it meanwhile finds it gone. */
	private async remove(folder: FileSystemDirectoryHandle, id: string): Promise<boolean> {
		const erase = async () => {
			await folder.removeEntry(`${id}.json`).catch(() => undefined);
			await folder.removeEntry(id, { recursive: true }).catch(() => undefined);
			return true;
		};
		const { locks } = this.keeper;
		if (!locks) return erase();
		return locks.request(READING + id, { ifAvailable: true }, async (lock) => (lock ? erase() : false));
	}

	/** How many tabs read an import, by its name. */
	private async readers(): Promise<(id: string) => number> {
		const held = (await this.keeper.locks?.query())?.held ?? [];
		return (id) => held.filter(({ name }) => name === READING + id).length;
	}

	/**
	 * Lets the oldest go until others take at most `room` bytes.
	 * @returns false where those that are read leave too little; then none goes.
	 */
	private async makeRoom(folder: FileSystemDirectoryHandle, id: string, room: number): Promise<boolean> {
		const readers = await this.readers();
		const others = (await descriptions(folder)).filter((one) => one.id !== id);
		if (sum(others.filter((one) => readers(one.id) > 0).map((one) => one.size)) > room) return false;
		let size = sum(others.map((one) => one.size));
		let count = others.length;
		for (const oldest of others.reverse()) {
			if (size <= room && count < MOST_IMPORTS) break;
			if (!(await this.remove(folder, oldest.id))) continue;
			size -= oldest.size;
			count -= 1;
		}
		return size <= room;
	}

	/** Removes files of an import that it no longer lists, such as a tokenizer of before, unless a tab reads them. */
	private async prune(home: FileSystemDirectoryHandle, id: string, listed: ReadonlySet<string>): Promise<void> {
		const erase = async () => {
			const names: string[] = [];
			for await (const name of home.keys()) names.push(name);
			for (const name of names) if (!listed.has(name)) await home.removeEntry(name).catch(() => undefined);
		};
		const { locks } = this.keeper;
		if (!locks) return erase();
		await locks.request(READING + id, { ifAvailable: true }, async (lock) => (lock ? erase() : undefined));
	}

	/** Removes what copies that did not end have left. */
	private async sweep(folder: FileSystemDirectoryHandle): Promise<void> {
		const names = new Set<string>();
		for await (const name of folder.keys()) names.add(name);
		for (const name of names)
			if (!name.endsWith(".json") && !names.has(`${name}.json`))
				await folder.removeEntry(name, { recursive: true }).catch(() => undefined);
	}
}

type Description = Omit<StoredImport, "here" | "elsewhere">;

/** Name of an import. The same files have the same name, in whatever order they came. */
export function importId(files: readonly HashedFile[]): string {
	const hashes = files.map(({ hash }) => hash).sort();
	return (hashes.length === 1 ? hashes[0]! : sha256(encodeUtf8(hashes.join("\n")))).slice(0, ID_DIGITS);
}

async function descriptions(folder: FileSystemDirectoryHandle): Promise<Description[]> {
	const found: Description[] = [];
	for await (const name of folder.keys()) {
		const one = name.endsWith(".json") ? await descriptionOf(folder, name.slice(0, -".json".length)) : null;
		if (one) found.push(one);
	}
	return found.sort((a, b) => b.openedAt - a.openedAt);
}

/** A tab that opens an import writes its description anew, which ends a reading of it: it is begun again this many times. */
const READINGS = 5;

/** What a small file of the folder holds; null when it is gone. */
async function textOf(folder: FileSystemDirectoryHandle, name: string): Promise<string | null> {
	for (let reading = 0; reading < READINGS; reading++) {
		try {
			return await (await (await folder.getFileHandle(name)).getFile()).text();
		} catch {
			// Replaced between the handle and the last byte, or gone: the next reading tells.
		}
	}
	return null;
}

/** Whether a file is still what was opened. */
const canBeRead = ({ file }: HashedFile): Promise<boolean> =>
	file
		.slice(0, 1)
		.arrayBuffer()
		.then(
			() => true,
			() => false,
		);

async function descriptionOf(folder: FileSystemDirectoryHandle, id: string): Promise<Description | null> {
	try {
		const text = await textOf(folder, `${id}.json`);
		if (text === null) return null;
		const found = JSON.parse(text) as Partial<Description>;
		const whole =
			typeof found.title === "string" &&
			typeof found.about === "string" &&
			Number.isFinite(found.size) &&
			Number.isFinite(found.openedAt) &&
			Array.isArray(found.files);
		return whole ? ({ ...found, id } as Description) : null;
	} catch {
		return null;
	}
}

const writeDescription = (folder: FileSystemDirectoryHandle, description: Description): Promise<void> =>
	write(folder, `${description.id}.json`, new Blob([JSON.stringify(description)]));

/** A file of the right length under its hash is the file. */
async function copy(
	home: FileSystemDirectoryHandle,
	hash: string,
	file: Blob,
	signal: AbortSignal,
	tell: (written: number) => void,
): Promise<void> {
	const there = await home.getFileHandle(hash).then(
		async (handle) => (await handle.getFile()).size === file.size,
		() => false,
	);
	if (!there) await write(home, hash, file, signal, tell);
}

/**
 * Writes a file whole or not at all: the browser swaps it in when the last byte is there. It takes the bytes from where they lie, so that none
 * of them comes into the memory of the page.
 */
async function write(
	home: FileSystemDirectoryHandle,
	name: string,
	content: Blob,
	signal?: AbortSignal,
	tell: (written: number) => void = () => {},
): Promise<void> {
	const target = await (await home.getFileHandle(name, { create: true })).createWritable();
	try {
		for (let at = 0; at < content.size; at += PIECE) {
			signal?.throwIfAborted();
			await target.write(content.slice(at, at + PIECE));
			tell(Math.min(content.size, at + PIECE));
		}
		signal?.throwIfAborted();
		await target.close();
	} catch (error) {
		await target.abort().catch(() => undefined);
		throw error;
	}
}

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
