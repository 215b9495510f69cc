import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { SMALL_TOKENIZER } from "../testing/smallTokenizer";
import { COMMANDS } from "./catalog";
import { runCli } from "./run";
import { captureIo } from "./testing";

const folder = mkdtempSync(join(tmpdir(), "ascribe-"));
const VERL = [0, 1, 1, 1].map((score, i) => ({ input: "q", output: "a b", score, step: 4, uid: `${i >> 1}_${i}_0` }));

async function run(...argv: string[]) {
	writeFileSync(join(folder, "4.jsonl"), VERL.map((row) => `${JSON.stringify(row)}\n`).join(""));
	const io = captureIo(folder);
	const status = await runCli(COMMANDS, argv, io);
	const output = io
		.stdout()
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line) as Record<string, unknown>);
	return { status, output, stderr: io.stderr() };
}

describe("ascribe import", () => {
	it("prints a foreign dump as rollouts and says what it was", async () => {
		const { status, output, stderr } = await run("import", "4.jsonl");
		expect(status).toBe(0);
		expect(output.map(({ id, group, reward }) => [id, group, reward])).toEqual([
			["0_0_0", "0", 0],
			["0_1_0", "0", 1],
			["1_2_0", "1", 1],
			["1_3_0", "1", 1],
		]);
		expect(stderr).toContain("verl rollout dump: 4 rollouts, 2 groups, 1 step; without tokens");
		expect(stderr).toContain("Toy twin: 1 turn, 2 tokens, reward only at the end, groups of 2: most like ");
	});

	it("cuts text by a tokenizer.json, and says when that is none", async () => {
		writeFileSync(join(folder, "tokenizer.json"), SMALL_TOKENIZER);
		const row = { input: "q", output: "slow low", score: 1, step: 4 };
		writeFileSync(join(folder, "5.jsonl"), `${JSON.stringify(row)}\n`);
		const { output, stderr } = await run("import", "5.jsonl", "--tokenizer", "tokenizer.json");
		expect(output[0]).toMatchObject({ tokens: [5, 10, 11], text: ["s", "low", " low"] });
		expect(stderr).not.toContain("without tokens");
		const wrong = await run("import", "5.jsonl", "--tokenizer", "5.jsonl");
		expect([wrong.status === 0, wrong.stderr]).toEqual([
			false,
			expect.stringContaining('5.jsonl is no tokenizer.json: it has no "model"'),
		]);
	});

	it("prints what is wrong with its credit", async () => {
		const { output } = await run("import", "4.jsonl", "--lint");
		expect(output[0]).toMatchObject({ check: "deadGroups", share: 0.5, rows: [2, 3] });
	});

	it("knows the files of an archive apart", async () => {
		const lines = strToU8(VERL.map(({ uid: _, ...row }) => JSON.stringify(row)).join("\n"));
		writeFileSync(join(folder, "run.zip"), zipSync({ "train/4.jsonl": lines, "test/4.jsonl": lines }));
		const { output } = await run("import", "run.zip", "--lint");
		expect(output.find(({ check }) => check === "mixedFiles")?.message).toContain(
			"from run.zip/train/4.jsonl and run.zip/test/4.jsonl",
		);
	});

	it.each(["r.jsonl", "r.parquet"])("writes %s, from which every command reads the same credit", async (out) => {
		const { output } = await run("import", "4.jsonl", "--out", out);
		expect(output[0]).toMatchObject({ format: "verl", rollouts: 4, groups: 2, found: { text: 1, logprobs: 0 } });
		expect(output[0]?.shape).toEqual({ turns: 1, length: 2, early: 0, groupSize: 2, success: 0.75 });
		expect(output[0]?.twin).toMatchObject({ preset: expect.stringMatching(/@\d+$/) });
		const credit = async (file: string) => (await run("credit", file, "--method", "drGrpo")).output;
		expect((await credit(out)).map(({ advantage }) => advantage)).toEqual([
			[-0.5, -0.5],
			[0.5, 0.5],
			[0, 0],
			[0, 0],
		]);
		expect(await credit(out)).toEqual(await credit("4.jsonl"));
	});

	it("writes a table for a spreadsheet", async () => {
		await run("import", "4.jsonl", "--out", "r.csv");
		expect(readFileSync(join(folder, "r.csv"), "utf8").split("\r\n")[1]).toBe("0_0_0,0,4,0,,a,0");
	});

	it.each([
		[["import", "none.jsonl"], "none.jsonl cannot be read: there is no such file"],
		[
			["import", "/dev/null"],
			"/dev/null is a pipe or a device, which cannot be read twice; save what it gives as a file.",
		],
		[["import", "."], ". cannot be read: it is a folder; name a file in it."],
		[["import", "bad.jsonl"], "--keep-going leaves the 2 rows that cannot be read out and takes the other 1 rollout."],
		[["import", "4.jsonl", "--out", "r.xlsx"], "end it with .jsonl, .parquet, .csv"],
	])("refuses %j in one sentence", async (argv, message) => {
		writeFileSync(join(folder, "bad.jsonl"), `${JSON.stringify(VERL[0])}\n{"a"\n3\n`);
		const { status, output, stderr } = await run(...argv);
		expect({ status, output }).toEqual({ status: 2, output: [] });
		expect(stderr).toContain(message);
		expect(stderr.trim().split("\n").length).toBe(1);
	});
});
