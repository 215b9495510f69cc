import { expect, it } from "vitest";
import { PRESETS } from "../spec/presets";
import { openSpec } from "../spec/registries";
import { expectedRounds, stepCost } from "./cost";

const { spec, task } = openSpec(PRESETS[0]!.spec);
const base = stepCost(spec, task);
const { rollout, model } = spec;

it("grows with the batch as the batch does, and with epochs only in learning", () => {
	const wide = stepCost({ ...spec, rollout: { ...rollout, prompts: 2 * rollout.prompts } }, task);
	expect([wide.parameters, wide.flops, wide.tokens]).toEqual([base.parameters, 2 * base.flops, 2 * base.tokens]);
	const twice = stepCost({ ...spec, epochs: 2 }, task);
	// One forward to sample, three to learn: 4 becomes 7.
	expect(twice.flops / base.flops).toBe(7 / 4);
	expect(twice.bytes).toBe(base.bytes);
});

it("counts the rounds that fill a batch where half of the groups differ", () => {
	// One place: 1 + ½ + ¼ + … ; two: the first round fails with ¾, two of them (four throws, at most one head) with 5/16.
	expect([1, 2, 3].map((most) => expectedRounds(1, most))).toEqual([1, 1.5, 1.75].map((x) => expect.closeTo(x, 12)));
	expect(expectedRounds(2, 3)).toBeCloseTo(1 + 3 / 4 + 5 / 16, 12);
	expect(expectedRounds(1024, 64)).toBeCloseTo(2.5, 1);
	const inRounds = stepCost({ ...spec, rollout: { ...rollout, rounds: 2 } }, task);
	// 32 prompts never all differ: two rounds to sample, three forwards to learn.
	expect(inRounds.flops / base.flops).toBeCloseTo(5 / 4, 8);
	expect(stepCost({ ...spec, rollout: { ...rollout, rounds: 1 } }, task).bytes).toBe(base.bytes);
});

it("counts a second record of the rollouts where rounds fill the batch", () => {
	const inRounds = stepCost({ ...spec, rollout: { ...rollout, rounds: 5 } }, task);
	// Nine numbers of four bytes for each token of 256 rollouts.
	expect(inRounds.bytes - base.bytes).toBe(4 * 9 * 256 * task.maxResponseLength);
});

it("works 2 operations a parameter and token, and 4 a width of each block and place that attention looks at", () => {
	// 256 rollouts of 14 places, 2 blocks of width 64, four passes: one to sample, three to learn.
	const places = task.maxPromptLength + task.maxResponseLength;
	expect([rollout.prompts * rollout.groupSize, places, model.layers, model.width]).toEqual([256, 14, 2, 64]);
	expect(base.flops).toBe(4 * 256 * 14 * (2 * base.parameters + 4 * 2 * 64 * 14));
});

it("minibatches save memory, not work", () => {
	const small = stepCost({ ...spec, minibatches: 4 }, task);
	expect(small.flops).toBe(base.flops);
	expect(small.bytes).toBeLessThan(base.bytes / 2);
});

it("counts the parameters of the policy, and refuses sizes that do not fit", () => {
	const deep = stepCost({ ...spec, model: { ...model, layers: 2 * model.layers } }, task);
	// Two more blocks of width 64: 12·d² weights and 13·d biases and norms each.
	expect(deep.parameters - base.parameters).toBe(2 * (12 * 64 ** 2 + 13 * 64));
	expect(() => stepCost({ ...spec, model: { ...model, heads: 5 } }, task)).toThrow(/not divisible/);
});
