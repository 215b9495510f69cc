import { fileURLToPath } from "node:url";
import { build, type PreviewServer, preview } from "vite";
import { wasmModule } from "../scripts/viteWasm.mjs";
import { EXACT_FINGERPRINTS, LONG_RUN_FINGERPRINTS, PRESET_FINGERPRINTS } from "../src/wasm/exactFingerprints";
import { expect, test } from "./test";

const root = fileURLToPath(new URL("./exact", import.meta.url));
const outDir = fileURLToPath(new URL("../node_modules/.cache/ascribe/exact-page", import.meta.url));
const isolated = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
const shared = { root, base: "./", configFile: false, logLevel: "warn" } as const;

let server: PreviewServer;

test.beforeAll(async () => {
	const plugins = [wasmModule()];
	await build({
		...shared,
		plugins,
		worker: { format: "es", plugins: () => plugins },
		build: { outDir, emptyOutDir: true },
	});
	server = await preview({ ...shared, build: { outDir }, preview: { port: 0, headers: isolated } });
});
test.afterAll(() => server.close());

/** Functions of the page, called by name so that nothing of the test's own code runs there. */
const run = (steps: number, threads: number) => `globalThis.exactFingerprint(${steps}, ${threads})`;
const runPreset = (id: string, steps: number, threads: number) =>
	`globalThis.presetFingerprint("${id}", ${steps}, ${threads})`;

/** Whole runs take minutes: they come along on demand. */
const longRuns = process.env.ASCRIBE_LONG
	? Object.entries(LONG_RUN_FINGERPRINTS).map(([preset, print]) => ({ preset, steps: 200, print }))
	: [];
test.describe.configure({ timeout: longRuns.length > 0 ? 3_600_000 : 240_000 });

test("a browser computes the bits that Node computes, with one thread and with two", async ({ page }) => {
	await page.goto(server.resolvedUrls!.local[0]!);
	expect(await page.evaluate("crossOriginIsolated")).toBe(true); // otherwise two threads would be one
	await page.waitForFunction("globalThis.exactFingerprint !== undefined");
	for (const [steps, expected] of Object.entries(EXACT_FINGERPRINTS))
		for (const threads of [1, 2]) expect(await page.evaluate(run(Number(steps), threads))).toBe(expected);
	for (const { preset, steps, print } of [...PRESET_FINGERPRINTS, ...longRuns])
		for (const threads of [1, 2]) expect(await page.evaluate(runPreset(preset, steps, threads))).toBe(print);
});
