import { expect, it } from "vitest";
import { defaultsOf } from "../spec/params";
import { keydoor } from "../tasks/keydoor";
import { continuations, runningValues } from "./continuations";
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
