import { largest } from "../core/extremes";
import type { WeightedSequence } from "../formats/weightedSequences";
import { createActivations, type TokenBatch } from "./activations";
import { backward, createBackwardScratch } from "./backward";
import type { ModelConfig } from "./config";
import { forward } from "./forward";
import { tokenLogProbs, tokenLogProbsBackward } from "./tokenLogProbs";

/**
 * −Σ mask·A·log p / Σ mask over all sequences together, and its gradient in the parameters.
 * @param gradients flat; overwritten.
 * @returns the loss, nats.
 */
export function weightedLogProbLoss(
	config: ModelConfig,
	parameters: Float64Array,
	sequences: readonly WeightedSequence[],
	gradients: Float64Array,
): number {
	const N = largest(sequences.map((s) => s.tokens.length));
	const V = config.vocabSize;
	const acts = createActivations(config, 1, N);
	const scratch = createBackwardScratch(config, 1, N);
	const dlogits = new Float64Array(N * V);
	const dlogProbs = new Float64Array(N);
	const logProbs = new Float64Array(N);
	const entropy = new Float64Array(N);
	const counted = sequences.reduce((sum, s) => sum + s.mask.reduce((a, m) => a + m, 0), 0);
	let loss = 0;
	gradients.fill(0);
	for (const { tokens, mask, advantages } of sequences) {
		const batch: TokenBatch = { B: 1, N, tokens, lengths: Int32Array.of(tokens.length) };
		forward(config, parameters, batch, acts);
		const scored = followingTokens(tokens);
		tokenLogProbs(logProbs, entropy, acts.logits, V, scored);
		for (let i = 0; i < scored.count; i++) {
			dlogProbs[i] = (-mask[i + 1]! * advantages[i + 1]!) / counted;
			loss += dlogProbs[i]! * logProbs[i]!;
		}
		dlogits.fill(0);
		tokenLogProbsBackward(dlogits, acts.logits, V, scored, dlogProbs, null);
		backward(config, parameters, batch, acts, dlogits, null, gradients, scratch);
	}
	return loss;
}

/** Every token of a sequence but the first, each predicted by the row before it, all tokens legal. */
function followingTokens(tokens: Int32Array) {
	const count = tokens.length - 1;
	return {
		count,
		rows: Int32Array.from({ length: count }, (_, t) => t),
		targets: tokens.slice(1),
		temperature: 1,
		legal: null,
	};
}
