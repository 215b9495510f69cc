import { expect, it } from "vitest";
import { batchOf } from "../credit/testing";
import { resolveParams } from "../spec/params";
import { keydoor } from "../tasks/keydoor";
import { truthOfBatch } from "./batchTruth";
import { uniformPolicy } from "./policy";

const task = keydoor.build(resolveParams(keydoor.params, { distractors: 0, colours: 2 }, "task keydoor"));
const [red, green] = [task.item("train", 0), task.item("train", 1)];

/** take-red 3, take-green 4, open 9, skip 10, door 13. */
const batch = {
	...batchOf([{ tokens: [3, 13, 9] }, { tokens: [4, 13, 9] }, { tokens: [3, 13, 10] }], {
		groupIds: Int32Array.of(0, 1, 0),
	}),
	promptTokens: Int32Array.from([...red.prompt, ...green.prompt, ...red.prompt]),
	promptOffsets: Int32Array.of(0, 3, 6, 9),
};

it("values each token of a batch under its own prompt", async () => {
	const policy = uniformPolicy(task.vocab.tokens.length);
	const { advantage, values } = await truthOfBatch({ task, batch, policy, mode: "enumerate", items: [red, green] });
	// The right key is taken half of the time and the door is opened half of the time: V = 1/4, then 1/2, then 1.
	const expected = [0.25, 0, 0.5, 0.25, 0, 0.5, 0.25, 0, -0.5];
	expected.forEach((a, i) => {
		expect(Math.abs(advantage[i]! - a)).toBeLessThanOrEqual(1e-12);
	});
	expect([...values.subarray(0, 3)]).toEqual([0.25, 0.5, 0.5]);
});

it("refuses a prompt that the task has not", async () => {
	const policy = uniformPolicy(task.vocab.tokens.length);
	await expect(truthOfBatch({ task, batch, policy, mode: "enumerate", items: [red] })).rejects.toThrow(/No prompt/);
});
