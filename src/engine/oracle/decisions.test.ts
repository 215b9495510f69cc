import { describe, expect, it } from "vitest";
import { keychain } from "../tasks/keychain";
import { decisionMeasures, pivotalTokens } from "./decisions";
import { askOracle } from "./oracle";
import { uniformPolicy } from "./policy";

describe("decision measures", () => {
	it("find the key, its distance to the reward, and nothing else", async () => {
		const task = keychain.build({ steps: 4, sigma: 0.5 });
		const responses = [
			[0, 2, 4, 3, 5, 2, 4],
			[1, 2, 4, 3, 5, 2, 4],
		];
		const question = { task, item: task.item("train", 0), responses, policy: uniformPolicy(7) };
		const truths = await askOracle("enumerate", question);
		expect([...pivotalTokens(truths[0]!, task.returnRange)]).toEqual([1, 0, 0, 0, 0, 0, 0]);
		// Four actions a rollout, of which the first decides; half a key of A against a range of 4; seven tokens to the end.
		expect(decisionMeasures(truths, task.returnRange)).toEqual({
			pivotalShare: 0.25,
			decisionShare: 0.25,
			varianceShare: 0.25,
			pivotDistance: 7,
		});
		expect(decisionMeasures(truths, task.returnRange, 0.13).pivotalShare).toBe(0);
	});
});
