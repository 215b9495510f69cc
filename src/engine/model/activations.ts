import type { ModelConfig } from "./config";

/** Token sequences to run: row b holds `lengths[b]` tokens of capacity N. */
export interface TokenBatch {
	readonly B: number;
	readonly N: number;
	/** Token ids `[B·N]`; entries at t ≥ `lengths[b]` are not read. */
	readonly tokens: Int32Array;
	readonly lengths: Int32Array;
}

/** Results of a forward pass and what the backward pass reads. Row b, position t is row `b·N + t`; padding rows are undefined. */
export interface Activations {
	readonly embedded: Float64Array;
	readonly blocks: readonly BlockActivations[];
	readonly finalNorm: Float64Array;
	readonly finalMean: Float64Array;
	readonly finalRstd: Float64Array;
	/** Next-token logits `[B·N·V]`: row t scores token t + 1. */
	readonly logits: Float64Array;
	/** Value head `[B·N]`: V of the prefix that ends with token t; empty without a value head. */
	readonly values: Float64Array;
}

export interface BlockActivations {
	readonly norm1: Float64Array;
	readonly mean1: Float64Array;
	readonly rstd1: Float64Array;
	readonly qkv: Float64Array;
	/** Attention weights `[B, H, N, N]`, query rows; zero after the query. */
	readonly attention: Float64Array;
	readonly mixed: Float64Array;
	/** Residual stream after attention. */
	readonly middle: Float64Array;
	readonly norm2: Float64Array;
	readonly mean2: Float64Array;
	readonly rstd2: Float64Array;
	readonly hidden: Float64Array;
	readonly gelu: Float64Array;
	/** Residual stream after the block. */
	readonly out: Float64Array;
}

/** Buffers for batches of up to B rows of capacity N. Allocate once, run often. */
export function createActivations(config: ModelConfig, B: number, N: number): Activations {
	const { width: d, heads, vocabSize, layers } = config;
	const rows = (width: number) => new Float64Array(B * N * width);
	return {
		embedded: rows(d),
		blocks: Array.from({ length: layers }, () => ({
			norm1: rows(d),
			mean1: rows(1),
			rstd1: rows(1),
			qkv: rows(3 * d),
			attention: rows(heads * N),
			mixed: rows(d),
			middle: rows(d),
			norm2: rows(d),
			mean2: rows(1),
			rstd2: rows(1),
			hidden: rows(4 * d),
			gelu: rows(4 * d),
			out: rows(d),
		})),
		finalNorm: rows(d),
		finalMean: rows(1),
		finalRstd: rows(1),
		logits: rows(vocabSize),
		values: config.valueHead ? rows(1) : new Float64Array(0),
	};
}
