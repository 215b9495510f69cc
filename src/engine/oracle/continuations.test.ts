import { expect, it } from "vitest";
import { defaultsOf } from "../spec/params";
import { keydoor } from "../tasks/keydoor";
import { toolcalc } from "../tasks/toolcalc";
import { continuations, runningValues, valueRise } from "./continuations";
import { uniformPolicy } from "./policy";

const task = keydoor.build({ ...defaultsOf(keydoor.params), distractors: 2, rewards: "door" });
const item = task.item("train", 0);
const policy = uniformPolicy(task.vocab.tokens.length);

async function totals(prefix: readonly number[], samples: number, seed = 1): Promise<number[]> {
	const out: number[] = [];
	for await (const some of continuations({ task, item, policy, prefix, samples, seed }))
		out.push(...some.map((c) => c.total));
	return out;
}

it("goes on from a prefix to the end, the same way every time", async () => {
	for await (const some of continuations({ task, item, policy, prefix: [3], samples: 3, seed: 1 }))
		for (const { tokens } of some) expect(tokens).toHaveLength(2 * 2 + 2);
	expect(await totals([3], 20)).toEqual(await totals([3], 20));
	expect((await totals([3], 40)).slice(0, 20)).toEqual(await totals([3], 20));
});

it("finds the value of a prefix: one half after the right key, nothing after a wrong one", async () => {
	// item 0 is red, whose key is token 3; the door is then opened by a fair choice.
	const right = runningValues(task, item, [3], await totals([3], 400));
	const last = right.at(-1)!;
	expect(last.n).toBe(400);
	expect(Math.abs(last.mean - 0.5)).toBeLessThanOrEqual(0.08);
	expect(last.lo).toBeLessThanOrEqual(0.5);
	expect(last.hi).toBeGreaterThanOrEqual(0.5);
	expect(right[3]!.hi - right[3]!.lo).toBeGreaterThanOrEqual(2 * (last.hi - last.lo));
	expect(runningValues(task, item, [4], await totals([4], 5)).at(-1)).toEqual({ n: 5, mean: 0, lo: 0, hi: 0 });
});

it("refuses a prefix that cannot be", async () => {
	await expect(totals([9], 1)).rejects.toThrow("does not allow");
});

it("says how much of each way on the policy wrote before the environment answered", async () => {
	const calls = toolcalc.build({ ...defaultsOf(toolcalc.params), leaves: 2 });
	const [call, answer] = ["call", "answer"].map((name) => calls.vocab.tokens.indexOf(name));
	const request = { task: calls, item: calls.item("train", 0), policy: uniformPolicy(calls.vocab.tokens.length) };
	const seen = new Set<number | undefined>();
	for await (const some of continuations({ ...request, prefix: [], samples: 32, seed: 1 }))
		for (const { tokens, acted } of some) {
			// `call op v v` is answered, `answer v` ends the rollout.
			expect(acted).toBe(tokens[0] === call ? 4 : 2);
			seen.add(tokens[0]);
		}
	expect([...seen].sort()).toEqual([call, answer].sort());
});

it("takes the difference of two values with the interval that follows from theirs", () => {
	const rise = valueRise({ mean: 0.8, lo: 0.6, hi: 0.9 }, { mean: 0.5, lo: 0.3, hi: 0.7 });
	expect(Math.abs(rise.mean + 0.3)).toBeLessThanOrEqual(1e-12);
	// −0.3 − √(0.2² + 0.1²) and −0.3 + √(0.2² + 0.2²), by hand.
	expect(Math.abs(rise.lo + 0.5236067977)).toBeLessThanOrEqual(1e-9);
	expect(Math.abs(rise.hi + 0.0171572875)).toBeLessThanOrEqual(1e-9);
	const known = { mean: 1, lo: 1, hi: 1 };
	expect(valueRise(known, known)).toEqual({ mean: 0, lo: 0, hi: 0 });
});
