import { InvalidInput } from "../core/errors";
import { attendQuery } from "./attention";
import type { ModelConfig } from "./config";
import { geluForward } from "./gelu";
import { layerNormForward } from "./layerNorm";
import { linearForward } from "./linear";
import { type BlockTensors, type ModelTensors, modelTensors } from "./parameters";

/**
 * The transformer one token at a time: keys and values of earlier tokens are kept, so that a token costs one row.
 * Rows advance independently. Gives the same numbers as `forward`, in the same order of summation.
 */
export class Decoder {
	private readonly tensors: ModelTensors;
	/** Queries, keys and values `[B·N·3d]` per layer; only keys and values are read again. */
	private readonly qkv: Float64Array[];
	private readonly scratch: Record<"x" | "norm" | "fresh" | "mixed" | "hidden" | "weights" | "one", Float64Array>;
	private readonly positions: Int32Array;

	/**
	 * @param parameters flat; read at every `advance`, so that updates in place are seen.
	 * @param B rows. @param N tokens per row at most.
	 */
	constructor(
		private readonly config: ModelConfig,
		parameters: Float64Array,
		B: number,
		private readonly N: number,
	) {
		const { width: d, layers } = config;
		this.tensors = modelTensors(config, parameters);
		this.qkv = Array.from({ length: layers }, () => new Float64Array(B * N * 3 * d));
		this.positions = new Int32Array(B);
		this.scratch = {
			x: new Float64Array(d),
			norm: new Float64Array(d),
			fresh: new Float64Array(3 * d),
			mixed: new Float64Array(d),
			hidden: new Float64Array(4 * d),
			weights: new Float64Array(N),
			one: new Float64Array(1),
		};
	}

	/** Forgets all rows. */
	reset(): void {
		this.positions.fill(0);
	}

	/** Makes row `to` a copy of row `from`, so that it can go on differently. */
	fork(from: number, to: number): void {
		const size = this.N * 3 * this.config.width;
		const used = this.positions[from]! * 3 * this.config.width;
		for (const cache of this.qkv) cache.copyWithin(to * size, from * size, from * size + used);
		this.positions[to] = this.positions[from]!;
	}

	/**
	 * Appends `token` to row b and writes the logits of the token after it.
	 * @param logits at least V numbers; written from 0.
	 * @returns the value head's V of the row so far; NaN without a value head.
	 * @throws InvalidInput when the row is full or the token unknown.
	 */
	advance(b: number, token: number, logits: Float64Array): number {
		const { width: d, vocabSize, contextLength } = this.config;
		const { x, norm, one } = this.scratch;
		const t = this.positions[b]!;
		if (!(t < Math.min(this.N, contextLength)))
			throw new InvalidInput(`Row ${b} is full: it holds ${t} tokens, as many as the context.`);
		if (!(token >= 0 && token < vocabSize))
			throw new InvalidInput(`Row ${b}, token ${t} is id ${token}; ids run from 0 to ${vocabSize - 1}.`);
		const { tokenEmbedding, positionEmbedding, finalNormWeight, finalNormBias, head, headBias } = this.tensors;
		for (let i = 0; i < d; i++) x[i] = tokenEmbedding[token * d + i]! + positionEmbedding[t * d + i]!;
		this.tensors.blocks.forEach((block, l) => {
			this.block(block, this.qkv[l]!, b, t);
		});
		layerNormForward(norm, one, one, x, finalNormWeight, finalNormBias, 0, 1, d);
		linearForward(logits, norm, head, headBias, 0, 1, d, vocabSize);
		this.positions[b] = t + 1;
		if (!this.tensors.valueWeight) return Number.NaN;
		linearForward(one, norm, this.tensors.valueWeight, this.tensors.valueBias, 0, 1, d, 1);
		return one[0]!;
	}

	private block(p: BlockTensors, cache: Float64Array, b: number, t: number): void {
		const { width: d, heads } = this.config;
		const { x, norm, fresh, mixed, hidden, weights, one } = this.scratch;
		const D = d / heads;
		layerNormForward(norm, one, one, x, p.norm1Weight, p.norm1Bias, 0, 1, d);
		linearForward(fresh, norm, p.qkvWeight, p.qkvBias, 0, 1, d, 3 * d);
		cache.set(fresh, (b * this.N + t) * 3 * d);
		for (let h = 0; h < heads; h++) {
			const k = b * this.N * 3 * d + d + h * D;
			attendQuery(mixed, h * D, weights, 0, fresh, h * D, cache, k, k + d, 3 * d, t + 1, D);
		}
		linearForward(norm, mixed, p.attentionWeight, p.attentionBias, 0, 1, d, d);
		for (let i = 0; i < d; i++) x[i]! += norm[i]!;
		layerNormForward(norm, one, one, x, p.norm2Weight, p.norm2Bias, 0, 1, d);
		linearForward(hidden, norm, p.fcWeight, p.fcBias, 0, 1, d, 4 * d);
		geluForward(hidden, hidden, 0, 4 * d);
		linearForward(norm, hidden, p.projectionWeight, p.projectionBias, 0, 1, 4 * d, d);
		for (let i = 0; i < d; i++) x[i]! += norm[i]!;
	}
}
