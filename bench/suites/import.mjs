// How fast a large dump of another trainer opens, and in how much memory, on the built page and in the class that its worker runs:
// `npm run bench -- import --megabytes 500 --parts import,cancel,worker`.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build, preview } from "vite";
import { runNode } from "../../scripts/runNode.mjs";
import { cancelInPage, importInPage } from "../importPage.mjs";
import { writeLargeDump } from "../largeDump.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const options = {
	megabytes: { type: "string", default: "500" },
	parts: { type: "string", default: "import,cancel,worker" },
	build: { type: "boolean", default: true },
};

const row = (name, value) => console.log(`${name.padEnd(40)}${value}`);

/** What is measured on the built page, by the name of its part. */
const PAGE = { import: importInPage, cancel: cancelInPage };

async function onThePage(path, parts, fresh) {
	if (fresh) await build({ root, logLevel: "warn" });
	const server = await preview({ root, logLevel: "warn", preview: { host: "127.0.0.1", port: 0 } });
	try {
		row("the built page in Chromium", "");
		for (const part of parts)
			await PAGE[part](server.resolvedUrls.local[0], path, (name, value) => row(`  ${name}`, value));
	} finally {
		await server.close();
	}
}

export async function run(argv) {
	const { values } = parseArgs({ args: argv, options, allowNegative: true });
	const folder = mkdtempSync(join(tmpdir(), "ascribe-bench-"));
	process.on("exit", () => rmSync(folder, { recursive: true }));
	const path = join(folder, "1.jsonl");
	writeLargeDump(path, Number(values.megabytes) * 2 ** 20);
	row("file", `${(statSync(path).size / 2 ** 20).toFixed(0)} MB`);
	const parts = values.parts.split(",");
	const unknown = parts.filter((part) => part !== "worker" && !(part in PAGE));
	if (unknown.length > 0)
		throw new Error(`There is no part ${unknown.join(", ")}; there are ${Object.keys(PAGE).join(", ")}, worker.`);
	const page = parts.filter((part) => part in PAGE);
	if (page.length > 0) await onThePage(path, page, values.build);
	if (!parts.includes("worker")) return 0;
	row("the worker's class in Node", "");
	// The child's exit status ends this process.
	return new Promise(() => void runNode("bench/programs/importDump.ts", [path]));
}
