import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { resolveParams } from "../spec/params";
import { keydoor } from "../tasks/keydoor";
import type { Task } from "../tasks/task";
import { pick, play, respond } from "../tasks/walk";
import { askOracle } from "./oracle";
import { tabularPolicy, uniformPolicy } from "./policy";
import { softTruth } from "./soft";

/** One choice: token 1 pays 1, token 0 nothing. */
const choice: Task = {
	id: "choice",
	params: {},
	vocab: { tokens: ["no", "yes"] },
	maxPromptLength: 1,
	maxResponseLength: 1,
	splits: "shared",
	promptCount: 1,
	item: () => ({ id: "a", prompt: [0], data: null }),
	env: {
		start: () => "start",
		turn: (state) => (state === "start" ? { actor: "policy", legal: [0, 1] } : { actor: "done" }),
		step: (_, token) => ({ state: `end ${token}`, reward: token }),
		key: String,
	},
	success: (_, response) => response[0] === 1,
	demonstration: () => [1],
	optimalReturn: 1,
	randomReturn: 0.5,
	returnRange: 1,
	decisiveSteps: () => [0],
	steps: () => [{ start: 0, end: 1 }],
};

describe("soft values", () => {
	it("are β·log Σ π_ref·exp(Q/β): one choice between 1 and 0 at β = ½", async () => {
		const question = { task: choice, item: choice.item("train", 0), responses: [[1], [0]], policy: uniformPolicy(2) };
		const [yes, no] = await softTruth(question, 0.5);
		// ½·log(½·e² + ½) = .716890
		expect(Math.abs(yes!.V[0]! - 0.71689)).toBeLessThanOrEqual(1e-6);
		expect(Math.abs(yes!.advantage[0]! - 0.28311)).toBeLessThanOrEqual(1e-6);
		expect(Math.abs(no!.advantage[0]! + 0.71689)).toBeLessThanOrEqual(1e-6);
	});

	it("make a policy of them, telescope with luck, and come to the ordinary ones as β grows", async () => {
		const task = keydoor.build(resolveParams(keydoor.params, { distractors: 2 }, "task keydoor"));
		const item = task.item("train", 0);
		const rng = Rng.of(4).fork("soft");
		const random = () => rng.uniform();
		const responses = [0, 1, 2, 3].map(() => respond(task.env, item, (_, legal) => pick(legal, random), random));
		const policy = tabularPolicy(task.vocab.tokens.length, "prefix", ({ response }, token) =>
			Rng.of(2).fork(response.join()).fork(token).uniform(),
		);
		const question = { task, item, responses, policy };
		const soft = await softTruth(question, 0.3);
		soft.forEach(({ V, Q, optimal, advantage }, i) => {
			const { total } = play(task.env, item, responses[i]!);
			const luck = responses[i]!.map((token, t) => (advantage[t] === 0 ? Q[t]![token]! - V[t]! : 0));
			const sum = [...advantage, ...luck].reduce((a, x) => a + x, 0);
			expect(Math.abs(total - V[0]! - sum)).toBeLessThanOrEqual(1e-12);
			for (const row of optimal)
				expect(Math.abs(Object.values(row).reduce((a, p) => a + p, 0) - 1)).toBeLessThanOrEqual(1e-12);
		});
		const exact = await askOracle("enumerate", question);
		const calm = await softTruth(question, 1e4);
		calm.forEach(({ advantage }, i) => {
			advantage.forEach((a, t) => {
				expect(Math.abs(a - exact[i]!.advantage[t]!)).toBeLessThanOrEqual(1e-3);
			});
		});
		await expect(softTruth(question, 0)).rejects.toThrow(/above 0/);
	});
});
