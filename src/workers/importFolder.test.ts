import { describe, expect, it } from "vitest";
import { sha256 } from "../engine/core/sha256";
import { encodeUtf8 } from "../engine/core/utf8";
import { memoryFolder, memoryLocks } from "../testing/memoryFolder";
import { hashInPieces, hashOf } from "./fileHash";
import { type HashedFile, ImportFolder } from "./importFolder";

const going = new AbortController().signal;
const about = { title: "a title", about: "what it is" };
const fileOf = (text: string, name = `${text}.jsonl`): HashedFile => ({
	name,
	file: new File([text], name),
	hash: sha256(encodeUtf8(text)),
});

interface Browser {
	readonly root?: FileSystemDirectoryHandle;
	readonly locks?: LockManager;
	readonly granted?: number;
}

/** A tab of a browser whose clock goes on by one with each look. */
let time = 0;
const tab = ({ root = memoryFolder(), locks = memoryLocks(), granted }: Browser = {}) =>
	new ImportFolder({ directory: async () => root, granted: async () => granted, locks, now: () => ++time });

async function textsOf(folder: ImportFolder, id: string): Promise<string[]> {
	const files = (await folder.files(id)) ?? [];
	return Promise.all(files.map(({ file }) => file.text()));
}

describe("the hash of a file", () => {
	it("is its SHA-256, at once and in pieces of any size", async () => {
		const file = new File(["abc"], "a");
		const known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
		expect(await hashOf(file, going)).toBe(known);
		for (const piece of [1, 2, 3, 9]) {
			const told: number[] = [];
			expect(await hashInPieces(file, going, (read) => void told.push(read), piece)).toBe(known);
			expect(told).toEqual([1, 2, 3].filter((read) => read % piece === 0 || read === 3));
		}
		await expect(hashInPieces(file, { aborted: true })).rejects.toThrow("Cancelled");
		await expect(hashOf(file, { aborted: true })).rejects.toThrow("Cancelled");
	});
});

describe("files that the browser keeps", () => {
	it("tell how much of them has been copied, and of one that is there already nothing", async () => {
		const folder = tab();
		const files = [fileOf("one"), fileOf("three")];
		const told: number[][] = [];
		const keep = () => folder.keep(files, [], about, going, (...progress) => void told.push(progress));
		expect([await keep(), await keep()]).toEqual(["kept", "kept"]);
		expect(told).toEqual([
			[3, 8],
			[8, 8],
		]);
	});

	it("are there for the next page, with what is known of them, the one opened last first", async () => {
		const root = memoryFolder();
		const before = tab({ root });
		expect(await before.keep([fileOf("one"), fileOf("two")], [fileOf("tok", "tokenizer.json")], about, going)).toBe(
			"kept",
		);
		expect(await before.keep([fileOf("three")], [], { ...about, title: "3" }, going)).toBe("kept");
		const [last, first] = await tab({ root }).list(null);
		expect([last?.title, first?.title]).toEqual(["3", "a title"]);
		expect(last?.id).toBe(sha256(encodeUtf8("three")).slice(0, 16));
		expect(first).toMatchObject({ ...about, size: 9, here: false, elsewhere: false });
		expect(first?.files.map(({ name }) => name)).toEqual(["one.jsonl", "two.jsonl", "tokenizer.json"]);
		const opened = await tab({ root }).open(first!.id);
		expect(await Promise.all(opened!.files.map(({ file }) => file.text()))).toEqual(["one", "two", "tok"]);
		expect((await before.list(null)).map(({ title }) => title)).toEqual(["a title", "3"]);
	});

	it("are found while another tab writes their description anew", async () => {
		const root = memoryFolder();
		await tab({ root }).keep([fileOf("one")], [], about, going);
		const imports = await root.getDirectoryHandle("imports");
		const { getFileHandle } = imports;
		let swaps = 0;
		imports.getFileHandle = async (...args) => {
			const handle = await getFileHandle(...args);
			const getFile = async () => {
				if (swaps-- > 0) throw new DOMException("It was swapped.", "NotReadableError");
				return handle.getFile();
			};
			return Object.assign(Object.create(handle) as FileSystemFileHandle, { getFile });
		};
		swaps = 2;
		const [found] = await tab({ root }).list(null);
		expect(found?.title).toBe("a title");
		swaps = 2;
		expect((await tab({ root }).open(found!.id))?.files.length).toBe(1);
	});

	it.each([
		["NotReadableError", "changed"],
		["NoModificationAllowedError", "blocked"],
	])("are told from such as changed after they were opened (%s)", async (name, kept) => {
		const root = memoryFolder((written) => {
			if (!written.endsWith(".json")) throw new DOMException("no", name);
		});
		const one = fileOf("one");
		if (kept === "changed")
			one.file.slice = () =>
				Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new DOMException("no", name)) });
		expect(await tab({ root }).keep([one], [], about, going)).toBe(kept);
		expect(await tab({ root }).list(null)).toEqual([]);
	});

	it("are stored once, however often and in whatever order they are opened", async () => {
		const written: string[] = [];
		const folder = tab({ root: memoryFolder((name) => void written.push(name)) });
		await folder.keep([fileOf("one"), fileOf("two")], [], about, going);
		expect(await folder.keep([fileOf("two"), fileOf("one")], [], { ...about, title: "again" }, going)).toBe("kept");
		expect(written.filter((name) => !name.endsWith(".json"))).toHaveLength(2);
		expect((await folder.list(null)).map(({ title }) => title)).toEqual(["again"]);
	});

	it("make room from the oldest on, but not those that a tab reads", async () => {
		const [root, locks] = [memoryFolder(), memoryLocks()];
		const folder = tab({ root, locks, granted: 20 });
		for (const text of ["aaa", "bbb", "ccc"]) await folder.keep([fileOf(text)], [], { ...about, title: text }, going);
		const reader = await tab({ root, locks, granted: 20 }).open(sha256(encodeUtf8("aaa")).slice(0, 16));
		await folder.keep([fileOf("ddddd")], [], { ...about, title: "d" }, going);
		expect((await folder.list(null)).map(({ title }) => title)).toEqual(["d", "aaa"]);
		expect(await folder.keep([fileOf("eeeeeeeeee")], [], about, going)).toBe("full");
		reader!.release();
		expect(await folder.keep([fileOf("eeeeeeeeeee")], [], about, going)).toBe("too-large");
		expect(await folder.keep([fileOf("eeeeeeeeee")], [], { ...about, title: "e" }, going)).toBe("kept");
		expect((await folder.list(null)).map(({ title }) => title)).toEqual(["e"]);
	});

	it("stay when another one cannot be kept", async () => {
		const browser = { root: memoryFolder(), locks: memoryLocks(), granted: 20 };
		const folder = tab(browser);
		for (const text of ["aaa", "bbb", "cc"]) await folder.keep([fileOf(text)], [], { ...about, title: text }, going);
		await tab(browser).open(sha256(encodeUtf8("aaa")).slice(0, 16));
		expect(await folder.keep([fileOf("eeeeeeeeee")], [], about, going)).toBe("full");
		expect((await folder.list(null)).map(({ title }) => title)).toEqual(["aaa", "cc", "bbb"]);
	});

	it("leave nothing of a tokenizer that another took the place of, unless a tab reads it", async () => {
		const browser = { root: memoryFolder(), locks: memoryLocks() };
		const folder = tab(browser);
		const id = sha256(encodeUtf8("a")).slice(0, 16);
		const keep = (tokenizer: string) => folder.keep([fileOf("a")], [fileOf(tokenizer)], about, going);
		const stored = async () => {
			const names: string[] = [];
			for await (const name of (await (await browser.root.getDirectoryHandle("imports")).getDirectoryHandle(id)).keys())
				names.push(name);
			return names.sort();
		};
		const hashes = (...texts: string[]) => texts.map((text) => sha256(encodeUtf8(text))).sort();
		await keep("tokenizer");
		const reader = await tab(browser).open(id);
		await keep("another");
		expect(await stored()).toEqual(hashes("a", "tokenizer", "another"));
		reader!.release();
		await Promise.resolve();
		await keep("a third");
		expect(await stored()).toEqual(hashes("a", "a third"));
	});

	it("cannot be deleted while this or another tab reads them", async () => {
		const browser = { root: memoryFolder(), locks: memoryLocks() };
		const [one, two] = [tab(browser), tab(browser)];
		await one.keep([fileOf("a")], [], about, going);
		const { id } = (await one.list(null))[0]!;
		const reader = await two.open(id);
		expect(await one.list(null)).toMatchObject([{ here: false, elsewhere: true }]);
		expect(await two.list(id)).toMatchObject([{ here: true, elsewhere: false }]);
		expect(await one.forget(id)).toBe(false);
		expect(await textsOf(two, id)).toEqual(["a"]);
		reader!.release();
		await Promise.resolve();
		expect(await one.forget(id)).toBe(true);
		expect(await two.open(id)).toBeNull();
		expect(await two.list(null)).toEqual([]);
	});

	it("are whole or not there: a copy that was interrupted or found no room leaves nothing", async () => {
		let fail: Error | null = null;
		const root = memoryFolder((name) => {
			if (fail && !name.endsWith(".json")) throw fail;
		});
		const folder = tab({ root });
		fail = new DOMException("There is no room.", "QuotaExceededError");
		expect(await folder.keep([fileOf("a")], [], about, going)).toBe("full");
		fail = new DOMException("Not here.", "SecurityError");
		expect(await folder.keep([fileOf("a")], [], about, going)).toBe("blocked");
		fail = null;
		const stopped = new AbortController();
		stopped.abort();
		expect(await folder.keep([fileOf("a")], [], about, stopped.signal)).toBe("cancelled");
		const names: string[] = [];
		for await (const name of (await root.getDirectoryHandle("imports")).keys()) names.push(name);
		expect(names).toEqual([]);
		expect(await folder.list(null)).toEqual([]);
	});

	it("are copied in pieces, the same bytes, until they are closed", async () => {
		const bytes = Uint8Array.from({ length: 2 ** 23 + 5 }, (_, i) => (i * 31) % 251);
		const large = { name: "large", file: new File([bytes], "large"), hash: sha256(bytes) };
		const root = memoryFolder();
		const folder = tab({ root });
		const told: number[] = [];
		const stop = new AbortController();
		const closed = (written: number) => {
			told.push(written);
			if (told.length === 2) stop.abort();
		};
		expect(await folder.keep([large], [], about, stop.signal, closed)).toBe("cancelled");
		expect(told).toEqual([2 ** 22, 2 ** 23]);
		expect(await folder.list(null)).toEqual([]);
		expect(await folder.keep([large], [], about, going)).toBe("kept");
		const [kept] = (await folder.files(large.hash.slice(0, 16))) ?? [];
		expect(sha256(new Uint8Array(await kept!.file.arrayBuffer()))).toBe(large.hash);
	});

	it("are not kept where the browser keeps nothing, and a description that is damaged is left out", async () => {
		const none = new ImportFolder({
			directory: () => Promise.reject(new DOMException("No.", "SecurityError")),
			granted: async () => undefined,
			now: () => 0,
		});
		expect(await none.keep([fileOf("a")], [], about, going)).toBe("blocked");
		expect([await none.list(null), await none.open("a"), await none.forget("a")]).toEqual([[], null, true]);
		const root = memoryFolder();
		const folder = tab({ root });
		await folder.keep([fileOf("a")], [], about, going);
		const imports = await root.getDirectoryHandle("imports");
		const bad = await (await imports.getFileHandle("bad.json", { create: true })).createWritable();
		await bad.write(new Blob(['{"title":7}']));
		await bad.close();
		expect(await folder.list(null)).toHaveLength(1);
	});
});
