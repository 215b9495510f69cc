import { describe, expect, it } from "vitest";
import { Rng } from "../core/rng";
import { askOracle } from "../oracle/oracle";
import { tabularPolicy, uniformPolicy } from "../oracle/policy";
import { resolveParams } from "../spec/params";
import { flow2d } from "./flow2d";
import { pick, play, respond } from "./walk";

const flowOf = (given: Record<string, unknown>) => flow2d.build(resolveParams(flow2d.params, given, "task flow2d"));
const stay = 4;

describe("flow2d", () => {
	it("has the value of its noise where the policy stays put", async () => {
		const task = flowOf({ half: 1, steps: 2 });
		const policy = tabularPolicy(task.vocab.tokens.length, "state", (_, token) => (token === stay ? 1 : 0));
		const item = task.item("train", 0);
		const [truth] = await askOracle("enumerate", { task, item, responses: [[18, 27, stay, stay]], policy });
		// Coordinates −1, 0, 1 come with ¼, ½, ¼; the mode is at (1, 1) and both axes are alike.
		const axis = Math.exp(-2) / 4 + Math.exp(-0.5) / 2 + 1 / 4;
		expect(Math.abs(truth!.V[0]! - axis ** 2)).toBeLessThanOrEqual(1e-12);
		// x = 0, then y = 0: all luck, no credit.
		expect(Math.abs(truth!.luck[0]! - (Math.exp(-0.5) * axis - axis ** 2))).toBeLessThanOrEqual(1e-12);
		expect([...truth!.advantage]).toEqual([0, 0, 0, 0]);
	});

	it("pays more influence to the last step than to the first under a random policy", async () => {
		const task = flowOf({});
		const item = task.item("train", 0);
		const rng = Rng.of(1).fork("flow2d");
		const random = () => rng.uniform();
		const responses = Array.from({ length: 200 }, () =>
			respond(task.env, item, (_, legal) => pick(legal, random), random),
		);
		const truths = await askOracle("dp", { task, item, responses, policy: uniformPolicy(task.vocab.tokens.length) });
		const share = (t: number) => truths.reduce((sum, { advantage }) => sum + advantage[t]! ** 2, 0);
		expect(share(4)).toBeGreaterThan(share(2));
	});

	it("shakes the point where there is noise, and pays dark cells on the checkerboard", () => {
		const noisy = flowOf({ noise: 0.4, schedule: "late", steps: 3 });
		const { states } = play(noisy.env, noisy.item("train", 0), [18, 27, stay, stay, stay, stay, 1]);
		expect(states.map((s) => noisy.env.turn(s).actor)).toEqual([
			...["environment", "environment", "policy", "policy", "environment"],
			...["policy", "environment", "done"],
		]);
		const board = flowOf({ half: 2, steps: 3, reward: "checker" });
		const end = (x: number, y: number) => play(board.env, board.item("train", 0), [18 + x, 27 + y, stay, stay, stay]);
		expect([end(1, 1), end(2, 2), end(1, 2), end(-1, -1)].map((e) => e.total)).toEqual([1, 1, 0, 0]);
	});

	it("refuses fewer steps than the far corner needs", () => {
		expect(() => flowOf({ half: 3, steps: 4 })).toThrow(/is 5 away; allow at least 5/);
	});
});
