import { describe, expect, it } from "vitest";
import { resolveParams } from "../spec/params";
import { keychain } from "../tasks/keychain";
import { keydoor } from "../tasks/keydoor";
import { modchain } from "../tasks/modchain";
import { play } from "../tasks/walk";
import { creditLength } from "./creditLength";
import { measureTask, skilledPolicy } from "./taskMeasures";

describe("credit length", () => {
	it("reaches from the key to the door, and over one token at the door", () => {
		const task = keydoor.build(resolveParams(keydoor.params, { distractors: 3, rewards: "door" }, "task keydoor"));
		const item = task.item("train", 0);
		const good = task.demonstration(item, () => 0.5);
		const lengths = play(task.env, item, good).states.map(creditLength(task));
		// take, three moves with replies, door, open: the key is paid with the last of 9 tokens; moves do not matter.
		expect(lengths).toEqual([9, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
	});

	it("sees an apple at once, and is not misled by it where the key is chosen", () => {
		const task = keydoor.build(resolveParams(keydoor.params, { distractors: 2, size: 0.3 }, "task keydoor"));
		const item = task.item("train", 0);
		const good = task.demonstration(item, () => 0.5);
		const lengths = play(task.env, item, good).states.map(creditLength(task));
		expect([lengths[0], lengths[1], lengths.at(-2)]).toEqual([7, 2, 1]);
	});

	it("is as long as the chain where only the last sum is paid", () => {
		const task = modchain.build(resolveParams(modchain.params, { n: 4 }, "task modchain"));
		const states = play(
			task.env,
			task.item("train", 3),
			task.demonstration(task.item("train", 3), () => 0.5),
		).states;
		// The verifier looks at the last sum only: what was written before does not bind the best policy.
		expect(states.map(creditLength(task))).toEqual([0, 0, 0, 1, 0]);
	});
});

describe("measures of a task", () => {
	it("find one decision in the key chain, as long as the chain", async () => {
		const task = keychain.build(resolveParams(keychain.params, keychain.levels.xs ?? {}, "task keychain"));
		const measures = await measureTask(task, { skill: 0 });
		expect(measures.rollouts).toBe(4 * Math.min(16, task.promptCount));
		expect(measures.creditLength).toBeLessThanOrEqual(task.maxResponseLength);
		expect(measures.varianceShare).toBeGreaterThan(0);
	});

	it("ask a policy that is right as often as it says", () => {
		const task = modchain.build(resolveParams(modchain.params, { n: 2 }, "task modchain"));
		const item = task.item("train", 0);
		const response = [0];
		const { states } = play(task.env, item, response);
		const turn = task.env.turn(states[1]);
		const legal = turn.actor === "policy" ? turn.legal : [];
		const [row] = skilledPolicy(task, 0.8).logProbs([
			{ item, response, legal, key: task.env.key(states[1]) },
		]) as Float64Array[];
		const chances = legal.map((token) => Math.exp(row![token]!)).sort((a, b) => b - a);
		expect(Math.abs(chances[0]! - 0.84)).toBeLessThanOrEqual(1e-12);
		expect(Math.abs(chances[1]! - 0.04)).toBeLessThanOrEqual(1e-12);
	});
});
