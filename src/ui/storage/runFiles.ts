import type { Backend } from "../../workers/trainerApi";

/** What is known of a stored run without opening it. */
export interface StoredRun {
	readonly id: string;
	/** Name of the task, for people. */
	readonly title: string;
	readonly preset: string;
	readonly backend: Backend;
	/** Step that it had reached. */
	readonly step: number;
	/** Step of its checkpoint, from which it goes on; absent in what older versions stored. */
	readonly checkpoint?: number;
	readonly steps: number;
	/** Milliseconds since 1970. */
	readonly savedAt: number;
	/** Bytes. */
	readonly size: number;
}

/** Runs in the browser's own file system, one archive and one description each; null where the browser keeps nothing here. */
async function folder(): Promise<FileSystemDirectoryHandle | null> {
	try {
		return await (await navigator.storage.getDirectory()).getDirectoryHandle("runs", { create: true });
	} catch {
		return null;
	}
}

/** Another tab that trains a run replaces its files at any moment, which ends a reading: it is begun anew this many times. */
const READINGS = 5;

/** What a file of the folder holds now; null when it is gone. */
async function contentOf(dir: FileSystemDirectoryHandle | null, name: string): Promise<ArrayBuffer | null> {
	for (let reading = 0; dir && reading < READINGS; reading++) {
		try {
			return await (await (await dir.getFileHandle(name)).getFile()).arrayBuffer();
		} catch {
			// Replaced between the handle and the last byte, or gone: the next reading tells.
		}
	}
	return null;
}

/** Every stored run, newest first. Descriptions that cannot be read are left out. */
export async function storedRuns(): Promise<StoredRun[]> {
	const dir = await folder();
	if (!dir) return [];
	const runs: StoredRun[] = [];
	for await (const name of dir.keys()) {
		const bytes = name.endsWith(".json") ? await contentOf(dir, name) : null;
		const run = bytes && described(new TextDecoder().decode(bytes));
		if (run) runs.push(run);
	}
	return runs.sort((a, b) => b.savedAt - a.savedAt);
}

function described(text: string): StoredRun | null {
	try {
		const run = JSON.parse(text) as Partial<StoredRun>;
		const whole = typeof run.id === "string" && typeof run.title === "string" && typeof run.step === "number";
		return whole ? (run as StoredRun) : null;
	} catch {
		return null;
	}
}

/**
 * Writes a run over what was stored of it. A write that is interrupted leaves what was there before: the browser swaps whole files.
 * @returns "blocked" where nothing can be stored, as in some private windows; "full" when there is no room.
 */
export async function storeRun(run: Omit<StoredRun, "size">, bytes: Uint8Array): Promise<"kept" | "full" | "blocked"> {
	const dir = await folder();
	if (!dir) return "blocked";
	try {
		await write(dir, `${run.id}.zip`, bytes as Uint8Array<ArrayBuffer>);
		await write(dir, `${run.id}.json`, JSON.stringify({ ...run, size: bytes.length }));
		return "kept";
	} catch (error) {
		return (error as DOMException).name === "QuotaExceededError" ? "full" : "blocked";
	}
}

async function write(dir: FileSystemDirectoryHandle, name: string, content: string | Uint8Array<ArrayBuffer>) {
	const file = await (await dir.getFileHandle(name, { create: true })).createWritable();
	await file.write(content);
	await file.close();
}

/** The archive of a run; null when it is gone. */
export async function storedRunFile(id: string): Promise<Uint8Array<ArrayBuffer> | null> {
	const bytes = await contentOf(await folder(), `${id}.zip`);
	return bytes && new Uint8Array(bytes);
}

export async function deleteRun(id: string): Promise<void> {
	const dir = await folder();
	for (const name of [`${id}.json`, `${id}.zip`]) await dir?.removeEntry(name).catch(() => undefined);
}

/** Bytes that the page stores and may store; null where the browser does not say. */
export async function quota(): Promise<{ readonly used: number; readonly most: number } | null> {
	const { usage, quota: most } = (await navigator.storage?.estimate?.()) ?? {};
	return usage === undefined || most === undefined ? null : { used: usage, most };
}
