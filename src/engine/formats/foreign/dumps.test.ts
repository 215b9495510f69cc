import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { memorySource } from "../containers/byteSource";
import { IMPORTERS } from "../importers/registry";
import { importFile } from "../importFile";

const home = fileURLToPath(new URL("../../../../public/datasets/dumps/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${home}manifest.json`, "utf8")) as {
	files: { path: string; importer: string; sha256: string }[];
};

describe("sample dumps", () => {
	it("are there for every format", () => {
		expect(manifest.files.map(({ importer }) => importer).sort()).toEqual(IMPORTERS.map(({ id }) => id).sort());
	});

	it.each(manifest.files.map((file) => [file.path, file] as const))(
		"%s is what its writer made, and reads as all its rollouts",
		async (path, { importer, sha256 }) => {
			const bytes = readFileSync(home + path);
			expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
			const file = await importFile(memorySource(path, bytes));
			expect([file.importer.id, file.lines.length, file.broken]).toEqual([importer, 24, []]);
		},
	);
});
