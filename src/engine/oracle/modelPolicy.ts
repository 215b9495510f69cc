import type { ModelConfig } from "../model/config";
import { Decoder } from "../model/decoder";
import type { Policy, Prefix } from "./policy";

/**
 * A transformer as the oracle sees it, in float64: softmax(logits / temperature) over the legal tokens. Prefixes are visited
 * in lexical order and every shared prefix is computed once: row k of the decoder holds the first k tokens.
 * @param parameters flat, as `parameterLayout` lays them out.
 */
export function modelPolicy(config: ModelConfig, parameters: Float64Array, temperature: number): Policy {
	const { vocabSize: V, contextLength: N } = config;
	const decoder = new Decoder(config, parameters, N + 1, N);
	const held: number[] = [];
	const rows = Array.from({ length: N + 1 }, () => new Float64Array(V));
	const logitsAfter = (tokens: readonly number[]) => {
		let k = 0;
		while (k < held.length && k < tokens.length && held[k] === tokens[k]) k++;
		held.length = k;
		for (; k < tokens.length; k++) {
			decoder.fork(k, k + 1);
			decoder.advance(k + 1, tokens[k]!, rows[k + 1]!);
			held.push(tokens[k]!);
		}
		return rows[tokens.length]!;
	};
	return {
		vocabSize: V,
		observes: "prefix",
		logProbs(prefixes) {
			const sequences = prefixes.map(({ item, response }) => [...item.prompt, ...response]);
			const order = sequences.map((_, i) => i).sort((a, b) => lexical(sequences[a]!, sequences[b]!));
			const out = new Array<Float64Array>(prefixes.length);
			for (const i of order) out[i] = legalLogProbs(logitsAfter(sequences[i]!), prefixes[i]!, temperature);
			return out;
		},
	};
}

function lexical(a: readonly number[], b: readonly number[]): number {
	for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
	return a.length - b.length;
}

function legalLogProbs(logits: Float64Array, { legal }: Prefix, temperature: number): Float64Array {
	const out = new Float64Array(logits.length).fill(-Infinity);
	let top = -Infinity;
	for (const token of legal) top = Math.max(top, logits[token]! / temperature);
	let total = 0;
	for (const token of legal) total += Math.exp(logits[token]! / temperature - top);
	for (const token of legal) out[token] = logits[token]! / temperature - top - Math.log(total);
	return out;
}
