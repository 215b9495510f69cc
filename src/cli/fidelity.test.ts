import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PRESETS } from "../engine/spec/presets";
import { COMMANDS } from "./catalog";
import { runCli } from "./run";
import { captureIo } from "./testing";

async function run(...argv: string[]) {
	const io = captureIo(mkdtempSync(join(tmpdir(), "ascribe-")));
	const status = await runCli(COMMANDS, ["fidelity", "keydoor", "--prompts", "2", "--group", "4", ...argv], io);
	return { status, lines: io.stdout().trim().split("\n"), stderr: io.stderr() };
}

it("prints the methods, best first, and what each costs", async () => {
	const { status, lines } = await run("--methods", "grpo,hbpo,spoChain");
	expect(status).toBe(0);
	expect(lines[0]).toMatch(/^method +correlation +signs +error +coverage +cost$/);
	expect(lines.slice(1).map((line) => line.split(" ")[0])).toEqual(["spoChain", "grpo", "hbpo"]);
	expect(lines[2]).toMatch(/×1\.0$/);
	expect(lines[3]).toContain("budget");
});

it("prints numbers for scripts, and refuses methods that do not exist", async () => {
	const { lines } = await run("--methods", "grpo", "--json");
	expect(JSON.parse(lines[0]!)).toMatchObject({ method: "grpo", ok: true, cost: 1, fidelity: { coverage: 1 } });
	const { status, stderr } = await run("--methods", "guess");
	expect([status, stderr]).toEqual([2, expect.stringContaining('no method "guess"')]);
});

it("takes the experiment's method and its probes where none are asked for", async () => {
	const folder = mkdtempSync(join(tmpdir(), "ascribe-"));
	const { spec } = PRESETS.find(({ id }) => id === "keydoor@1")!;
	writeFileSync(join(folder, "spec.json"), JSON.stringify({ ...spec, probes: ["opo", "grpo"] }));
	const io = captureIo(folder);
	await runCli(COMMANDS, ["fidelity", "spec.json", "--prompts", "1", "--group", "2", "--json"], io);
	const methods = io
		.stdout()
		.trim()
		.split("\n")
		.map((line) => (JSON.parse(line) as { method: string }).method);
	expect(methods).toEqual([...new Set([spec.method.id, "opo", "grpo"])]);
});
