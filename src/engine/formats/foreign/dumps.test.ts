import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../core/utf8";
import { creditOf } from "../../credit/run";
import { findPreset } from "../../spec/presets";
import { openSpec } from "../../spec/registries";
import { memorySource } from "../containers/byteSource";
import { IMPORTERS } from "../importers/registry";
import { importFile } from "../importFile";
import { batchesOf } from "../recordsBatch";
import { readRollouts, writeRollouts } from "../rolloutsJsonl";
import { fittedTo } from "./fitted";
import { FOREIGN_WRITERS, writeDump } from "./writeDump";

const home = fileURLToPath(new URL("../../../../public/datasets/dumps/", import.meta.url));
const manifest = JSON.parse(readFileSync(`${home}manifest.json`, "utf8")) as {
	preset: string;
	files: { path: string; importer: string; sha256: string }[];
};

const { task } = openSpec(findPreset(manifest.preset).spec);
const own = readRollouts(readFileSync(`${home}ascribe/rollouts.jsonl`, "utf8"), "rollouts.jsonl");
const rollouts = own.map(({ record }) => record);

describe("sample dumps", () => {
	it("are of rollouts whose credit is that of GRPO to five digits", () => {
		const { batch } = batchesOf(own).batches[0]!;
		const { advantage } = creditOf("grpo", {}, batch);
		for (const [b, { advantages, tokens }] of rollouts.entries())
			expect(advantages!.grpo).toEqual(tokens.map((_, t) => Number(advantage[b * batch.T + t]!.toPrecision(5))));
	});

	it("are there for every format", () => {
		expect(manifest.files.map(({ importer }) => importer).sort()).toEqual(IMPORTERS.map(({ id }) => id).sort());
	});

	it.each(manifest.files.map((file) => [file.path, file] as const))(
		"%s is what its writer made, and reads as all its rollouts",
		async (path, { importer, sha256 }) => {
			const bytes = readFileSync(home + path);
			const writer = FOREIGN_WRITERS.find((w) => w.importer === importer);
			const again = writer
				? writeDump(writer, fittedTo(writer, rollouts, task.vocab.tokens))
				: encodeUtf8(writeRollouts(rollouts));
			expect(Buffer.compare(bytes, again), "written again, it has other bytes").toBe(0);
			expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
			const file = await importFile(memorySource(path, bytes));
			expect([file.importers[0]?.id, file.lines.length, file.broken]).toEqual([importer, 24, []]);
		},
	);
});
