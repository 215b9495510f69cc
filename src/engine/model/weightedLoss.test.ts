import { describe, expect, it } from "vitest";
import { readWeightedSequences } from "../formats/weightedSequences";
import { createActivations } from "./activations";
import { DEFAULT_MODEL, type ModelConfig, parameterLayout } from "./config";
import { forward } from "./forward";
import { initParameters } from "./parameters";
import { weightedLogProbLoss } from "./weightedLoss";

const config: ModelConfig = { ...DEFAULT_MODEL, vocabSize: 4, contextLength: 5, layers: 1, width: 4, heads: 2 };
const parameters = initParameters(config, 1).map((v) => 20 * v);
const DATA = [
	'{"tokens":[0,1,2],"mask":[1,1,0.5],"advantages":[9,2,-1]}',
	'{"tokens":[3,3,1,0],"mask":[1,0,1],"advantages":[0.5,7,3],"align":"next"}',
].join("\n");

/** log p of token t of a sequence, straight from the logits. */
function logProb(tokens: number[], t: number): number {
	const acts = createActivations(config, 1, tokens.length);
	forward(
		config,
		parameters,
		{ B: 1, N: tokens.length, tokens: Int32Array.from(tokens), lengths: Int32Array.of(tokens.length) },
		acts,
	);
	const row = [...acts.logits.subarray((t - 1) * 4, t * 4)];
	return row[tokens[t]!]! - Math.log(row.reduce((a, z) => a + Math.exp(z), 0));
}

describe("the weighted log-probability loss", () => {
	it("divides by the masks of all sequences; position 0 counts in neither sum", () => {
		const loss = weightedLogProbLoss(
			config,
			parameters,
			readWeightedSequences(DATA, "d", config),
			new Float64Array(parameters.length),
		);
		const sum =
			2 * logProb([0, 1, 2], 1) -
			0.5 * logProb([0, 1, 2], 2) +
			0.5 * logProb([3, 3, 1, 0], 1) +
			3 * logProb([3, 3, 1, 0], 3);
		expect(Math.abs(loss + sum / 3.5)).toBeLessThanOrEqual(1e-14);
	});

	it("has the gradient of central differences", () => {
		const sequences = readWeightedSequences(DATA, "d", config);
		const gradients = new Float64Array(parameters.length);
		const unused = new Float64Array(parameters.length);
		weightedLogProbLoss(config, parameters, sequences, gradients);
		for (const { offset, length, name } of parameterLayout(config).tensors)
			for (let i = offset; i < offset + length; i += 3) {
				const moved = parameters.slice();
				// Truncation error grows with h²: a smaller step than elsewhere, because these weights curve more.
				moved[i]! += 2e-6;
				const plus = weightedLogProbLoss(config, moved, sequences, unused);
				moved[i]! -= 4e-6;
				const numeric = (plus - weightedLogProbLoss(config, moved, sequences, unused)) / 4e-6;
				expect(Math.abs(gradients[i]! - numeric), name).toBeLessThanOrEqual(1e-8);
			}
	});
});

describe("a line of data", () => {
	const read = (line: string) => readWeightedSequences(line, "d", config);
	it("may leave mask and advantages out: all tokens after the first count with 1", () => {
		const [sequence] = read('{"tokens":[1,2,3]}\n\n');
		expect([...sequence!.mask]).toEqual([0, 1, 1]);
		expect([...sequence!.advantages]).toEqual([1, 1, 1]);
	});
	it("with align next may carry a last entry, which predicts nothing", () => {
		const with3 = read('{"tokens":[1,2,3],"mask":[1,0,1],"align":"next"}');
		expect(with3).toEqual(read('{"tokens":[1,2,3],"mask":[1,0],"align":"next"}'));
		expect([...with3[0]!.mask]).toEqual([0, 1, 0]);
	});
	it.each([
		["", /^d holds no sequence\.$/],
		["{", /^d, line 1 is not JSON/],
		["[1]", /line 1 must be an object/],
		['{"tokens":[1,4]}', /d, line 1: tokens: token 1 is 4; ids run from 0 to 3/],
		['{"tokens":[1,1.5]}', /token 1 is 1.5/],
		['{"tokens":[]}', /tokens: \[\] must be an array of token ids/],
		['{"mask":[1]}', /tokens: missing must be/],
		['{"tokens":[1,1,1,1,1,1]}', /6 tokens are more than the model's context of 5/],
		['{"tokens":[1,2],"mask":[1]}', /mask has 1 entries; it must have 2/],
		['{"tokens":[1,2],"mask":[1,-1]}', /mask has a negative entry/],
		['{"tokens":[1,2],"advantages":[1,null]}', /advantages, entry 1 is null; it must be a finite number/],
		['{"tokens":[1,2],"align":"prev"}', /align is "prev"; it must be "same" or "next"/],
		['{"tokens":[1,2],"mask":[1,0]}', /d: no token counts/],
	])("%s is refused in one sentence", (line, message) => {
		expect(() => read(line)).toThrow(message);
	});
});
