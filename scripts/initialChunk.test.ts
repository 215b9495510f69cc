import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { beforeAll, expect, it } from "vitest";
import { initialFiles } from "./initialChunk.mjs";
import { isLater, offlineFiles, WORKER } from "./viteOffline.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const outDir = join(root, "node_modules/.cache/ascribe/budget");

beforeAll(async () => {
	// As people get it: under a test runner libraries would bring their development builds.
	const before = process.env.NODE_ENV;
	process.env.NODE_ENV = "production";
	await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
	process.env.NODE_ENV = before;
}, 240_000);

it("the page starts with at most 270 kB of gzipped script", () => {
	const files = initialFiles(outDir);
	const total = files.reduce((sum, file) => sum + file.gzip, 0);
	expect(files.length).toBeGreaterThan(0);
	expect(total, files.map((f) => `${f.name} ${f.gzip}`).join(", ")).toBeLessThanOrEqual(270_000);
});

it("library, methods, errors, executors, figures and the share sheet load when they are first needed", () => {
	const initial = initialFiles(outDir)
		.map((file) => readFileSync(join(outDir, file.name), "utf8"))
		.join("");
	const later = [
		"Equation and edges",
		"each on its own scale",
		"createComputePipeline",
		"Dots an inch",
		"A note for whoever",
	];
	for (const word of later) expect(initial).not.toContain(word);
	expect(existsSync(join(outDir, "datasets"))).toBe(true);
	expect(readdirSync(join(outDir, "assets")).some((name) => name.startsWith("LibraryPanel"))).toBe(true);
});

it("every file of the build is kept for when there is no network, whatever its size, but for policies of recordings", () => {
	const [, list = "[]"] = /^const FILES = (.*);$/m.exec(readFileSync(join(outDir, WORKER), "utf8")) ?? [];
	const kept = JSON.parse(list) as string[];
	const built = readdirSync(outDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
	const later = built.filter((entry) => isLater(entry.name));
	expect(later.length).toBeGreaterThan(0);
	expect(kept).toHaveLength(built.length - later.length - 1);
	expect(kept).toEqual(offlineFiles(outDir));
	expect(kept).toEqual(expect.arrayContaining(["./", "manifest.webmanifest", "datasets/keydoor@1.recording"]));
	for (const { name } of initialFiles(outDir)) expect(kept).toContain(name);
});
