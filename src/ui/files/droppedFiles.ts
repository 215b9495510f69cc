import type { NamedFile } from "../../workers/filesApi";

/** Files that a system leaves in folders, and that nobody means. */
const IGNORED = /(^|\/)(\.[^/]*|Thumbs\.db|STABLE)$/;

/** Files that were chosen in a dialog, a folder's with their path. */
export function filesOfInput({ files }: HTMLInputElement): NamedFile[] {
	return meant([...(files ?? [])].map((file) => ({ name: file.webkitRelativePath || file.name, file })));
}

/** Files of a drop, those in dropped folders included. */
export async function filesOfDrop(transfer: DataTransfer): Promise<NamedFile[]> {
	// What a drop holds is gone after the event: everything is asked for at once.
	const found = [...transfer.items].map((item) => {
		const entry = item.webkitGetAsEntry();
		return entry ? filesBelow(entry) : withoutEntry(item.getAsFile());
	});
	return meant((await Promise.all(found)).flat());
}

/** A file that lies in no folder, such as one that a script made. */
const withoutEntry = async (file: File | null): Promise<NamedFile[]> => (file ? [{ name: file.name, file }] : []);

const meant = (files: readonly NamedFile[]) => files.filter(({ name }) => !IGNORED.test(name));

async function filesBelow(entry: FileSystemEntry): Promise<NamedFile[]> {
	const name = entry.fullPath.replace(/^\//, "");
	if (entry.isFile) {
		const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
		return [{ name, file }];
	}
	const reader = (entry as FileSystemDirectoryEntry).createReader();
	const below: FileSystemEntry[] = [];
	// A reader gives at most a hundred entries at a time, and none at the end.
	for (;;) {
		const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
		if (some.length === 0) break;
		below.push(...some);
	}
	return (await Promise.all(below.map(filesBelow))).flat();
}
