import { beforeEach, expect, it, vi } from "vitest";
import { memorySource } from "../../engine/formats/containers/byteSource";
import { importFile } from "../../engine/formats/importFile";
import type { FilesApi } from "../../workers/filesApi";
import { connectImports, forgetImport, importsStore, keepOpened, saveImport } from "./keepImports";

const download = vi.hoisted(() => vi.fn());
vi.mock("../figures/download", () => ({ download }));
vi.stubGlobal("navigator", {});

const failing = (name: string) => () => Promise.reject(Object.assign(new Error("no"), { name }));
const keeper = { imports: async () => [], keep: async () => "kept" as const, forget: async () => true };
const two = ["a", "b"].map((name) => ({ name, file: new File([name], name) }));
const kept = { id: "1", title: "", about: "", files: [], size: 2, openedAt: 0, here: false, elsewhere: false };

beforeEach(() => importsStore.setState(importsStore.getInitialState(), true));

it.each([
	["Cancelled", ""],
	["UnknownError", "blocked"],
	["InvalidInput", "changed"],
])("files that cannot be copied (%s) are said to be not kept, and nothing is thrown", async (name, problem) => {
	connectImports({ ...keeper, keep: failing(name), importFiles: async () => null });
	await keepOpened({ title: "a", about: "" });
	expect(importsStore.getState()).toMatchObject({ work: null, problem });
});

it("what another tab did meanwhile is said: files that it reads, or deleted, or that end while they are read", async () => {
	const problem = () => importsStore.getState().problem;
	connectImports({ ...keeper, forget: async () => false, importFiles: async () => null });
	await forgetImport(kept);
	expect(problem()).toBe("held");
	await saveImport(kept);
	expect(problem()).toBe("gone");
	const lost = two.map(({ name }) => ({ name, file: new File([name], name) }));
	lost[1]!.file.arrayBuffer = failing("NotFoundError");
	connectImports({ ...keeper, importFiles: async () => lost });
	await saveImport(kept);
	expect(problem()).toBe("unreadable");
	connectImports({ ...keeper, importFiles: failing("UnknownError") });
	await saveImport(kept);
	expect(problem()).toBe("unreadable");
	connectImports({ ...keeper, importFiles: async () => two });
	await forgetImport(kept);
	expect(problem()).toBe("");
});

it("how far a copy is stands on screen until it ends, and words that come late change nothing", async () => {
	const seen: unknown[] = [];
	let late = (_done: number, _total: number): void => undefined;
	const keep: FilesApi["keep"] = async (_, tell) => {
		tell(1, 4);
		seen.push(importsStore.getState().work);
		late = tell;
		return "kept";
	};
	connectImports({ ...keeper, keep, importFiles: async () => null });
	await keepOpened({ title: "a", about: "" });
	late(2, 4);
	expect([...seen, importsStore.getState().work]).toEqual([{ what: "copying", done: 0.25 }, null]);
});

it("an archive is named after its files in whatever script", async () => {
	connectImports({ ...keeper, importFiles: async () => two });
	for (const title of ["\u8f68\u8ff9: 2 files", "run_1: 2 files", "!?"]) await saveImport({ ...kept, title });
	expect(download.mock.calls.map(([name]) => name)).toEqual([
		"\u8f68\u8ff9-2-files.zip",
		"run_1-2-files.zip",
		"rollouts.zip",
	]);
});

it("an archive of files with one name holds them all, and reads back", async () => {
	const rows = [0, 1].map((i) => JSON.stringify({ id: `${i}`, tokens: [i], reward: i }));
	const twins = rows.map((row) => ({ name: "r/1.jsonl", file: new File([row], "1.jsonl") }));
	connectImports({ ...keeper, importFiles: async () => twins });
	await saveImport(kept);
	const [, zip] = download.mock.calls.at(-1) as [string, Blob];
	const { lines } = await importFile(memorySource("a.zip", new Uint8Array(await zip.arrayBuffer())));
	const [one, two] = ["a.zip/r/1.jsonl", "a.zip/r/1 (2).jsonl"];
	expect(lines.map(({ file, record }) => [file, record.id])).toEqual([
		[one, "0"],
		[two, "1"],
	]);
});
