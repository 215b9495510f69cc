import { InvalidInput } from "../core/errors";
import { largest } from "../core/extremes";
import { checkModelConfig, type ModelConfig, type ParameterLayout, parameterLayout } from "../model/config";
import { readSafetensors, type SafetensorsFile, tensorValues, writeSafetensors } from "./safetensors";

export interface ModelFile {
	readonly config: ModelConfig;
	/** Flat, in `parameterLayout(config)`. */
	readonly parameters: Float64Array;
	readonly metadata: Readonly<Record<string, string>>;
}

/** What nanoGPT state dicts carry beside parameters: the causal mask of an attention without a fused kernel. */
const BUFFERS = /\.attn\.(bias|masked_bias)$/;
/** Put before every name by `torch.compile`. */
const COMPILED = /^_orig_mod\./;

/**
 * Reads a checkpoint with nanoGPT's names, Linear weights `[out, in]`. Sizes follow from the tensors, the number of heads from
 * the metadata (`n_head`) unless given; a head that is absent is tied to the token embedding.
 * @throws InvalidInput for a damaged file, a missing, unknown, misshapen or non-finite tensor, or an unknown number of heads.
 */
export function readModelFile(bytes: Uint8Array, where: string, heads?: number): ModelFile {
	const file = withoutExtras(readSafetensors(bytes, where));
	const config = modelConfigOf(file, where, heads);
	const layout = parameterLayout(config);
	checkNames(file, layout, where);
	const parameters = new Float64Array(layout.size);
	for (const { name, shape, offset } of layout.tensors) {
		const tensor = file.tensors.get(name)!;
		if (!sameShape(tensor.shape, shape)) throw wrongShape(name, tensor.shape, shape, where);
		parameters.set(tensorValues(tensor, where), offset);
	}
	return { config, parameters, metadata: file.metadata };
}

/** Parameters, or gradients under the same names, as safetensors with the sizes in the metadata. */
export function writeModelFile(
	config: ModelConfig,
	flat: Float32Array | Float64Array,
	metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
	const tensors = parameterLayout(config).tensors.map(({ name, shape, offset, length }) => ({
		name,
		shape,
		values: flat.subarray(offset, offset + length),
	}));
	return writeSafetensors(tensors, {
		format: "pt",
		...metadata,
		n_layer: String(config.layers),
		n_head: String(config.heads),
		n_embd: String(config.width),
		block_size: String(config.contextLength),
		vocab_size: String(config.vocabSize),
	});
}

function withoutExtras({ tensors, metadata }: SafetensorsFile): SafetensorsFile {
	const kept = [...tensors].map(([name, t]) => [name.replace(COMPILED, ""), t] as const);
	return { tensors: new Map(kept.filter(([name]) => !BUFFERS.test(name) || name.endsWith("c_attn.bias"))), metadata };
}

function modelConfigOf(file: SafetensorsFile, where: string, heads: number | undefined): ModelConfig {
	const [vocabSize, width] = matrixShape(file, "transformer.wte.weight", where);
	const [contextLength] = matrixShape(file, "transformer.wpe.weight", where);
	const blocks = [...file.tensors.keys()].map((name) => Number(/^transformer\.h\.(\d+)\./.exec(name)?.[1] ?? -1));
	return checkModelConfig({
		vocabSize,
		contextLength,
		layers: largest(blocks, -1) + 1,
		width,
		heads: heads ?? headsOf(file.metadata, where),
		headBias: file.tensors.has("lm_head.bias"),
		tiedHead: !file.tensors.has("lm_head.weight"),
		valueHead: file.tensors.has("value_head.weight"),
	});
}

function headsOf({ n_head: text }: Readonly<Record<string, string>>, where: string): number {
	if (text === undefined)
		throw new InvalidInput(
			`${where} does not say how many attention heads it has; give --heads, or n_head in its metadata.`,
		);
	const heads = Number(text);
	if (!Number.isInteger(heads) || heads < 1)
		throw new InvalidInput(`${where} has n_head "${text}" in its metadata; it must be a positive integer.`);
	return heads;
}

function matrixShape(file: SafetensorsFile, name: string, where: string): [number, number] {
	const tensor = file.tensors.get(name);
	if (!tensor) throw missing(name, where);
	if (tensor.shape.length !== 2)
		throw new InvalidInput(`${where}, tensor ${name}: shape [${tensor.shape.join(", ")}] must have two sizes.`);
	return tensor.shape as unknown as [number, number];
}

function checkNames(file: SafetensorsFile, layout: ParameterLayout, where: string): void {
	const known = new Set(layout.tensors.map((t) => t.name));
	for (const name of known) if (!file.tensors.has(name)) throw missing(name, where);
	for (const name of file.tensors.keys())
		if (!known.has(name)) throw new InvalidInput(`${where}, tensor ${name}: the model has no tensor of this name.`);
}

function missing(name: string, where: string): InvalidInput {
	const hint = name.endsWith("bias") ? "; checkpoints of models without biases are not supported" : "";
	return new InvalidInput(`${where} has no tensor ${name}${hint}.`);
}

function wrongShape(name: string, found: readonly number[], expected: readonly number[], where: string): InvalidInput {
	const text = `${where}, tensor ${name}: shape [${found.join(", ")}] must be [${expected.join(", ")}]`;
	const isConv = name.includes(".h.") && found.length === 2 && sameShape([...found].reverse(), expected);
	return new InvalidInput(
		isConv
			? `${text}; this is GPT-2's Conv1D layout [in, out]: transpose the weights of attn.c_attn, attn.c_proj, mlp.c_fc and mlp.c_proj.`
			: `${text}.`,
	);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
	return a.length === b.length && a.every((n, i) => n === b[i]);
}
