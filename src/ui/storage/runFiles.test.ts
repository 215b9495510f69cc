import { expect, it, vi } from "vitest";
import { storedRunFile, storedRuns } from "./runFiles";

const gone = () => Promise.reject(new DOMException("gone", "NotFoundError"));
const replaced = () => Promise.reject(new DOMException("replaced", "NotReadableError"));
/** A file whose first `broken` readings end because another tab replaced it. */
const file = (text: string, broken = 0) => {
	let reading = 0;
	const arrayBuffer = () => (reading++ < broken ? replaced() : Promise.resolve(new TextEncoder().encode(text).buffer));
	return { getFile: async () => ({ arrayBuffer }) };
};

/** Files of the browser's folder of runs. */
function kept(files: Readonly<Record<string, ReturnType<typeof file>>>): void {
	const runs = {
		keys: async function* () {
			yield* Object.keys(files);
		},
		getFileHandle: (name: string) => (files[name] ? Promise.resolve(files[name]) : gone()),
	};
	vi.stubGlobal("navigator", { storage: { getDirectory: async () => ({ getDirectoryHandle: async () => runs }) } });
}

const description = (id: string, savedAt: number) => JSON.stringify({ id, title: id, step: 1, savedAt });

it("a file that another tab replaces while it is read is read anew", async () => {
	kept({ "a.zip": file("whole", 3), "a.json": file(description("a", 1), 3), "b.json": file(description("b", 2)) });
	expect(new TextDecoder().decode((await storedRunFile("a")) ?? new Uint8Array())).toBe("whole");
	expect((await storedRuns()).map(({ id }) => id)).toEqual(["b", "a"]);
});

it("what is gone, cannot be read at all, or describes nothing is no run", async () => {
	kept({ "a.zip": file("", Number.POSITIVE_INFINITY), "c.json": file("{"), "d.json": file("", 99), "e.zip": file("") });
	expect([await storedRunFile("a"), await storedRunFile("b"), await storedRuns()]).toEqual([null, null, []]);
});
