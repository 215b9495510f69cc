import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readModelFile, writeModelFile } from "../../engine/formats/modelFile";
import { writeSafetensors } from "../../engine/formats/safetensors";
import { adamwStep, createAdamState } from "../../engine/model/adamw";
import { DEFAULT_MODEL, type ModelConfig, parameterLayout } from "../../engine/model/config";
import { initParameters } from "../../engine/model/parameters";
import { EXIT, runCli } from "../run";
import { captureIo } from "../testing";
import { fitCommand } from "./fit";
import { forwardCommand } from "./forward";

const folder = mkdtempSync(join(tmpdir(), "ascribe-model-"));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);

const config: ModelConfig = { ...DEFAULT_MODEL, vocabSize: 5, contextLength: 6, layers: 2, width: 8, heads: 2 };
const layout = parameterLayout(config);
const parameters = initParameters(config, 3).map((v) => Math.fround(5 * v));
put("m.safetensors", writeModelFile(config, parameters));
put("t.json", "[[0,1,2,3],[4]]");
put("d.jsonl", '{"tokens":[0,1,2,3],"mask":[1,1,0,1]}\n{"tokens":[4,4],"advantages":[0,-2]}\n');

async function call(...argv: string[]) {
	const io = captureIo(folder);
	const status = await runCli([forwardCommand, fitCommand], argv, io);
	const lines = io.stdout().trim().split("\n").filter(Boolean);
	return { status, lines: lines.map((line) => JSON.parse(line) as Record<string, never>), stderr: io.stderr() };
}

describe("ascribe forward", () => {
	it("prints logits, log-probabilities, entropy and causal attention of each sequence", async () => {
		const { status, lines } = await call("forward", "m.safetensors", "--tokens", "t.json", "--attention");
		expect(status).toBe(EXIT.good);
		const [first, second] = lines as unknown as Record<"logits" | "logprobs" | "entropy" | "attention", never>[];
		const { logits, logprobs, entropy, attention } = first as unknown as {
			logits: number[][];
			logprobs: number[];
			entropy: number[];
			attention: number[][][][];
		};
		expect([logits.length, logits[0]!.length, logprobs.length, entropy.length]).toEqual([4, 5, 3, 4]);
		expect(second!.logprobs).toEqual([]);
		const p = logits[1]!.map((z) => Math.exp(z) / logits[1]!.reduce((a, y) => a + Math.exp(y), 0));
		expect(Math.abs(logprobs[1]! - Math.log(p[2]!))).toBeLessThanOrEqual(1e-14);
		expect(Math.abs(entropy[1]! + p.reduce((a, q) => a + q * Math.log(q), 0))).toBeLessThanOrEqual(1e-14);
		expect([attention.length, attention[0]!.length]).toEqual([2, 2]);
		for (const head of attention.flat())
			head.forEach((row, t) => {
				expect(Math.abs(row.reduce((a, w) => a + w, 0) - 1)).toBeLessThanOrEqual(1e-14);
				expect(row.slice(t + 1).every((w) => w === 0)).toBe(true);
			});
	});

	it("writes gradients under the parameters' names and prints the loss", async () => {
		const { lines } = await call("forward", "m.safetensors", "--grad", "d.jsonl", "--out", "g.safetensors");
		const fit = await call("fit", "m.safetensors", "--data", "d.jsonl", "--steps", "1");
		expect(lines[0]!.loss).toBe(fit.lines[0]!.loss);
		const gradients = readModelFile(readFileSync(join(folder, "g.safetensors")), "g").parameters;
		// Along the gradient the loss changes by its squared norm.
		const norm2 = gradients.reduce((a, g) => a + g * g, 0);
		const lossAt = async (h: number) => {
			const moved = layout.tensors.map(({ name, shape, offset, length }) => ({
				name,
				shape,
				values: parameters.subarray(offset, offset + length).map((v, i) => v + h * gradients[offset + i]!),
			}));
			put("moved.safetensors", writeSafetensors(moved, { n_head: "2" }));
			return (await call("fit", "moved.safetensors", "--data", "d.jsonl", "--steps", "1")).lines[0]!.loss as number;
		};
		const slope = ((await lossAt(2e-5)) - (await lossAt(-2e-5))) / 4e-5;
		expect(Math.abs(slope / norm2 - 1)).toBeLessThanOrEqual(1e-3);
	});
});

describe("ascribe fit", () => {
	it("takes AdamW steps with the documented defaults: decay 0.1 on matrices, no clipping", async () => {
		await call("forward", "m.safetensors", "--grad", "d.jsonl", "--out", "g.safetensors");
		const gradients = readModelFile(readFileSync(join(folder, "g.safetensors")), "g").parameters;
		const { lines, status } = await call(
			"fit",
			"m.safetensors",
			"--data",
			"d.jsonl",
			"--steps",
			"1",
			"--lr",
			"0.01",
			"--out",
			"o.safetensors",
		);
		expect(status).toBe(EXIT.good);
		expect(lines).toEqual([{ step: 1, loss: lines[0]!.loss }]);
		const expected = parameters.slice();
		const plan = {
			learningRate: 0.01,
			beta1: 0.9,
			beta2: 0.95,
			eps: 1e-8,
			weightDecay: 0.1,
			clipNorm: 0,
			warmupSteps: 0,
			decaySteps: 0,
			finalFraction: 1,
		};
		adamwStep(layout, expected, gradients, createAdamState(layout.size), plan, 0.01);
		const trained = readModelFile(readFileSync(join(folder, "o.safetensors")), "o").parameters;
		trained.forEach((value, i) => {
			// Float32 rounding of gradients as small as eps tips the first step of AdamW; where they are larger it does not.
			if (Math.abs(gradients[i]!) > 1e-5) expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(1e-6);
		});
	});

	it("brings the loss of a positive weight down and is repeatable to the last digit", async () => {
		put("up.jsonl", '{"tokens":[0,1,2,3,4,0]}\n');
		const run = () => call("fit", "m.safetensors", "--data", "up.jsonl", "--steps", "60", "--lr", "0.01");
		const { lines } = await run();
		expect(lines).toHaveLength(60);
		expect(lines[59]!.loss as number).toBeLessThanOrEqual(0.2 * (lines[0]!.loss as number));
		expect((await run()).lines).toEqual(lines);
	});
});

describe("wrong calls", () => {
	put("cut.safetensors", writeModelFile(config, parameters).subarray(0, 3000));
	put(
		"nan.safetensors",
		writeModelFile(
			config,
			parameters.map(() => Number.NaN),
		),
	);
	put("bad.json", "[[0,9]]");
	put("long.json", "[[0,1,2,3,4,0,1]]");
	it.each([
		[["forward", "m.safetensors"], /needs --tokens FILE or --grad FILE/],
		[["forward", "m.safetensors", "--grad", "d.jsonl"], /--grad FILE and --out FILE belong together/],
		[
			["forward", "absent.safetensors", "--tokens", "t.json"],
			/absent\.safetensors cannot be read: there is no such file/,
		],
		[["forward", "cut.safetensors", "--tokens", "t.json"], /cut\.safetensors.*data_offsets end at byte/],
		[
			["forward", "nan.safetensors", "--tokens", "t.json"],
			/nan\.safetensors, tensor transformer\.wte\.weight: entry 0 is NaN/,
		],
		[["forward", "m.safetensors", "--tokens", "bad.json"], /bad\.json, sequence 0: token 1 is 9; ids run from 0 to 4/],
		[["forward", "m.safetensors", "--tokens", "long.json"], /long\.json, sequence 0.*7.*6/],
		[["forward", "m.safetensors", "--tokens", "d.jsonl"], /d\.jsonl is not JSON/],
		[["forward", "m.safetensors", "--tokens", "t.json", "--heads", "3"], /width 8 is not divisible by heads 3/],
		[["fit", "m.safetensors", "--data", "d.jsonl"], /ascribe fit needs --steps N/],
		[["fit", "m.safetensors", "--data", "d.jsonl", "--steps", "-1"], /--steps is "-1"/],
		[["fit", "m.safetensors", "--data", "d.jsonl", "--steps", "1", "--betas", "0.9"], /--betas is "0\.9"/],
		[["fit", "m.safetensors", "--data", "t.json", "--steps", "1"], /t\.json, line 1 must be an object/],
	])("%j: exit status 2 and one sentence", async (argv, message) => {
		const { status, stderr, lines } = await call(...argv);
		expect(status).toBe(EXIT.wrongCall);
		expect(stderr.trim().split("\n")).toHaveLength(1);
		expect(stderr).toMatch(message);
		expect(lines).toEqual([]);
	});
});
