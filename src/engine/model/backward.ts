import type { Activations, BlockActivations, TokenBatch } from "./activations";
import { attentionBackward, type Sequence } from "./attention";
import type { ModelConfig } from "./config";
import { geluBackward } from "./gelu";
import { layerNormBackward } from "./layerNorm";
import { linearBackward } from "./linear";
import { type BlockTensors, type ModelTensors, modelTensors } from "./parameters";

/** Scratch of the backward pass; gradients of one sequence's activations at a time. */
export interface BackwardScratch {
	/** Gradient of the residual stream. */
	readonly dx: Float64Array;
	readonly dnorm: Float64Array;
	readonly dqkv: Float64Array;
	readonly dhidden: Float64Array;
	readonly dgelu: Float64Array;
	readonly dscores: Float64Array;
}

/** Buffers for batches of up to B rows of capacity N. */
export function createBackwardScratch({ width: d }: ModelConfig, B: number, N: number): BackwardScratch {
	const rows = (width: number) => new Float64Array(B * N * width);
	return {
		dx: rows(d),
		dnorm: rows(d),
		dqkv: rows(3 * d),
		dhidden: rows(4 * d),
		dgelu: rows(4 * d),
		dscores: new Float64Array(N),
	};
}

/**
 * Gradients of a scalar loss in the parameters, accumulated into `gradients`, from its gradients in logits and values.
 * Reads the activations that `forward` left for the same batch.
 *
 * **Shapes** dlogits [B·N·V], dvalues [B·N] or null, gradients flat in `parameterLayout(config)`. Rows t ≥ lengths[b] are not read.
 */
export function backward(
	config: ModelConfig,
	parameters: Float64Array,
	batch: TokenBatch,
	acts: Activations,
	dlogits: Float64Array,
	dvalues: Float64Array | null,
	gradients: Float64Array,
	scratch: BackwardScratch = createBackwardScratch(config, batch.B, batch.N),
): void {
	const p = modelTensors(config, parameters);
	const g = modelTensors(config, gradients);
	for (let b = 0; b < batch.B; b++) {
		const sequence = { b, N: batch.N, length: batch.lengths[b]! };
		headsBackward(scratch, p, g, acts, dlogits, dvalues, sequence, config);
		for (let l = config.layers - 1; l >= 0; l--) {
			const x = l === 0 ? acts.embedded : acts.blocks[l - 1]!.out;
			blockBackward(scratch, g.blocks[l]!, x, acts.blocks[l]!, p.blocks[l]!, sequence, config);
		}
		embedBackward(g, scratch.dx, batch.tokens, sequence, config.width);
	}
}

/** Leaves the gradient of the last residual stream in `dx`. */
function headsBackward(
	{ dx, dnorm }: BackwardScratch,
	p: ModelTensors,
	g: ModelTensors,
	acts: Activations,
	dlogits: Float64Array,
	dvalues: Float64Array | null,
	{ b, N, length }: Sequence,
	{ width: d, vocabSize }: ModelConfig,
): void {
	const { finalNorm, finalMean, finalRstd } = acts;
	const first = b * N;
	dnorm.fill(0, first * d, (first + length) * d);
	dx.fill(0, first * d, (first + length) * d);
	linearBackward(dnorm, g.head, g.headBias, dlogits, finalNorm, p.head, first, length, d, vocabSize);
	if (dvalues && p.valueWeight && g.valueWeight)
		linearBackward(dnorm, g.valueWeight, g.valueBias, dvalues, finalNorm, p.valueWeight, first, length, d, 1);
	const x = acts.blocks.at(-1)!.out;
	const { finalNormWeight: dweight, finalNormBias: dbias } = g;
	layerNormBackward(dx, dweight, dbias, dnorm, x, p.finalNormWeight, finalMean, finalRstd, first, length, d);
}

/** Takes `dx` of the block's output to `dx` of its input. The residual connections pass it through unchanged. */
function blockBackward(
	{ dx, dnorm, dqkv, dhidden, dgelu, dscores }: BackwardScratch,
	g: BlockTensors,
	x: Float64Array,
	a: BlockActivations,
	p: BlockTensors,
	sequence: Sequence,
	{ width: d, heads }: ModelConfig,
): void {
	const first = sequence.b * sequence.N;
	const count = sequence.length;
	const zero = (buffer: Float64Array, width: number) => buffer.fill(0, first * width, (first + count) * width);
	zero(dgelu, 4 * d);
	linearBackward(dgelu, g.projectionWeight, g.projectionBias, dx, a.gelu, p.projectionWeight, first, count, 4 * d, d);
	geluBackward(dhidden, dgelu, a.hidden, first * 4 * d, count * 4 * d);
	zero(dnorm, d);
	linearBackward(dnorm, g.fcWeight, g.fcBias, dhidden, a.norm2, p.fcWeight, first, count, d, 4 * d);
	const { norm2Weight: dw2, norm2Bias: db2 } = g;
	layerNormBackward(dx, dw2, db2, dnorm, a.middle, p.norm2Weight, a.mean2, a.rstd2, first, count, d);
	zero(dnorm, d);
	linearBackward(dnorm, g.attentionWeight, g.attentionBias, dx, a.mixed, p.attentionWeight, first, count, d, d);
	zero(dqkv, 3 * d);
	attentionBackward(dqkv, dscores, dnorm, a.qkv, a.attention, sequence, d, heads);
	zero(dnorm, d);
	linearBackward(dnorm, g.qkvWeight, g.qkvBias, dqkv, a.norm1, p.qkvWeight, first, count, d, 3 * d);
	layerNormBackward(dx, g.norm1Weight, g.norm1Bias, dnorm, x, p.norm1Weight, a.mean1, a.rstd1, first, count, d);
}

function embedBackward(
	g: ModelTensors,
	dx: Float64Array,
	tokens: Int32Array,
	{ b, N, length }: Sequence,
	d: number,
): void {
	for (let t = 0; t < length; t++) {
		const row = b * N + t;
		const token = tokens[row]! * d;
		for (let i = 0; i < d; i++) {
			g.tokenEmbedding[token + i]! += dx[row * d + i]!;
			g.positionEmbedding[t * d + i]! += dx[row * d + i]!;
		}
	}
}
