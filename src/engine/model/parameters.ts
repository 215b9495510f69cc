import { Rng } from "../core/rng";
import { type ModelConfig, type ParameterLayout, parameterLayout } from "./config";

/** Views of one flat buffer (parameters, gradients or a moment) by role. A tied head is the token embedding itself. */
export interface ModelTensors {
	readonly tokenEmbedding: Float64Array;
	readonly positionEmbedding: Float64Array;
	readonly blocks: readonly BlockTensors[];
	readonly finalNormWeight: Float64Array;
	readonly finalNormBias: Float64Array;
	readonly head: Float64Array;
	readonly headBias: Float64Array | null;
	readonly valueWeight: Float64Array | null;
	readonly valueBias: Float64Array | null;
}

export interface BlockTensors {
	readonly norm1Weight: Float64Array;
	readonly norm1Bias: Float64Array;
	readonly qkvWeight: Float64Array;
	readonly qkvBias: Float64Array;
	readonly attentionWeight: Float64Array;
	readonly attentionBias: Float64Array;
	readonly norm2Weight: Float64Array;
	readonly norm2Bias: Float64Array;
	readonly fcWeight: Float64Array;
	readonly fcBias: Float64Array;
	readonly projectionWeight: Float64Array;
	readonly projectionBias: Float64Array;
}

/** Cuts a flat buffer in the order of `parameterLayout(config)` into views; nothing is copied. */
export function modelTensors(config: ModelConfig, flat: Float64Array): ModelTensors {
	const views = new Map(
		parameterLayout(config).tensors.map((t) => [t.name, flat.subarray(t.offset, t.offset + t.length)]),
	);
	const at = (name: string) => views.get(name) as Float64Array;
	const block = (l: number): BlockTensors => {
		const h = `transformer.h.${l}`;
		return {
			norm1Weight: at(`${h}.ln_1.weight`),
			norm1Bias: at(`${h}.ln_1.bias`),
			qkvWeight: at(`${h}.attn.c_attn.weight`),
			qkvBias: at(`${h}.attn.c_attn.bias`),
			attentionWeight: at(`${h}.attn.c_proj.weight`),
			attentionBias: at(`${h}.attn.c_proj.bias`),
			norm2Weight: at(`${h}.ln_2.weight`),
			norm2Bias: at(`${h}.ln_2.bias`),
			fcWeight: at(`${h}.mlp.c_fc.weight`),
			fcBias: at(`${h}.mlp.c_fc.bias`),
			projectionWeight: at(`${h}.mlp.c_proj.weight`),
			projectionBias: at(`${h}.mlp.c_proj.bias`),
		};
	};
	return {
		tokenEmbedding: at("transformer.wte.weight"),
		positionEmbedding: at("transformer.wpe.weight"),
		blocks: Array.from({ length: config.layers }, (_, l) => block(l)),
		finalNormWeight: at("transformer.ln_f.weight"),
		finalNormBias: at("transformer.ln_f.bias"),
		head: at(config.tiedHead ? "transformer.wte.weight" : "lm_head.weight"),
		headBias: config.headBias ? at("lm_head.bias") : null,
		valueWeight: config.valueHead ? at("value_head.weight") : null,
		valueBias: config.valueHead ? at("value_head.bias") : null,
	};
}

/**
 * Initial parameters: normal with deviation 0.02, 0.02 / √(2L) for the projections back into the residual stream, zero
 * biases, unit LayerNorm weights. Each tensor draws from its own generator, forked by name, and is rounded to float32, so that every
 * executor starts from the same numbers.
 *
 * **Source** nanoGPT `model.py`, `GPT._init_weights`, https://github.com/karpathy/nanoGPT (after Radford et al. 2019).
 */
export function initParameters(config: ModelConfig, seed: number): Float64Array {
	const layout = parameterLayout(config);
	const flat = new Float64Array(layout.size);
	const root = Rng.of(seed).fork("init");
	for (const { name, offset, length, init } of layout.tensors) {
		if (init === "ones") flat.fill(1, offset, offset + length);
		if (init !== "normal" && init !== "residual") continue;
		const deviation = init === "normal" ? 0.02 : 0.02 / Math.sqrt(2 * config.layers);
		const rng = root.fork(name);
		for (let i = 0; i < length; i++) flat[offset + i] = Math.fround(deviation * rng.normal());
	}
	return flat;
}

/** Rounds a float64 buffer to float32, as checkpoints and other executors hold it. */
export function toFloat32(flat: Float64Array): Float32Array {
	return Float32Array.from(flat);
}

/** Copies named tensors into a new flat buffer of the layout; padding stays zero. */
export function packTensors(layout: ParameterLayout, tensors: ReadonlyMap<string, ArrayLike<number>>): Float64Array {
	const flat = new Float64Array(layout.size);
	for (const { name, offset } of layout.tensors) {
		const data = tensors.get(name);
		if (data) flat.set(data, offset);
	}
	return flat;
}
