import { describe, expect, test } from "vitest";
import { convert, samples } from "./testing";

describe("dumps of tokens", () => {
	test("prime-rl tokens: the prompt ends where training starts", () => {
		expect(convert(samples.primeRlTokens!)[0]).toMatchObject({
			prompt: [5, 6],
			tokens: [7, 8, 9],
			mask: [1, 0, 1],
			logprobs: [-1, 0, -2],
			advantages: { "prime-rl": [0.5, 0, -0.5] },
			signals: { trainerLogProbs: [-1.1, 0, null] },
			env_name: "math",
			schema_version: 1,
		});
		const trainedFrom = (loss_mask: boolean[]) => convert({ ...samples.primeRlTokens!, loss_mask })[0];
		expect(trainedFrom([true, true, true, true, true])).toMatchObject({ prompt: [], tokens: [5, 6, 7, 8, 9] });
		expect(trainedFrom([false, false, false, false, false])).toMatchObject({ prompt: [], mask: [0, 0, 0, 0, 0] });
		const masked = {
			is_masked: [false, false, true, false, false],
			rl_weights: [0, 0, 1, 0, 1],
			prob_delta: [0, 0, 0.1, 0, null],
		};
		expect(convert({ ...samples.primeRlTokens!, ...masked })[0]!.signals).toMatchObject({
			isMasked: [1, 0, 0],
			rlWeights: [1, 0, 1],
			probDelta: [0.1, 0, null],
		});
		expect(() => convert({ ...samples.primeRlTokens!, rl_weights: [1] })).toThrow("rlWeights has 1 entry for 5 tokens");
	});
	test("NeMo-RL: lists of one are opened, padding is cut, the step comes from the file's name", () => {
		expect(convert(samples.nemoRl!, "train_data_step31.jsonl")[0]).toMatchObject({
			id: "17",
			step: 31,
			prompt: [1, 2],
			tokens: [3, 4],
			advantages: { "nemo-rl": [2, 2] },
			signals: { trainerLogProbs: [-1, -2.5] },
			reward: 1,
			content: "x",
		});
		const [left] = convert({ ...samples.nemoRl!, sample_loss_mask: [0], filtered_rewards: [0.5], agent_ref: ["math"] });
		expect(left).toMatchObject({ tokens: [3, 4], mask: [0, 0], filtered_rewards: 0.5, agent_ref: "math" });
	});
	test("Atropos: −100 marks the prompt, a group per line", () => {
		const [a, b] = convert(samples.atropos!);
		expect(a).toMatchObject({ prompt: [1], tokens: [2, 3], mask: [1, 1], reward: 1, advantages: { atropos: [1, 2] } });
		expect(b).toMatchObject({ prompt: [1, 2], tokens: [4], reward: -1, group: a!.group });
		// Masks of 0 and 1 are read as such where no entry is −100.
		const plain = [
			[0, 1, 0],
			[0, 0, 1],
		];
		expect(convert({ ...samples.atropos!, masks: plain }).map(({ prompt, mask }) => [prompt, mask])).toEqual([
			[[1], [1, 0]],
			[[1, 2], [1]],
		]);
	});
});
