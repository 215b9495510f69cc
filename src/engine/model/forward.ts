import { InvalidInput } from "../core/errors";
import type { Activations, BlockActivations, TokenBatch } from "./activations";
import { attentionForward, type Sequence } from "./attention";
import type { ModelConfig } from "./config";
import { geluForward } from "./gelu";
import { layerNormForward } from "./layerNorm";
import { linearForward } from "./linear";
import { type BlockTensors, type ModelTensors, modelTensors } from "./parameters";

/**
 * The transformer in float64: the definition that every kernel is compared with. Row t of the logits scores token t + 1.
 * Only rows t < lengths[b] are computed; others keep what they held.
 *
 * **Shapes** parameters flat in `parameterLayout(config)`; `acts` for at least this B and exactly this N.
 * @throws InvalidInput for a token outside the vocabulary or a row longer than the context.
 */
export function forward(config: ModelConfig, parameters: Float64Array, batch: TokenBatch, acts: Activations): void {
	checkBatch(config, batch);
	const tensors = modelTensors(config, parameters);
	for (let b = 0; b < batch.B; b++) {
		const sequence = { b, N: batch.N, length: batch.lengths[b]! };
		embed(acts.embedded, tensors, batch.tokens, sequence, config.width);
		let x = acts.embedded;
		tensors.blocks.forEach((block, l) => {
			const a = acts.blocks[l]!;
			blockForward(a, x, block, sequence, config);
			x = a.out;
		});
		headsForward(acts, x, tensors, sequence, config);
	}
}

/** x[t] = wte[token_t] + wpe[t]. */
function embed(out: Float64Array, tensors: ModelTensors, tokens: Int32Array, { b, N, length }: Sequence, d: number) {
	for (let t = 0; t < length; t++) {
		const row = b * N + t;
		const token = tokens[row]! * d;
		for (let i = 0; i < d; i++)
			out[row * d + i] = tensors.tokenEmbedding[token + i]! + tensors.positionEmbedding[t * d + i]!;
	}
}

/** middle = x + attention(LayerNorm(x)); out = middle + MLP(LayerNorm(middle)). */
function blockForward(
	a: BlockActivations,
	x: Float64Array,
	p: BlockTensors,
	sequence: Sequence,
	{ width: d, heads }: ModelConfig,
): void {
	const first = sequence.b * sequence.N;
	const count = sequence.length;
	layerNormForward(a.norm1, a.mean1, a.rstd1, x, p.norm1Weight, p.norm1Bias, first, count, d);
	linearForward(a.qkv, a.norm1, p.qkvWeight, p.qkvBias, first, count, d, 3 * d);
	attentionForward(a.mixed, a.attention, a.qkv, sequence, d, heads);
	linearForward(a.middle, a.mixed, p.attentionWeight, p.attentionBias, first, count, d, d);
	addRows(a.middle, x, first * d, count * d);
	layerNormForward(a.norm2, a.mean2, a.rstd2, a.middle, p.norm2Weight, p.norm2Bias, first, count, d);
	linearForward(a.hidden, a.norm2, p.fcWeight, p.fcBias, first, count, d, 4 * d);
	geluForward(a.gelu, a.hidden, first * 4 * d, count * 4 * d);
	linearForward(a.out, a.gelu, p.projectionWeight, p.projectionBias, first, count, 4 * d, d);
	addRows(a.out, a.middle, first * d, count * d);
}

function headsForward(
	acts: Activations,
	x: Float64Array,
	p: ModelTensors,
	{ b, N, length }: Sequence,
	{ width: d, vocabSize }: ModelConfig,
): void {
	const { finalNorm, finalMean, finalRstd } = acts;
	layerNormForward(finalNorm, finalMean, finalRstd, x, p.finalNormWeight, p.finalNormBias, b * N, length, d);
	linearForward(acts.logits, finalNorm, p.head, p.headBias, b * N, length, d, vocabSize);
	if (p.valueWeight) linearForward(acts.values, finalNorm, p.valueWeight, p.valueBias, b * N, length, d, 1);
}

function addRows(out: Float64Array, x: Float64Array, first: number, count: number): void {
	for (let i = first; i < first + count; i++) out[i]! += x[i]!;
}

/** @throws InvalidInput when a row is too long or holds an id outside the vocabulary. */
function checkBatch({ vocabSize, contextLength }: ModelConfig, { B, N, tokens, lengths }: TokenBatch): void {
	for (let b = 0; b < B; b++) {
		const length = lengths[b]!;
		if (!(length <= Math.min(N, contextLength)))
			throw new InvalidInput(
				`Sequence ${b} has ${length} tokens; the model's context holds ${Math.min(N, contextLength)}.`,
			);
		for (let t = 0; t < length; t++) {
			const token = tokens[b * N + t]!;
			if (!(token >= 0 && token < vocabSize))
				throw new InvalidInput(`Sequence ${b}, token ${t} is id ${token}; ids run from 0 to ${vocabSize - 1}.`);
		}
	}
}
