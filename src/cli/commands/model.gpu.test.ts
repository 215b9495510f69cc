import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readModelFile, writeModelFile } from "../../engine/formats/modelFile";
import { DEFAULT_MODEL, type ModelConfig, parameterLayout } from "../../engine/model/config";
import { initParameters } from "../../engine/model/parameters";
import { parameterDistance } from "../../testing/agreement";
import { EXIT, runCli } from "../run";
import { captureIo } from "../testing";
import { fitCommand } from "./fit";
import { forwardCommand } from "./forward";

const folder = mkdtempSync(join(tmpdir(), "ascribe-model-gpu-"));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);

const config: ModelConfig = { ...DEFAULT_MODEL, vocabSize: 5, contextLength: 6, layers: 2, width: 8, heads: 2 };
put(
	"m.safetensors",
	writeModelFile(
		config,
		initParameters(config, 3).map((v) => Math.fround(5 * v)),
	),
);
put("t.json", "[[0,1,2,3],[4],[3,3,0,1,2,2]]");
put("d.jsonl", '{"tokens":[0,1,2,3],"mask":[1,1,0,1]}\n{"tokens":[4,4],"advantages":[0,-2],"align":"same"}\n');

async function call(...argv: string[]): Promise<Record<string, never>[]> {
	const io = captureIo(folder);
	const status = await runCli([forwardCommand, fitCommand], argv, io);
	expect([status, io.stderr().includes("ascribe:") ? io.stderr() : ""]).toEqual([EXIT.good, ""]);
	return io
		.stdout()
		.trim()
		.split("\n")
		.filter(Boolean)
		.map((line) => JSON.parse(line));
}

/** Both backends' lines of one call. */
const both = async (...argv: string[]) => [
	await call(...argv, "--backend", "gpu"),
	await call(...argv, "--backend", "cpu"),
];

const numbers = (value: unknown): number[] =>
	typeof value === "number" ? [value] : typeof value === "object" && value ? Object.values(value).flatMap(numbers) : [];

function expectClose(a: unknown, b: unknown, tolerance: number): void {
	const [x, y] = [numbers(a), numbers(b)];
	expect(x.length).toBe(y.length);
	expect(x.every((v, i) => Math.abs(v - y[i]!) <= tolerance)).toBe(true);
}

describe("ascribe forward and fit on the GPU", () => {
	it("print what the float64 backend prints", async () => {
		const [gpu, cpu] = await both("forward", "m.safetensors", "--tokens", "t.json", "--attention");
		expect(numbers(cpu).length).toBeGreaterThanOrEqual(200);
		expectClose(gpu, cpu, 1e-4);
	});

	it("write its gradients", async () => {
		const files = [];
		for (const backend of ["gpu", "cpu"]) {
			const out = `g-${backend}.safetensors`;
			const [{ loss }] = (await call(
				"forward",
				"m.safetensors",
				"--grad",
				"d.jsonl",
				"--out",
				out,
				"--backend",
				backend,
			)) as unknown as [{ loss: number }];
			files.push({ loss, ...readModelFile(readFileSync(join(folder, out)), out, 2) });
		}
		const [gpu, cpu] = files as [(typeof files)[0], (typeof files)[0]];
		expect(Math.abs(gpu.loss - cpu.loss)).toBeLessThanOrEqual(1e-5);
		for (const { offset, length } of parameterLayout(config).tensors) {
			const [a, b] = [gpu, cpu].map((f) => f.parameters.subarray(offset, offset + length)) as [
				Float64Array,
				Float64Array,
			];
			const largest = Math.max(...b.map(Math.abs));
			expect(a.every((v, i) => Math.abs(v - b[i]!) <= 1e-4 * largest)).toBe(true);
		}
	});

	it("train to its parameters", async () => {
		const steps = ["--data", "d.jsonl", "--steps", "10", "--lr", "0.001"];
		const gpu = await call("fit", "m.safetensors", ...steps, "--out", "f-gpu.safetensors", "--backend", "gpu");
		const cpu = await call("fit", "m.safetensors", ...steps, "--out", "f-cpu.safetensors", "--backend", "cpu");
		expect(gpu.length).toBe(10);
		expectClose(gpu, cpu, 1e-4);
		const [a, b] = ["f-gpu.safetensors", "f-cpu.safetensors"].map(
			(name) => readModelFile(readFileSync(join(folder, name)), name, 2).parameters,
		);
		expect(parameterDistance(config, a!, b!)).toBeLessThanOrEqual(2e-5);
	});
});
