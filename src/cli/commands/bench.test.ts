import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findPreset } from "../../engine/spec/presets";
import { EXIT, runCli } from "../run";
import { captureIo } from "../testing";
import { benchCommand } from "./bench";

const folder = mkdtempSync(join(tmpdir(), "ascribe-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { spec } = findPreset("keychain@1");
const small = {
	...spec,
	model: { ...spec.model, width: 8, heads: 2, layers: 1 },
	rollout: { ...spec.rollout, prompts: 2, groupSize: 3 },
};
const put = (name: string, change: object = {}) =>
	writeFileSync(join(folder, name), JSON.stringify({ ...small, ...change }));
put("small.json");
put("method.json", { method: { id: "grpoo", params: {} } });

async function call(...argv: string[]) {
	const io = captureIo(folder);
	const status = await runCli([benchCommand], ["bench", ...argv], io);
	return { status, stdout: io.stdout(), stderr: io.stderr() };
}

describe("ascribe bench", () => {
	it.each([
		["cpu", "float64 TypeScript"],
		["wasm", expect.stringMatching(/^WebAssembly SIMD, /)],
	])("times every part on %s and names the device", async (backend, adapter) => {
		const { status, stdout, stderr } = await call("small.json", "--backend", backend, "--repeats", "3", "--json");
		expect([status, stderr]).toEqual([EXIT.good, ""]);
		const parts = stdout
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line));
		expect(parts.map(({ part }) => part)).toEqual(["rollout", "step", "credit"]);
		for (const { medianMs, fastestTenthMs, tokens, tokensPerSecond, ...about } of parts) {
			expect(fastestTenthMs).toBeGreaterThan(0);
			expect(fastestTenthMs).toBeLessThanOrEqual(medianMs);
			expect(Math.abs(tokensPerSecond * medianMs - 1000 * tokens)).toBeLessThanOrEqual(1e-6 * tokens);
			expect(tokens).toBeGreaterThan(0);
			expect(tokens).toBeLessThanOrEqual(6 * about.maxTokens);
			expect(about).toMatchObject({ workload: "small.json", method: "grpo", rollouts: 6, repeats: 3, width: 8 });
			expect(about.device).toMatchObject({ kind: backend, adapter });
		}
	});

	it("prints a table with the device in it", async () => {
		const { stdout } = await call("small.json", "--backend", "cpu", "--repeats", "1");
		const [what, where, head, ...rows] = stdout.trimEnd().split("\n");
		expect(what).toMatch(
			/^small\.json: grpo · layers 1 · width 8 · heads 2 · vocabulary \d+ · rollouts 6 · tokens up to \d+$/,
		);
		expect(where).toBe("cpu · float64 TypeScript · plan reference · repeats 1");
		expect(head!.trim().split(/ {2,}/)).toEqual(["median ms", "fastest tenth", "tokens", "tokens/s"]);
		expect(rows.map((row) => row.split(/ +/)[0])).toEqual(["rollout", "step", "credit"]);
	});

	it.each([
		[["--size", "medium"], /--size is "medium"; it must be one of small, large/],
		[["keydoor", "--size", "small"], /--size small is in place of an experiment; leave out one of it and "keydoor"/],
		[["--repeats", "0"], /--repeats is "0"; it must be an integer of at least 1/],
		[["--backend", "cuda"], /--backend is "cuda"; it must be one of gpu, wasm, cpu/],
		[["chess"], /no preset "chess"/],
		[["method.json"], /method "grpoo"/],
		[["absent.json"], /absent\.json cannot be read: there is no such file/],
	])("%j: exit status 2 and one sentence", async (argv, message) => {
		const { status, stdout, stderr } = await call(...argv);
		expect([status, stdout]).toEqual([EXIT.wrongCall, ""]);
		expect(stderr).toMatch(message);
		expect(stderr.trim().split("\n")).toHaveLength(1);
	});
});
