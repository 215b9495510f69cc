import { createStore } from "zustand/vanilla";
import type { Done, FilesApi, Keeping, NamedFile, StoredImport } from "../../workers/filesApi";
import { isEmbedded } from "../embedded";
import { download } from "../figures/download";
import { remember, remembered } from "../remembered";
import { refresh } from "./keepRuns";

/** Files that the browser keeps for this page. */
export interface Imports {
	/** The one opened last first. */
	readonly list: readonly StoredImport[];
	/** The person wants files that they open to be kept. */
	readonly wish: boolean;
	/** What goes on with the files on screen, and how much of it is done, 0 to 1; null: nothing. */
	readonly work: { readonly what: "hashing" | "copying"; readonly done: number } | null;
	/** Why the files on screen are not kept, or what was asked for did not happen; empty while all is well. */
	readonly problem: "" | Exclude<Keeping, "kept" | "cancelled"> | Refusal;
}

/** What became of kept files meanwhile: they were deleted, another tab reads them, or the browser could not read them. */
type Refusal = "gone" | "held" | "unreadable";

const WISH = "ascribe.keep-files/1";
type Keeper = Pick<FilesApi, "imports" | "keep" | "forget" | "importFiles">;
let files: Keeper | null = null;

export const importsStore = createStore<Imports>(() => ({
	list: [],
	wish: remembered(WISH) !== "no",
	work: null,
	problem: "",
}));

/** Takes the worker that keeps files. */
export function connectImports(api: Keeper): void {
	files = api;
}

/** Reads again what is kept, by whichever tab. */
export async function refreshImports(): Promise<void> {
	if (files && !isEmbedded) importsStore.setState({ list: await files.imports() });
}

/** Keeps the files that are open, if that is wished. */
export async function keepOpened(about: Pick<StoredImport, "title" | "about">): Promise<void> {
	if (!files || isEmbedded || !importsStore.getState().wish) return;
	importsStore.setState({ problem: "" });
	const copying = startWork("copying");
	// Files that were closed or can no longer be read reject.
	const kept = await files
		.keep(about, copying.tell)
		.catch((error: unknown) => NOT_KEPT[(error as Error).name] ?? "blocked");
	copying.end();
	importsStore.setState({ problem: kept === "kept" || kept === "cancelled" ? "" : kept });
	await refreshAll();
}

/** Errors cross the border of a worker with their name: input that is wrong is a file that is no longer what was opened. */
const NOT_KEPT: Readonly<Record<string, Keeping>> = { Cancelled: "cancelled", InvalidInput: "changed" };

/** Shows the progress of long work, from its first report until `end` is called. */
export function startWork(what: NonNullable<Imports["work"]>["what"]): { readonly tell: Done; end(): void } {
	let going = true;
	return {
		// Reports from the worker may arrive after its answer.
		tell: (done, total) =>
			going ? importsStore.setState({ work: { what, done: done / Math.max(1, total) } }) : undefined,
		end: () => {
			going = false;
			importsStore.setState({ work: null });
		},
	};
}

export function setWish(wish: boolean): void {
	remember(WISH, wish ? "" : "no");
	importsStore.setState({ wish, ...(wish ? {} : { problem: "" }) });
}

/** The import that holds a file whose hash begins so; null where none does. */
export async function keptImportWith(hash: string): Promise<StoredImport | null> {
	await refreshImports();
	const holds = (one: StoredImport) => one.files.some((file) => file.hash.startsWith(hash));
	return importsStore.getState().list.find(holds) ?? null;
}

export async function forgetImport({ id }: StoredImport): Promise<void> {
	const forgotten = await files?.forget(id).catch(() => false);
	importsStore.setState({ problem: forgotten === false ? "held" : "" });
	await refreshAll();
}

/** What is used of the storage stands beside the runs. */
async function refreshAll(): Promise<void> {
	await Promise.all([refreshImports(), refresh()]);
}

/** Saves what is kept as it was opened: one file as itself, several as an archive. */
export async function saveImport(one: StoredImport): Promise<void> {
	importsStore.setState({ problem: await saved(one).catch(() => "unreadable" as const) });
	await refreshImports();
}

async function saved({ id, title }: StoredImport): Promise<Imports["problem"]> {
	const found = (await files?.importFiles(id)) ?? [];
	const [only] = found;
	if (!only) return "gone";
	if (found.length === 1) download(only.name.split("/").at(-1) as string, only.file, "application/octet-stream");
	else download(`${fileNameOf(title)}.zip`, await archiveOf(found), "application/zip");
	return "";
}

/** Letters and digits of any script stay; `rollouts` where there are none. */
const fileNameOf = (title: string): string =>
	title.replaceAll(/[^\p{L}\p{M}\p{N}_]+/gu, "-").replaceAll(/^-|-$/g, "") || "rollouts";

/** Most bytes of an archive: it is put together in memory, and larger ones are not read either. */
export const LARGEST_ARCHIVE = 2 ** 29;

/** Names of files, those that are there twice with a number before their end: `1.jsonl`, `1 (2).jsonl`. */
function uniqueNames(names: readonly string[]): string[] {
	const taken = new Set<string>();
	return names.map((name) => {
		const [, stem = name, end = ""] = /^(.*?)(\.[^./]*)?$/s.exec(name) ?? [];
		let own = name;
		for (let i = 2; taken.has(own); i++) own = `${stem} (${i})${end}`;
		taken.add(own);
		return own;
	});
}

async function archiveOf(found: readonly NamedFile[]): Promise<Blob> {
	const { Zip, ZipPassThrough } = await import("fflate");
	const pieces: Uint8Array<ArrayBuffer>[] = [];
	const zip = new Zip((_, piece) => void pieces.push(piece as Uint8Array<ArrayBuffer>));
	const names = uniqueNames(found.map(({ name }) => name));
	for (const [i, { file }] of found.entries()) {
		const member = new ZipPassThrough(names[i]!);
		zip.add(member);
		member.push(new Uint8Array(await file.arrayBuffer()), true);
	}
	zip.end();
	return new Blob(pieces, { type: "application/zip" });
}
