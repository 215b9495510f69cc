import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { writeModelFile } from "../../engine/formats/modelFile";
import { initParameters, toFloat32 } from "../../engine/model/parameters";
import { encodeLink } from "../../engine/spec/link";
import { findPreset } from "../../engine/spec/presets";
import { openSpec } from "../../engine/spec/registries";
import { freshState } from "../../engine/training/checkpoint";
import { modelOf } from "../../engine/training/plan";
import { readRunFile, writeRunFile } from "../../engine/training/runFile";
import { EXIT, runCli } from "../run";
import { captureIo } from "../testing";
import { rolloutCommand } from "./rollout";
import { trainCommand } from "./train";

const folder = mkdtempSync(join(tmpdir(), "ascribe-train-"));
afterAll(() => rmSync(folder, { recursive: true }));

const CHANGES = {
	steps: 2,
	warmStart: null,
	"model.width": 8,
	"model.heads": 2,
	"model.layers": 1,
	"rollout.prompts": 2,
	"rollout.groupSize": 2,
	"evaluation.every": 0,
};
const { spec } = findPreset("keydoor@1");
const small = {
	...spec,
	steps: 2,
	warmStart: null,
	model: { ...spec.model, width: 8, heads: 2, layers: 1 },
	rollout: { ...spec.rollout, prompts: 2, groupSize: 2 },
	evaluation: { ...spec.evaluation, every: 0 },
};
writeFileSync(join(folder, "small.json"), JSON.stringify(small));

async function train(...argv: string[]) {
	const io = captureIo(folder);
	const status = await runCli([trainCommand], ["train", ...argv], io);
	const lines = io.stdout().split("\n").filter(Boolean);
	const prints = lines.map((line) => JSON.parse(line) as { step: number; fingerprint: string });
	return { status, prints, stderr: io.stderr() };
}
const exact = (...argv: string[]) => train(...argv, "--backend", "exact");
const linkOf = (fingerprints: readonly string[], madeOn?: { plan: string; adapter: string }) =>
	`#${encodeLink({
		preset: "keydoor@1",
		changes: CHANGES,
		view: {},
		build: "",
		fingerprints,
		...(madeOn ? { madeOn } : {}),
		note: "",
	})}`;

describe("ascribe train", () => {
	it("prints fingerprints alone on standard output, and names the executor on standard error and in the run file", async () => {
		const { status, prints, stderr } = await exact("small.json", "--out", "runs");
		expect(status).toBe(EXIT.good);
		expect(prints.map(({ step }) => step)).toEqual([0, 1, 2]);
		const { label, fingerprints } = readRunFile(readFileSync(join(folder, "runs/run.ascribe.zip")), "run");
		expect(fingerprints).toEqual(prints);
		expect(stderr).toContain(`ascribe: executor wasm · ${label?.adapter} · plan ${label?.plan}\n`);
	});

	it("says of a link or run file whether its run came out again, until which step, or what differs", async () => {
		const { prints } = await exact("small.json", "--out", "again");
		const [start, , last] = prints.map(({ step, fingerprint }) => `wasm:${fingerprint.slice(0, 8)}@${step}`) as [
			string,
			string,
			string,
		];
		const said = async (link: string) => (await exact(link)).stderr.split("\n").at(-2);
		expect(await said(linkOf([start, last]))).toBe("ascribe: same as the run in the link, bit for bit, at step 0, 2.");
		expect(await said(linkOf([start, "wasm:00000000@2"], { plan: "00000000", adapter: "" }))).toMatch(
			/^ascribe: same as the run in the link until step 0; differs at step 2: plan\. The plan differs: 00000000 there, \w{8} here\./,
		);
		expect(await said(linkOf(["gpu:00000000@2"]))).toMatch(
			/^ascribe: different executor: .* made on gpu, this one on wasm/,
		);
		expect(await said("again/run.ascribe.zip")).toBe(
			"ascribe: same as the run in again/run.ascribe.zip, bit for bit, at step 0, 1, 2.",
		);
		expect((await exact(linkOf([start, last]), "--seed", "9")).stderr).toContain(
			"not compared with the run in the link",
		);
		expect((await exact(linkOf([]))).stderr).not.toContain("the link");
	});

	it("goes on from the run file of --out where --resume names none, to the fingerprints of a run without a break", async () => {
		const whole = await exact("small.json", "--steps", "4");
		await exact("small.json", "--out", "half");
		const rest = await exact("small.json", "--resume", "--out", "half", "--steps", "4");
		expect(rest.status).toBe(EXIT.good);
		expect(rest.prints.at(-1)).toEqual(whole.prints.at(-1));
		const { fingerprints } = readRunFile(readFileSync(join(folder, "half/run.ascribe.zip")), "run");
		expect(fingerprints).toEqual(whole.prints);
	});

	it("says so when no rollout has a sibling to be compared with", async () => {
		const alone = { ...small, rollout: { ...small.rollout, groupSize: 1 } };
		writeFileSync(join(folder, "alone.json"), JSON.stringify(alone));
		expect((await exact("alone.json")).stderr).toMatch(/GRPO compares rollouts of one prompt.*all credit is 0/);
		const raw = { ...alone, method: { id: "grpo", params: { singleton: "raw" } } };
		writeFileSync(join(folder, "alone.json"), JSON.stringify(raw));
		expect((await exact("alone.json")).stderr).not.toMatch(/compares/);
	});

	it("goes on with a run of a preset, whose fields stand in another order than those of a file", async () => {
		await exact(linkOf([]), "--out", "linked");
		const rest = await exact(linkOf([]), "--resume", "linked/run.ascribe.zip", "--steps", "4");
		expect(rest.status).toBe(EXIT.good);
		expect(rest.prints.at(-1)?.step).toBe(4);
	});
});

describe("wrong calls", () => {
	const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
	const altered = (name: string, change: object) => put(name, JSON.stringify({ ...small, ...change }));
	altered("odd.json", { model: { ...small.model, width: 63, heads: 4 } });
	altered("negative.json", { model: { ...small.model, width: -8 } });
	altered("method.json", { method: { id: "grpoo", params: {} } });
	altered("huge.json", {
		model: { ...small.model, width: 1024, layers: 12 },
		rollout: { ...small.rollout, prompts: 1024, groupSize: 256 },
	});
	put("text.json", "width: 8\n");
	put("no.ascribe.zip", "PK, but no archive");
	const { task } = openSpec(small);
	const model = modelOf(small, task);
	const parameters = initParameters(model, 1);
	const metadata = { ascribe_step: "0", ascribe_spec: JSON.stringify(small) };
	put("good.safetensors", writeModelFile(model, parameters, metadata));
	put("cut.safetensors", writeModelFile(model, parameters, metadata).subarray(0, 4000));
	put("silent.safetensors", writeModelFile(model, parameters));
	altered("other.json", { model: { ...small.model, width: 16 } });
	altered("param.json", { method: { id: "rloo", params: { center: "mean" } } });
	altered("reward.json", { task: { ...small.task, reward: "process.exit()" } });
	altered("signal.json", { signals: { nope: {} } });
	const wide = { ...small, model: { ...small.model, width: 16 } };
	const checkpoint = { step: 1, state: freshState(toFloat32(parameters)), reference: null };
	const nothing = { label: null, fingerprints: [], events: [], rollouts: "", credit: "" };
	put("wide.ascribe.zip", writeRunFile({ spec: wide, model, checkpoint, ...nothing }));

	it.each([
		[["train", "odd.json"], /width 63 .*divisible.*4/],
		[["train", "negative.json"], /model width is -8; it must be an integer from 8/],
		[["train", "method.json"], /method "grpoo"/],
		[["train", "absent.json"], /absent\.json cannot be read: there is no such file/],
		[["train", "text.json"], /text\.json is not JSON/],
		[
			["train", "huge.json", "--backend", "wasm"],
			/needs \d+ MB, and WebAssembly addresses 4096; choose fewer rollouts/,
		],
		[["train", "small.json", "--steps", "0"], /--steps is "0"; it must be an integer of at least 1/],
		[["train", "small.json", "--seed", "-1"], /--seed is "-1"/],
		[
			["train", "small.json", "--backend", "cuda"],
			/--backend is "cuda"; it must be one of gpu, wasm, exact, cpu, auto/,
		],
		[["train", "small.json", "--resume"], /--resume without a file goes on from run\.ascribe\.zip of --out DIR/],
		[["train", "small.json", "--resume", "--out", "nowhere"], /nowhere\/run\.ascribe\.zip cannot be read/],
		[["train", "small.json", "--resume", "no.ascribe.zip"], /no\.ascribe\.zip is no run file, or it is damaged/],
		[["train", "other.json", "--resume", "runs/run.ascribe.zip"], /run\.ascribe\.zip is of another experiment/],
		[["train", "small.json", "--resume", "runs/run.ascribe.zip"], /is at step 2 already; ask for more with --steps/],
		[
			["train", "small.json", "--out", "small.json"],
			/small\.json\/run\.ascribe\.zip cannot be written: a file is in the way/,
		],
		[
			["train", "other.json", "--resume", "wide.ascribe.zip"],
			/wide\.ascribe\.zip holds another model .*width 8.*width 16/,
		],
		[["train", "param.json"], /param\.json: method rloo has no parameter/],
		[["train", "reward.json"], /reward\.json: task\.reward: The formula has "\."/],
		[["train", "signal.json"], /signal\.json: There is no signal provider "nope"/],
		[["rollout", "absent.zip"], /absent\.zip cannot be read: there is no such file/],
		[["rollout", "no.ascribe.zip"], /no\.ascribe\.zip is no run file/],
		[["rollout", "cut.safetensors"], /cut\.safetensors.*data_offsets end at byte/],
		[["rollout", "silent.safetensors"], /does not say what it was trained on; name it with --experiment/],
		[["rollout", "good.safetensors", "--experiment", "other.json"], /another model .*width 8.*width 16/],
		[["rollout", "good.safetensors", "--prompts", "-1"], /--prompts is "-1"/],
		[["rollout", "good.safetensors", "--group", "0"], /--group is "0"/],
		[["rollout", "good.safetensors", "--temperature", "0"], /--temperature is "0"/],
	])("%j: exit status 2 and one sentence", async (argv, message) => {
		const io = captureIo(folder);
		expect(await runCli([trainCommand, rolloutCommand], argv, io)).toBe(EXIT.wrongCall);
		expect(io.stderr()).toMatch(message);
		expect(io.stderr().trim().split("\n")).toHaveLength(1);
		expect(io.stdout()).toBe("");
	});
});
