import { describe, expect, it } from "vitest";
import { DEFAULT_MODEL, type ModelConfig, parameterLayout } from "../model/config";
import { initParameters } from "../model/parameters";
import { readModelFile, writeModelFile } from "./modelFile";
import { type FloatTensor, writeSafetensors } from "./safetensors";

const config: ModelConfig = { ...DEFAULT_MODEL, vocabSize: 7, contextLength: 5, layers: 2, width: 6, heads: 3 };
const parameters = initParameters(config, 4);
const tensorsOf = (c: ModelConfig, flat: Float64Array): FloatTensor[] =>
	parameterLayout(c).tensors.map(({ name, shape, offset, length }) => ({
		name,
		shape,
		values: flat.subarray(offset, offset + length),
	}));
const tensors = tensorsOf(config, parameters);
const replaced = (name: string, over: Partial<FloatTensor>) =>
	tensors.map((t) => (t.name === name ? { ...t, ...over } : t));

describe("a model file", () => {
	it.each([config, { ...config, tiedHead: true, headBias: true }, { ...config, valueHead: true, layers: 11 }])(
		"comes back with its configuration and every bit: %j",
		(c) => {
			const flat = initParameters(c, 4);
			const read = readModelFile(writeModelFile(c, flat), "m");
			expect(read.config).toEqual(c);
			expect(read.parameters).toEqual(flat);
		},
	);

	it("takes the heads given over those of the metadata, and needs one of them", () => {
		expect(readModelFile(writeSafetensors(tensors), "m", 2).config.heads).toBe(2);
		expect(readModelFile(writeSafetensors(tensors, { n_head: "3" }), "m", 2).config.heads).toBe(2);
		expect(() => readModelFile(writeSafetensors(tensors), "m")).toThrow(/m does not say how many attention heads/);
		expect(() => readModelFile(writeSafetensors(tensors, { n_head: "x" }), "m")).toThrow(/n_head "x"/);
		expect(() => readModelFile(writeSafetensors(tensors), "m", 4)).toThrow(/width 6 is not divisible by heads 4/);
	});

	it("ignores a compiled model's prefix and the mask buffers of old checkpoints", () => {
		const mask = { name: "transformer.h.0.attn.bias", shape: [1, 1, 1, 1], values: [1] };
		const named = [...tensors, mask].map((t) => ({ ...t, name: `_orig_mod.${t.name}` }));
		expect(readModelFile(writeSafetensors(named), "m", 3).parameters).toEqual(parameters);
	});

	const c_attn = "transformer.h.1.attn.c_attn.weight";
	it.each([
		[
			"a missing tensor",
			tensors.filter((t) => t.name !== c_attn),
			/^m has no tensor transformer\.h\.1\.attn\.c_attn\.weight\.$/,
		],
		[
			"a model without biases",
			tensors.filter((t) => !t.name.endsWith("bias")),
			/ln_1\.bias; checkpoints of models without biases/,
		],
		[
			"an unknown tensor",
			[...tensors, { name: "lora.a", shape: [1], values: [0] }],
			/tensor lora\.a: the model has no tensor/,
		],
		["no model at all", [{ name: "x", shape: [1], values: [0] }], /has no tensor transformer\.wte\.weight/],
		[
			"a wrong width",
			replaced("transformer.ln_f.weight", { shape: [5], values: [1, 1, 1, 1, 1] }),
			/shape \[5\] must be \[6\]/,
		],
		[
			"GPT-2's Conv1D layout",
			replaced(c_attn, { shape: [6, 18] }),
			/shape \[6, 18\] must be \[18, 6\]; this is GPT-2's Conv1D layout/,
		],
		[
			"NaN",
			replaced("lm_head.weight", { values: new Float64Array(42).fill(Number.NaN) }),
			/lm_head\.weight: entry 0 is NaN/,
		],
		["no blocks", tensors.filter((t) => !t.name.includes(".h.")), /Model layers is 0/],
	])("is refused with %s in one sentence", (_, list, message) => {
		expect(() => readModelFile(writeSafetensors(list, { n_head: "3" }), "m")).toThrow(message);
	});
});
