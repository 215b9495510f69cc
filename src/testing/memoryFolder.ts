/** A folder in memory with what is used of the browser's own file system. @param write called before each write; may throw. */
export function memoryFolder(write: (name: string) => void = () => undefined): FileSystemDirectoryHandle {
	const files = new Map<string, Blob>();
	const folders = new Map<string, FileSystemDirectoryHandle>();
	const missing = (name: string) => new DOMException(`There is no ${name}.`, "NotFoundError");
	const fileHandle = (name: string) => ({
		kind: "file",
		name,
		getFile: async () => new File([files.get(name)!], name),
		createWritable: async () => {
			const pieces: Blob[] = [];
			return {
				write: async (piece: Blob) => {
					write(name);
					pieces.push(piece);
				},
				close: async () => void files.set(name, new Blob(pieces)),
				abort: async () => undefined,
			};
		},
	});
	const handle = {
		kind: "directory",
		getDirectoryHandle: async (name: string, { create = false } = {}) => {
			if (!folders.has(name)) {
				if (!create) throw missing(name);
				folders.set(name, memoryFolder(write));
			}
			return folders.get(name)!;
		},
		getFileHandle: async (name: string, { create = false } = {}) => {
			if (!files.has(name)) {
				if (!create) throw missing(name);
				files.set(name, new Blob([]));
			}
			return fileHandle(name);
		},
		removeEntry: async (name: string) => {
			if (!files.delete(name) && !folders.delete(name)) throw missing(name);
		},
		keys: async function* () {
			yield* [...folders.keys(), ...files.keys()];
		},
	};
	return handle as unknown as FileSystemDirectoryHandle;
}

/** Locks in memory, shared by those who are given the same ones, with what is used of the browser's. */
export function memoryLocks(): LockManager {
	const held: { name: string; mode: LockMode }[] = [];
	const waiting: (() => void)[] = [];
	const free = (name: string, mode: LockMode) =>
		held.every((other) => other.name !== name || (mode === "shared" && other.mode === "shared"));
	const request = async (name: string, ...rest: unknown[]) => {
		const work = rest.at(-1) as (lock: Lock | null) => Promise<unknown>;
		const { mode = "exclusive", ifAvailable = false } = (rest.length > 1 ? rest[0] : {}) as LockOptions;
		while (!free(name, mode)) {
			if (ifAvailable) return work(null);
			await new Promise<void>((resolve) => waiting.push(resolve));
		}
		const lock = { name, mode };
		held.push(lock);
		try {
			return await work(lock);
		} finally {
			held.splice(held.indexOf(lock), 1);
			for (const wake of waiting.splice(0)) wake();
		}
	};
	return { request, query: async () => ({ held: [...held], pending: [] }) } as unknown as LockManager;
}
