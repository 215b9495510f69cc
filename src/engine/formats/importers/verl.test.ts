import { strToU8 } from "fflate";
import { describe, expect, test } from "vitest";
import { SMALL_TOKENIZER } from "../../../testing/smallTokenizer";
import { grpo } from "../../credit/methods/grpo";
import { creditBy } from "../../credit/run";
import { memorySource } from "../containers/byteSource";
import { importFile } from "../importFile";
import { batchesOf } from "../recordsBatch";
import { openTokenizer } from "../tokenizer";
import { reportCard } from "./reportCard";
import { convert, samples } from "./testing";

describe("dumps of verl", () => {
	test("group from uid, words as tokens, extra fields kept", () => {
		expect(convert(samples.verl!)).toEqual([
			{
				schema: "ascribe.rollout/1",
				id: "7_0_0",
				group: "7",
				step: 4,
				prompt: "1+1=",
				tokens: ["so", " 2"],
				reward: 1,
				gts: "2",
				acc: true,
			},
		]);
	});
	test("what a reward function returned besides, one number a sample, are named parts", () => {
		const row = { ...samples.verl!, format: 0.5, length: -0.25, kind: "math" };
		expect(convert(row)[0]).toMatchObject({
			reward: 1,
			dims: { format: 0.5, length: -0.25 },
			format: 0.5,
			kind: "math",
		});
		expect(reportCard(convert(row)).parts).toEqual(["format", "length"]);
	});
	test("groups are the sample, whatever its name, and whether or not rollout and output are counted", () => {
		const groups = ["gsm8k_train_12_0_1", "9b1c-4f_0_0", "p_3", "a_1_x"].map(
			(uid) => convert({ ...samples.verl!, uid })[0]!.group,
		);
		expect(groups).toEqual(["gsm8k_train_12", "9b1c-4f", "p_3", "a_1_x"]);
	});
	describe("with several outputs in a session", () => {
		const output = (uid: string, input: string, said: string, score: number) =>
			JSON.stringify({ input, output: said, gts: null, score, step: 4, uid });
		const read = (...lines: string[]) => importFile(memorySource("4.jsonl", strToU8(lines.join("\n"))));
		const SESSION = [
			output("7_0_0", "ask", " look up", 1),
			output("7_0_1", "ask look up\nfound it", " so 2", 1),
			output("7_0_2", "summary: 2", " 2", 1),
		];

		test("are turns of one rollout, with what was asked in between as the environment's", async () => {
			const { lines, warnings } = await read(...SESSION, output("7_1_0", "ask", " 3", 0));
			expect(lines.map(({ record, number }) => [record.id, record.group, record.reward, number])).toEqual([
				["7_0", "7", 1, 1],
				["7_1_0", "7", 0, 4],
			]);
			const { tokens, turns, mask, prompt } = lines[0]!.record;
			expect(prompt).toBe("ask");
			expect(turns!.map(({ start, end, actor }) => [actor, tokens.slice(start, end).join("")])).toEqual([
				["policy", " look up"],
				["environment", "\nfound it"],
				["policy", " so 2"],
				["environment", "summary: 2"],
				["policy", " 2"],
			]);
			expect(mask).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 1]);
			expect(warnings).toEqual([
				"4.jsonl: Outputs of one session of verl's agent loop are turns of one rollout, which counts once in its group.",
			]);
		});

		test("count once in their group, as in verl's GRPO", async () => {
			const { lines } = await read(...SESSION, output("7_1_0", "ask", " 3", 0), output("7_2_0", "ask", " 4", 0));
			const { batch } = batchesOf(lines).batches[0]!;
			const { advantage } = creditBy(grpo, { eps: 0 }, batch);
			// Rewards 1, 0, 0: mean 1/3, deviation √(1/3).
			const [own, other] = [(2 / 3) * Math.sqrt(3), (-1 / 3) * Math.sqrt(3)];
			expect(
				Array.from(advantage.subarray(0, 9), (a) => (Math.abs(a) <= 1e-12 ? 0 : own - a <= 1e-12 && a - own <= 1e-12)),
			).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 1].map((m) => (m ? true : 0)));
			expect(Math.abs(advantage[batch.T]! - other)).toBeLessThanOrEqual(1e-12);
		});

		test("stay apart where a step, a line that is none, or an output that is no later one stands between", async () => {
			const later = SESSION[1]!.replace('"step":4', '"step":5');
			for (const lines of [
				[SESSION[0]!, later],
				[SESSION[0]!, "{", SESSION[1]!],
				[SESSION[1]!, SESSION[0]!],
			])
				expect(await read(...lines)).toMatchObject({
					lines: { length: 2 },
					warnings: [
						expect.stringMatching(/^4\.jsonl: Line [123] goes on with a rollout whose lines before it are missing/),
					],
				});
		});

		test("are cut by a tokenizer turn by turn", async () => {
			const tokenizer = await openTokenizer(SMALL_TOKENIZER, "t.json");
			const session = [output("7_0_0", "low", " low", 1), output("7_0_1", "low lowslow", " lower", 1)].join("\n");
			const { lines } = await importFile(memorySource("4.jsonl", strToU8(session)), { tokenizer });
			const { text, turns, mask } = lines[0]!.record;
			expect(turns!.map(({ start, end }) => text!.slice(start, end).join(""))).toEqual([" low", "slow", " lower"]);
			expect(mask).toEqual([1, 0, 0, 1, 1, 1]);
		});
	});
	test("the ground truth and a request's number are no parts of the reward", () => {
		const [record] = convert({ ...samples.verl!, gts: 2, request_id: 17, format: 0.5 });
		expect(record).toMatchObject({ reward: 1, gts: 2, request_id: 17 });
		expect(record!.dims).toEqual({ format: 0.5 });
	});
});
