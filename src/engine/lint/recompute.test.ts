import { describe, expect, it } from "vitest";
import type { RolloutRecord } from "../formats/record";
import { lintInput } from "./check";
import { creditLint } from "./creditLint";
import { explainCredit } from "./recompute";

const REWARDS = [1, 0, 0, 0.25, 2, 1];

/** Two groups of three; `advantage` says what the trainer wrote for a rollout, from its group's rewards. */
function file(
	advantage: (reward: number, group: readonly number[]) => number,
	method = "trainer",
	digits = 5,
): RolloutRecord[] {
	return REWARDS.map((reward, i) => {
		const group = REWARDS.slice(3 * Math.floor(i / 3), 3 * Math.floor(i / 3) + 3);
		const a = Number(advantage(reward, group).toPrecision(digits));
		return {
			schema: "ascribe.rollout/1",
			id: `${i}`,
			group: `${Math.floor(i / 3)}`,
			tokens: [7, 8, 9],
			mask: [1, 0, 1],
			reward,
			advantages: { [method]: [a, 0, a] },
		};
	});
}
/** `n` rollouts: those of a file again and again, in groups of their own. */
const many = (n: number, ...args: Parameters<typeof file>): RolloutRecord[] =>
	Array.from({ length: Math.ceil(n / 6) }, (_, k) => file(...args).map((r) => ({ ...r, group: `${k} ${r.group}` })))
		.flat()
		.slice(0, n);
const explain = (records: readonly RolloutRecord[]) => explainCredit(lintInput(records));
const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;
const deviation = (xs: readonly number[], ddof: number) =>
	Math.sqrt(xs.reduce((sum, x) => sum + (x - mean(xs)) ** 2, 0) / (xs.length - ddof));

describe("the method behind a file's advantages", () => {
	it("is found with its divisor and epsilon", () => {
		// n − 1 and 1e-4 is what TRL does; n and 1e-8 is nobody's preset.
		const trl = explain(file((r, g) => (r - mean(g)) / (deviation(g, 1) + 1e-4)));
		expect(trl?.best).toMatchObject({ method: "grpo", preset: "trl", share: 1, mismatch: null });
		expect(trl?.tokens).toBe(12);
		// DAPO gives the same numbers where there is room: the plainest is named.
		const plain = explain(file((r, g) => (r - mean(g)) / (deviation(g, 1) + 1e-6)));
		expect(plain?.best).toMatchObject({ method: "grpo", share: 1 });
		const population = explain(file((r, g) => (r - mean(g)) / (deviation(g, 0) + 1e-8)));
		expect(population?.best).toMatchObject({ method: "grpo", params: { center: "mean", scale: "sd0" }, share: 1 });
	});

	it("is found without a scale, and by leaving one out", () => {
		expect(explain(file((r, g) => r - mean(g)))?.best).toMatchObject({ share: 1, mismatch: null });
		// Four rewards of six are not 0: GPG as in verl multiplies by 6/4, which is leaving one of three out.
		const others = explain(file((r, g) => (g.length / (g.length - 1)) * (r - mean(g))));
		const names = others?.alike.map(({ method, preset }) => `${method} ${preset}`);
		expect(names).toEqual(expect.arrayContaining(["drGrpo gpgVerl", "rloo paper"]));
		expect(names).not.toContain("drGrpo paper");
	});

	it("is not found where there is none, and the first difference is named", () => {
		const records = file((r, g) => r - mean(g), "drGrpo");
		const broken = records.map((record, i) =>
			i === 4 ? { ...record, advantages: { drGrpo: [0.9, 0, 0.25] } } : record,
		);
		const found = creditLint(broken).find(({ check }) => check === "unexplainedCredit");
		// Rollout 4 earns 2 in a group of mean 13/12.
		expect(found?.message).toContain("First difference: rollout 4, token 0, theirs 0.9, ours 0.91667");
		expect(found?.worst).toBe(4);
		expect(found?.ours).toMatchObject({ method: "drGrpo", mismatch: { row: 4, token: 0 } });
		const twice = broken.map((record, i) => (i === 1 ? { ...record, advantages: { drGrpo: [0, 0, 0] } } : record));
		expect(explain(twice)?.named?.mismatch).toMatchObject({ row: 1, token: 0, theirs: 0 });
	});

	it("names the tokens on which the method does not hold, and counts the others", () => {
		const records = many(1600, (r, g) => r - mean(g)).map((record, i) =>
			i === 700 ? { ...record, advantages: { trainer: [...record.advantages!.trainer!.slice(0, 2), 7.5] } } : record,
		);
		const found = creditLint(records);
		const note = found.find(({ check }) => check === "explainedCredit");
		// Rollouts 0 to 1025 are 342 whole groups: 2052 counted tokens.
		expect(note?.message).toMatch(/ on 2,051 of 2,052 tokens compared\.$/);
		expect(note?.share).toBeLessThan(1);
		const odd = found.find(({ check }) => check === "oddCredit");
		// Rollout 700 is second in a group with rewards 0.25, 2, 1.
		expect(odd).toMatchObject({ rows: [700], worst: 700, ours: { mismatch: { row: 700, token: 2 } } });
		expect(odd?.message).toContain("1 token of 2,052 has another advantage than ");
		expect(odd?.message).toContain("rollout 700, token 2, theirs 7.5, ours 0.91667.");
		expect(found.find(({ check }) => check === "constantCredit")?.message).toBe(
			"1,599 of 1,600 rollouts with credit have one value on all their tokens.",
		);
	});

	it("is the one that comes nearest, and all that come as near are named", () => {
		// An epsilon of 1e-4 changes 1.2 by 2e-4 of it: within what counts as equal, and yet not the same number.
		const trl = (r: number, g: readonly number[]) => (8 * (r - mean(g))) / (8 * deviation(g, 1) + 1e-4);
		const full = file(trl, "trl", 17).map((record) => ({ ...record, reward: 8 * record.reward! }));
		expect(explain(full)?.alike.map(({ method, preset }) => [method, preset])).toEqual([["grpo", "trl"]]);
		const paper = (r: number, g: readonly number[]) => (r - mean(g)) / (deviation(g, 1) + 1e-6);
		const alike = explain(file(paper, "grpo", 17))?.alike.map(({ method, preset }) => `${method} ${preset}`);
		expect(alike).toEqual(expect.arrayContaining(["grpo paper", "grpo verl", "dapo paper"]));
		expect(alike).not.toContain("grpo trl");
		const [note] = creditLint(file(paper, "grpo", 17)).filter(({ check }) => check === "explainedCredit");
		expect(note?.message).toMatch(
			/grpo \(paper\), grpo \(verl\).* or .*, which this file cannot tell apart, on all 12 tokens/,
		);
	});

	it("is the plainest of those that come as near: options of GRPO before a preset of a tree that has no branches", () => {
		const flat = ({ advantages }: RolloutRecord) => ({ grpo: Array(3).fill(advantages!.grpo![0]!) });
		const tokens = (i: number) => ["so", "it", `is${i}`];
		const rows = file((r, g) => (r - mean(g)) / (deviation(g, 0) + 1e-8), "grpo", 17);
		const found = explain(
			rows.map((record, i) => ({ ...record, mask: [1, 1, 1], tokens: tokens(i), advantages: flat(record) })),
		);
		expect(found?.best).toMatchObject({ method: "grpo", preset: null, params: { scale: "sd0", eps: 1e-8 } });
		expect(found?.alike[0]).toMatchObject({ method: "grpo" });
		expect(found?.alike.map(({ preset }) => preset)).toContain("grpo");
	});

	it("is a note in the lint where it is found, and nothing where the file has no credit or no reward", () => {
		const note = creditLint(file((r, g) => r - mean(g))).find(({ check }) => check === "explainedCredit");
		expect(note?.message).toContain('The advantages called "trainer" are those of');
		expect(note?.ours).toMatchObject({ mismatch: null });
		const bare = file(() => 0).map(({ advantages: _, ...record }) => record as RolloutRecord);
		expect(explain(bare)).toBe(null);
		expect(explain(file(() => 0).map(({ reward: _, ...record }) => record as RolloutRecord))).toBe(null);
	});
	it("is asked of whole groups: one of which a part is not at hand says nothing, and none is cut at the limit", () => {
		const trl = (r: number, g: readonly number[]) => (r - mean(g)) / (deviation(g, 1) + 1e-4);
		const input = lintInput(file(trl));
		expect(explainCredit({ ...input, rows: input.rows.slice(0, 5) })?.best.share).toBe(1);
		expect(explainCredit({ ...input, rows: input.rows.slice(0, 2) })).toBe(null);
		// 1024 is no multiple of three.
		expect(explain(many(1200, trl))?.best.share).toBe(1);
	});
});
