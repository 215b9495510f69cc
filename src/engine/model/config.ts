import { InvalidInput } from "../core/errors";

/**
 * Shape of a decoder-only transformer in the nanoGPT convention: pre-LayerNorm (eps 1e-5), learned positions,
 * GELU (tanh), feed-forward width 4·width, Linear weights `[out, in]` with bias, head untied and without bias by default.
 */
export interface ModelConfig {
	/** V: number of token ids. */
	readonly vocabSize: number;
	/** C: longest sequence, prompt and response together. */
	readonly contextLength: number;
	/** L: number of blocks. */
	readonly layers: number;
	/** d: width of the residual stream. */
	readonly width: number;
	/** H: attention heads; must divide `width`. */
	readonly heads: number;
	/** Bias of the head. Default false. */
	readonly headBias: boolean;
	/** Share the head's weight with the token embedding. Default false. */
	readonly tiedHead: boolean;
	/** A scalar head for values V(prefix), reading the final LayerNorm. Default false. */
	readonly valueHead: boolean;
}

export const LAYER_NORM_EPS = 1e-5;

export const DEFAULT_MODEL = { headBias: false, tiedHead: false, valueHead: false } as const;

/** Checks a configuration and returns it. @throws InvalidInput one sentence that names the field. */
export function checkModelConfig(config: ModelConfig): ModelConfig {
	for (const field of ["vocabSize", "contextLength", "layers", "width", "heads"] as const) {
		const value = config[field];
		if (!Number.isInteger(value) || value < 1)
			throw new InvalidInput(`Model ${field} is ${value}; it must be a positive integer.`);
	}
	if (config.width % config.heads !== 0)
		throw new InvalidInput(
			`Model width ${config.width} is not divisible by heads ${config.heads}; choose a width that is a multiple of the number of heads.`,
		);
	return config;
}

export interface TensorSpec {
	/** nanoGPT's name, as on disk. */
	readonly name: string;
	readonly shape: readonly number[];
	/** First float in the flat buffer; a multiple of 64 floats (256 bytes), so that it can be bound as a slice. */
	readonly offset: number;
	/** Number of floats, without padding. */
	readonly length: number;
	/** Decoupled weight decay applies: Linear and head matrices only (not embeddings, biases, LayerNorm). */
	readonly decay: boolean;
	readonly init: "zeros" | "ones" | "normal" | "residual";
}

export interface ParameterLayout {
	readonly tensors: readonly TensorSpec[];
	/** Length of the flat buffer in floats, padding included; a multiple of 64. */
	readonly size: number;
	/** Number of parameters, without padding. */
	readonly count: number;
}

const ALIGN = 64;

/** Where each tensor lies in the flat buffers for parameters, gradients and both moments. Order is forward order. */
export function parameterLayout(config: ModelConfig): ParameterLayout {
	const { vocabSize: V, contextLength: C, layers: L, width: d } = config;
	const tensors: TensorSpec[] = [];
	let offset = 0;
	let count = 0;
	const add = (name: string, shape: number[], init: TensorSpec["init"], decay = false) => {
		const length = shape.reduce((a, b) => a * b, 1);
		tensors.push({ name, shape, offset, length, decay, init });
		offset += Math.ceil(length / ALIGN) * ALIGN;
		count += length;
	};
	add("transformer.wte.weight", [V, d], "normal");
	add("transformer.wpe.weight", [C, d], "normal");
	for (let l = 0; l < L; l++) {
		const h = `transformer.h.${l}`;
		add(`${h}.ln_1.weight`, [d], "ones");
		add(`${h}.ln_1.bias`, [d], "zeros");
		add(`${h}.attn.c_attn.weight`, [3 * d, d], "normal", true);
		add(`${h}.attn.c_attn.bias`, [3 * d], "zeros");
		add(`${h}.attn.c_proj.weight`, [d, d], "residual", true);
		add(`${h}.attn.c_proj.bias`, [d], "zeros");
		add(`${h}.ln_2.weight`, [d], "ones");
		add(`${h}.ln_2.bias`, [d], "zeros");
		add(`${h}.mlp.c_fc.weight`, [4 * d, d], "normal", true);
		add(`${h}.mlp.c_fc.bias`, [4 * d], "zeros");
		add(`${h}.mlp.c_proj.weight`, [d, 4 * d], "residual", true);
		add(`${h}.mlp.c_proj.bias`, [d], "zeros");
	}
	add("transformer.ln_f.weight", [d], "ones");
	add("transformer.ln_f.bias", [d], "zeros");
	if (!config.tiedHead) add("lm_head.weight", [V, d], "normal", true);
	if (config.headBias) add("lm_head.bias", [V], "zeros");
	if (config.valueHead) {
		add("value_head.weight", [1, d], "normal", true);
		add("value_head.bias", [1], "zeros");
	}
	return { tensors, size: offset, count };
}
