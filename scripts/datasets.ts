import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import process from "node:process";
import { COMMANDS } from "../src/cli/catalog";
import { createIo } from "../src/cli/io";
import { runCli } from "../src/cli/run";
import { METHODS } from "../src/engine/credit/registry";
import { creditBy } from "../src/engine/credit/run";
import { fittedTo } from "../src/engine/formats/foreign/fitted";
import { FOREIGN_WRITERS, writeDump } from "../src/engine/formats/foreign/writeDump";
import type { RolloutRecord } from "../src/engine/formats/record";
import { batchesOf } from "../src/engine/formats/recordsBatch";
import { readRollouts, writeRollouts } from "../src/engine/formats/rolloutsJsonl";
import { taskRollouts } from "../src/engine/oracle/taskRollouts";
import { resolveParams } from "../src/engine/spec/params";
import { findPreset } from "../src/engine/spec/presets";
import { openSpec } from "../src/engine/spec/registries";
import { TASKS } from "../src/engine/tasks/registry";

// Samples made by our own engine; same machine or not, the same bytes.
// rollouts/: every task as a policy of known skill plays it, with exact values and advantages.
// dumps/: a policy that has learnt half of the key-and-door task, its rollouts, the credit that GRPO gives them, written as each trainer would.

const LEVEL = "xs";
const SAMPLES = { skill: 0.8, prompts: 3, groupSize: 8, seed: 1 };
const PRESET = "keydoor@1";
const STEPS = 12;
const HOME = join(process.cwd(), "public/datasets");
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

const samples: { task: string; level: string; path: string; sha256: string }[] = [];
for (const { id, params, levels, build } of [...TASKS].sort((a, b) => (a.id < b.id ? -1 : 1))) {
	const task = build(resolveParams(params, levels[LEVEL]!, `task ${id}`));
	const text = writeRollouts(await taskRollouts(task, SAMPLES));
	const bytes = new TextEncoder().encode(text);
	write(`rollouts/${id}.jsonl`, bytes);
	samples.push({ task: id, level: LEVEL, path: `${id}.jsonl`, sha256: sha256(bytes) });
}
write("rollouts/manifest.json", json({ ...SAMPLES, files: samples }));
process.stderr.write(`Wrote rollouts of ${samples.length} tasks.\n`);

const work = mkdtempSync(join(tmpdir(), "ascribe-datasets-"));
const lines: string[] = [];
const io = createIo({
	out: (text) => void lines.push(text),
	err: (text) => process.stderr.write(text),
	columns: () => 0,
	cwd: work,
	signal: new AbortController().signal,
});
async function ascribe(...argv: string[]): Promise<string> {
	lines.length = 0;
	if ((await runCli(COMMANDS, argv, io)) !== 0) throw new Error(`ascribe ${argv.join(" ")} failed.`);
	return lines.join("");
}

await ascribe("train", PRESET, "--steps", String(STEPS), "--backend", "wasm", "--out", ".");
const sampled = await ascribe("rollout", "run.ascribe.zip", "--prompts", "8", "--group", "8", "--backend", "wasm");
const { task } = openSpec(findPreset(PRESET).spec);
const rollouts = credited(ofDistinctPrompts(readRollouts(sampled, "rollouts").map(({ record }) => record)));

const files: { path: string; importer: string; sha256: string }[] = [];
save("ascribe/rollouts.jsonl", "ascribe", new TextEncoder().encode(writeRollouts(rollouts)));
for (const writer of FOREIGN_WRITERS)
	save(
		`${writer.importer}/${writer.file.split("/").at(-1)}`,
		writer.importer,
		writeDump(writer, fittedTo(writer, rollouts, task.vocab.tokens)),
	);
write("dumps/manifest.json", json({ preset: PRESET, steps: STEPS, files }));
process.stderr.write(`Wrote ${files.length} dumps of ${rollouts.length} rollouts.\n`);
process.exit(0);

/** One group a prompt: most formats name no group, and equal prompts of a step would become one. */
function ofDistinctPrompts(records: readonly RolloutRecord[]): RolloutRecord[] {
	const groups = new Map(records.map(({ prompt, group }) => [JSON.stringify(prompt), group]));
	return records.filter(({ prompt, group }) => groups.get(JSON.stringify(prompt)) === group);
}

/** The rollouts of one step with the advantages that GRPO gives them, to five digits as trainers write them. */
function credited(records: readonly RolloutRecord[]): RolloutRecord[] {
	const { batch } = batchesOf(records.map((record, i) => ({ record, where: `rollout ${i + 1}` }))).batches[0]!;
	const grpo = METHODS.find(({ id }) => id === "grpo")!;
	const { advantage } = creditBy(grpo, {}, batch);
	return records.map((record, b) => ({
		...record,
		step: 12,
		turns: turnsOf(record),
		advantages: { grpo: record.tokens.map((_, t) => Number(advantage[b * batch.T + t]!.toPrecision(5))) },
	}));
}

/** Runs of tokens by the same writer. */
function turnsOf({ mask = [], tokens }: RolloutRecord) {
	const turns: { start: number; end: number; actor: string }[] = [];
	tokens.forEach((_, t) => {
		const actor = mask[t] === 0 ? "tool" : "policy";
		const last = turns.at(-1);
		if (last?.actor === actor) last.end = t + 1;
		else turns.push({ start: t, end: t + 1, actor });
	});
	return turns;
}

function save(path: string, importer: string, bytes: Uint8Array): void {
	write(`dumps/${path}`, bytes);
	files.push({ path, importer, sha256: sha256(bytes) });
}

function write(path: string, content: Uint8Array | string): void {
	const to = join(HOME, path);
	mkdirSync(dirname(to), { recursive: true });
	writeFileSync(to, content);
}

function json(value: unknown): string {
	return `${JSON.stringify(value, null, "\t")}\n`;
}
