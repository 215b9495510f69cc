import { describe, expect, it } from "vitest";
import { createActivations } from "../model/activations";
import { DEFAULT_MODEL, type ModelConfig } from "../model/config";
import { forward } from "../model/forward";
import { initParameters } from "../model/parameters";
import { modelPolicy } from "./modelPolicy";

const config: ModelConfig = { ...DEFAULT_MODEL, vocabSize: 5, contextLength: 6, layers: 2, width: 8, heads: 2 };
const parameters = initParameters(config, 3).map((v) => 5 * v);

/** softmax(logits / temperature) over the legal tokens after a whole pass over the sequence. */
function expected(tokens: readonly number[], legal: readonly number[], temperature: number, token: number): number {
	const acts = createActivations(config, 1, tokens.length);
	const lengths = Int32Array.of(tokens.length);
	forward(config, parameters, { B: 1, N: tokens.length, tokens: Int32Array.from(tokens), lengths }, acts);
	const weight = (t: number) => Math.exp(acts.logits[(tokens.length - 1) * 5 + t]! / temperature);
	return legal.includes(token) ? weight(token) / legal.reduce((a, t) => a + weight(t), 0) : 0;
}

describe("modelPolicy", () => {
	it("gives every prefix the distribution of a whole pass, in any order and again", async () => {
		const policy = modelPolicy(config, parameters, 0.7);
		const item = { id: "", prompt: [4, 2], data: null };
		const responses = [[1, 1], [], [1], [0, 3, 3], [1, 1, 0], [0], [1, 1]];
		const legal = [0, 1, 3];
		for (let round = 0; round < 2; round++) {
			const rows = await policy.logProbs(responses.map((response) => ({ item, response, legal, key: "" })));
			responses.forEach((response, i) => {
				for (let token = 0; token < 5; token++) {
					const p = expected([...item.prompt, ...response], legal, 0.7, token);
					expect(Math.abs(Math.exp(rows[i]![token]!) - p)).toBeLessThanOrEqual(1e-12);
				}
			});
		}
	});
});
