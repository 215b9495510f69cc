import { describe, expect, test } from "vitest";
import type { RolloutRecord } from "../formats/record";
import * as catalog from "./catalog";
import { lintInput, percent } from "./check";
import { CHECKS, creditLint, findingsOf } from "./creditLint";

const rollout = (id: string, fields: Partial<RolloutRecord> = {}): RolloutRecord => ({
	schema: "ascribe.rollout/1",
	id,
	group: "a",
	step: 1,
	prompt: "p",
	tokens: [1, 2, 3],
	mask: [1, 0, 1],
	logprobs: [-1, null, -2],
	reward: 0,
	...fields,
});
const credit = (a: number, b = a, tool = 0) => ({ advantages: { critic: [a, tool, b] } });
/** Nothing is wrong with these. */
const good = [
	rollout("0", { reward: 1, ...credit(0.7, 0.2) }),
	rollout("1", { reward: 0, ...credit(-0.7, -0.2) }),
	rollout("2", { reward: 1, group: "b", prompt: "q", ...credit(0.5, 0.1) }),
	rollout("3", { reward: 0, group: "b", prompt: "q", ...credit(-0.5, 0) }),
];
const found = (records: readonly RolloutRecord[]) => Object.fromEntries(creditLint(records).map((f) => [f.check, f]));

test("a clean file has no findings", () => {
	expect(creditLint(good)).toEqual([]);
	expect(creditLint([])).toEqual([]);
});

test("dead groups: since which step, where that changed", () => {
	// Two groups a step. One of eight is dead in the first four steps, all four in the last two.
	const dead = (step: number, g: number) => step > 4 || (step === 2 && g === 0);
	const rows = [1, 2, 3, 4, 5, 6].flatMap((step) =>
		[0, 1].flatMap((g) =>
			[0, 1].map((i) => rollout(`${step}${g}${i}`, { step, group: `${g}`, reward: dead(step, g) ? 1 : i })),
		),
	);
	expect(found(rows).deadGroups?.message).toBe(
		"5 groups of 12 (42 %) have equal returns: 5 with a positive return, 0 without. Since step 5 it is 100 %, before that 13 %.",
	);
	const even = rows.filter(({ step }) => step !== 5 && step !== 6);
	expect(found(even).deadGroups?.message).not.toContain("Since");
});

test("dead groups: returns are equal where credit takes them to be, by their size", () => {
	const group = (...rewards: number[]) => rewards.map((reward, i) => rollout(`${i}`, { reward }));
	expect(found(group(1000, 1000.0005)).deadGroups?.share).toBe(1);
	expect(found(group(1e-7, 3e-7)).deadGroups).toBeUndefined();
	expect(found(group(0, 0)).deadGroups?.share).toBe(1);
});

test("every check has an id equal to its name", () => {
	for (const [name, check] of Object.entries(catalog)) expect(check.id).toBe(name);
});

describe("each defect is found, with the rows it concerns, by its own check", () => {
	const swap = (i: number, fields: Partial<RolloutRecord>) => good.map((r, j) => (i === j ? { ...r, ...fields } : r));
	const uniform = [rollout("0", { reward: 1, ...credit(0.5) }), rollout("1", { ...credit(-0.5) })];
	const lengths = Array.from({ length: 24 }, (_, i) =>
		rollout(`${i}`, {
			group: `${i >> 1}`,
			tokens: Array(3 + (i % 2) * 4).fill(1),
			mask: Array(3 + (i % 2) * 4).fill(1),
			logprobs: undefined,
			reward: i % 2,
		}),
	);
	const longer = (record: RolloutRecord) => ({
		...record,
		reward: 0,
		advantages: { critic: record.tokens.map((_, t) => record.tokens.length + 0.1 * t) },
	});
	/** 1200 counted tokens with the credit of GRPO, and one of them with another. */
	const withOneOdd = lengths.map((_, i) => {
		const advantages = { critic: Array.from({ length: 50 }, (_, t) => (i === 7 && t === 3 ? 9 : (i % 2) - 0.5)) };
		const tokens = Array<number>(50).fill(1);
		return rollout(`${i}`, {
			group: `${i >> 1}`,
			tokens,
			mask: tokens,
			logprobs: undefined,
			reward: i % 2,
			advantages,
		});
	});
	const turns = (reward: number) => [
		{ start: 0, end: 1, actor: "policy", reward },
		{ start: 1, end: 2, actor: "tool" },
		{ start: 2, end: 3, actor: "policy", reward: 1 },
	];
	test.each<[string, readonly RolloutRecord[], number[]]>([
		["deadGroups", swap(1, { reward: 1 }), [0, 1]],
		["mergedGroups", swap(1, { prompt: "other" }), [0, 1]],
		["unevenGroups", [...good, rollout("4", { group: "c", reward: 0.5 })], [4]],
		["groupMean", [uniform[0]!, { ...uniform[1]!, ...credit(-0.3) }], [0, 1]],
		["lengthBias", lengths, lengths.map((_, i) => i)],
		["lengthCredit", lengths.map(longer), lengths.map((_, i) => i)],
		["lastTurnOnly", swap(1, { turns: turns(0), ...credit(0, -0.7) }), [1]],
		["creditOffMask", swap(2, credit(0.5, 0.1, 0.5)), [2]],
		["constantCredit", uniform, [0, 1]],
		["missingNumbers", swap(3, { logprobs: [-1, null, null] }), [3]],
		["missingNumbers", swap(1, { reward: null }), [1]],
		["missingNumbers", swap(1, { rewards: [null, 0, 0], reward: 0 }), [1]],
		["hugeRewards", swap(1, { reward: -1e300 }), [1]],
		["badMask", swap(0, { mask: [0, 0, 0] }), [0]],
		["badMask", swap(2, { turns: [{ start: 0, end: 3, actor: "tool" }] }), [2]],
		["impossibleLogProbs", swap(0, { logprobs: [0.5, null, -1] }), [0]],
		["samplerDrift", swap(1, { signals: { trainerLogProbs: [-1.5, null, -2] } }), [1]],
		["rewardSum", swap(0, { rewards: [0, 0, 0.5] }), [0]],
		["truncatedRollouts", swap(0, { done: "limit" }), [0]],
		["explainedCredit", uniform, [0, 1]],
		["oddCredit", withOneOdd, [7]],
		["unexplainedCredit", good.map((r, i) => ({ ...r, advantages: { grpo: [i, 0, i] } })), [0, 1, 2, 3]],
		["retokenised", swap(0, { text: ["a", "b", "c"], response: "a bc" }), [0]],
	])("%s", (check, records, rows) => {
		const finding = found(records)[check];
		expect(finding?.rows).toEqual(rows);
		expect(finding?.rows).toContain(finding?.worst);
		expect(finding?.message).toMatch(/\.$/);
	});
	test("mixedFiles", () => {
		const input = lintInput(good.map(({ group: _, ...record }) => record));
		const from = (named: boolean, files: readonly number[], names = ["a", "b"]) => ({
			...input,
			files: names,
			groups: input.groups.map((group) => ({
				...group,
				members: group.members.map((m) => ({ ...m, facts: { ...m.facts, named }, file: files[m.row]! })),
			})),
		});
		const mixed = (...args: Parameters<typeof from>) => findingsOf(from(...args)).find((f) => f.check === "mixedFiles");
		expect(mixed(false, [0, 0, 0, 1])).toMatchObject({
			rows: [2, 3],
			worst: 2,
			message:
				"1 group of 2, put together by equal prompts, come from more than one file, the first of them from a and b.",
		});
		expect(mixed(false, [0, 0, 0, 1], ["1.jsonl", "1.jsonl"])?.message).toMatch(/from two files named 1\.jsonl\.$/);
		expect(mixed(true, [0, 0, 0, 1])).toBeUndefined();
		expect(mixed(false, [0, 0, 1, 1])).toBeUndefined();
	});
	test("repeatedSteps", () => {
		const step = (n: number, shift: number) =>
			[0, 1, 2, 3, 4, 5].map((i) => rollout(`${n}/${i}`, { step: n, reward: ((i + shift) % 5) / 4, mask: undefined }));
		expect(found([...step(1, 0), ...step(2, 0), ...step(3, 1), ...step(5, 1)]).repeatedSteps).toMatchObject({
			rows: [6, 7, 8, 9, 10, 11, 18, 19, 20, 21, 22, 23],
			worst: 6,
			message: "2 steps of 4 hold the rollouts of the step before once more; the first is step 2, after step 1.",
		});
		expect(found([...step(1, 0), ...step(2, 1), ...step(3, 0)]).repeatedSteps).toBeUndefined();
		// Where all are alike, so are steps.
		const won = (n: number) => step(n, 0).map((r) => ({ ...r, reward: 1 }));
		expect(found([...won(1), ...won(2)]).repeatedSteps).toBeUndefined();
	});
	test("and every check has such a case", () => {
		expect(Object.keys(CHECKS)).toHaveLength(22);
	});
});

test("a share is all or none in words only where it is", () => {
	const shares = [0, 1e-4, 0.004, 0.5, 319 / 320, 0.99999, 1];
	expect(shares.map(percent)).toEqual(["0 %", "under 0.1 %", "0.4 %", "50 %", "99.7 %", "over 99.9 %", "100 %"]);
});

test("numbers nobody knows are counted where they would count, and only there", () => {
	const rows = [
		rollout("0", { reward: 1, rewards: [0, null, 1] }),
		rollout("1", { reward: null }),
		rollout("2", { reward: 0, logprobs: [null, null, -1] }),
	];
	expect(found(rows).missingNumbers).toMatchObject({
		rows: [1, 2],
		message: "1 reward and 1 number of counted tokens, in 2 rollouts, are missing or not finite.",
	});
	const bare = rows.map((r) => ({ ...r, rewards: undefined, logprobs: undefined }));
	// A file that never had rewards does not lack them; one that wrote NaN for each of them does.
	expect(found(bare.map((r) => ({ ...r, reward: undefined })))).toEqual({});
	expect(found(bare.map((r) => ({ ...r, reward: null }))).missingNumbers).toMatchObject({
		rows: [0, 1, 2],
		message: "3 rewards and 0 numbers of counted tokens, in 3 rollouts, are missing or not finite.",
	});
});

test("the tokens of a message spell what it says, whatever a template writes around it", () => {
	const message = (start: number, end: number, content: string, role = "assistant") => ({ start, end, role, content });
	const told = (...messages: ReturnType<typeof message>[]) =>
		found([rollout("0", { text: ["<|im|>", "sl", "ow\n"], messages })]).retokenised?.rows;
	expect(told(message(0, 3, "slow"), message(1, 3, " slow "), message(0, 0, "asked", "user"))).toBeUndefined();
	// Others' words are the template's business, and text without tokens spells nothing.
	expect(told(message(0, 3, "fast", "tool"), message(3, 3, "fast"), message(0, 3, ""))).toBeUndefined();
	expect(told(message(0, 3, "slower"))).toEqual([0]);
	expect(told(message(2, 3, "slow"))).toEqual([0]);
});

test("findings come by harm first, then by share", () => {
	const records = [
		rollout("0", { reward: 1, prompt: "x", done: "limit" }),
		rollout("1", { reward: 1, prompt: "y", done: "limit" }),
	];
	expect(creditLint(records).map((f) => f.check)).toEqual(["mergedGroups", "deadGroups", "truncatedRollouts"]);
});

test("a group mean is judged against its own spread", () => {
	const pair = (a: number, b: number) => [rollout("0", { reward: 1, ...credit(a) }), rollout("1", credit(b))];
	expect(found(pair(1, -0.9995)).groupMean).toBeUndefined();
	expect(found(pair(1, -0.99)).groupMean).toBeDefined();
});

test("only the last turn: credit before it, or rewards that no turn earned, are no finding", () => {
	const spans = [
		{ start: 0, end: 1, actor: "policy", reward: 0.5 },
		{ start: 2, end: 3, actor: "policy", reward: 1 },
	];
	const paid = { turns: spans, rewards: [0, 0, 1.5], reward: 1.5 };
	expect(found([rollout("0", { turns: spans, ...credit(0.5, 0.7) })]).lastTurnOnly).toBeUndefined();
	expect(found([rollout("0", paid)]).lastTurnOnly?.rows).toEqual([0]);
	const unearned = spans.map(({ reward: _, ...span }) => span);
	expect(found([rollout("0", { ...paid, turns: unearned })]).lastTurnOnly).toBeUndefined();
	expect(found([rollout("0", { ...paid, rewards: [0.5, 0, 1] })]).lastTurnOnly).toBeUndefined();
});

test("findings that others have met say where", () => {
	for (const check of Object.values(CHECKS))
		expect(check.thread ?? "https://github.com/").toMatch(/^https:\/\/github\.com\//);
	expect(
		found([rollout("0", { turns: [], prompt: "x" }), rollout("1", { prompt: "y" })]).mergedGroups?.thread,
	).toContain("/489");
});
