import { unzipSync, zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { coinSpec } from "../../testing/coinTask";
import type { ModelConfig } from "../model/config";
import { initParameters, toFloat32 } from "../model/parameters";
import { type RunFile, readRunFile, writeRunFile } from "./runFile";

const model: ModelConfig = {
	...coinSpec().model,
	vocabSize: 5,
	contextLength: 3,
};
const flat = (seed: number) => toFloat32(initParameters(model, seed));
const file: RunFile = {
	spec: coinSpec({ seed: 7 }),
	model,
	label: { kind: "cpu", adapter: "fake", plan: "0", software: true },
	fingerprints: [{ step: 0, fingerprint: "0123456789abcdef" }],
	events: [{ type: "finished", step: 12, reason: "done" }],
	rollouts: '{"id":"p0/0"}\n',
	credit: "",
	checkpoint: {
		step: 12,
		state: { parameters: flat(1), firstMoment: flat(2), secondMoment: flat(3), step: 24 },
		reference: flat(4),
	},
};

describe("a run file", () => {
	test("comes back with every bit, with and without a reference policy", () => {
		expect(readRunFile(writeRunFile(file), "run.zip")).toEqual(file);
		const plain = { ...file, checkpoint: { ...file.checkpoint!, reference: null } };
		expect(readRunFile(writeRunFile(plain), "run.zip")).toEqual(plain);
	});
	test("comes back with what signals keep, to the last bit", () => {
		const memory = { runningReturns: 0.1 + 0.2, other: -1e-300 };
		const state = { ...file.checkpoint!.state, memory };
		const remembering = { ...file, checkpoint: { ...file.checkpoint!, state } };
		expect(readRunFile(writeRunFile(remembering), "run.zip")).toEqual(remembering);
		const broken = {
			...remembering,
			checkpoint: { ...remembering.checkpoint, state: { ...state, memory: { a: NaN } } },
		};
		expect(() => readRunFile(writeRunFile(broken), "run.zip")).toThrow("must be a finite number for each provider");
	});
	test("of equal runs has equal bytes", () => {
		expect(writeRunFile(file)).toEqual(writeRunFile(file));
	});
	test("gives its latest checkpoint when it holds several", () => {
		const late = { ...file, checkpoint: { ...file.checkpoint!, step: 100 } };
		const both = zipSync({ ...unzipSync(writeRunFile(file)), ...unzipSync(writeRunFile(late)) });
		expect(readRunFile(both, "run.zip").checkpoint?.step).toBe(100);
	});

	const without = (name: string) => {
		const { [name]: _, ...rest } = unzipSync(writeRunFile(file));
		return zipSync(rest);
	};
	const replaced = (name: string, text: string) =>
		zipSync({ ...unzipSync(writeRunFile(file)), [name]: new TextEncoder().encode(text) });
	test.each([
		["no archive", Uint8Array.of(1, 2, 3), /^run\.zip is no run file, or it is damaged/],
		["cut off", writeRunFile(file).slice(0, 900), /^run\.zip is no run file, or it is damaged/],
		["without its spec", without("spec.json"), /^run\.zip is no complete run file: it lacks spec\.json/],
		["without parameters", without("checkpoints/step-12.safetensors"), /^run\.zip holds no checkpoint/],
		[
			"without moments",
			without("checkpoints/step-12.first-moment.safetensors"),
			/lacks checkpoints\/step-12\.first-moment/,
		],
		["with a broken spec", replaced("spec.json", "{"), /^run\.zip, spec\.json is not JSON/],
		["with a wrong spec", replaced("spec.json", '{"schema":"x"}'), /^run\.zip, spec\.json: The experiment's schema/],
		[
			"with a broken model",
			replaced("checkpoints/step-12.safetensors", "hello"),
			/^run\.zip, checkpoints\/step-12\.safetensors/,
		],
	])("%s is refused in one sentence", (_, bytes, message) => {
		expect(() => readRunFile(bytes, "run.zip")).toThrow(message);
	});
});
