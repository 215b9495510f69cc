import { strToU8 } from "fflate";
import { describe, expect, test } from "vitest";
import { memorySource } from "../containers/byteSource";
import { importFile } from "../importFile";
import { convert, samples } from "./testing";

describe("completions of TRL", () => {
	test("what log_extra adds is no reward; where no name tells, nobody knows", async () => {
		const row = { ...samples.trl!, solution_length: 120, extracted: "4" };
		expect(convert(row)[0]).toMatchObject({
			reward: 1.5,
			solution_length: 120,
			extracted: "4",
		});
		expect(convert(row)[0]!.dims).toEqual({ accuracy_reward: 1, format_reward: 0.5 });
		const told = async (rows: unknown[]) =>
			(await importFile(memorySource("c.jsonl", strToU8(rows.map((r) => `${JSON.stringify(r)}\n`).join(""))))).warnings;
		expect(await told([row, row])).toEqual([
			"c.jsonl: Not added to the reward, since it is not named as one: solution_length.",
		]);
		const { accuracy_reward: _, format_reward: __, ...bare } = samples.trl!;
		const [unknown] = convert({ ...bare, accuracy: 1, solution_length: 120 });
		expect([unknown!.reward, unknown!.dims, unknown!.accuracy]).toEqual([null, undefined, 1]);
		expect((await told([{ ...bare, accuracy: 1, solution_length: 120 }]))[0]).toContain("the reward is not known");
		// A single column can be nothing else; a function that does not apply to a completion counts nothing.
		expect(convert({ ...bare, accuracy: 0.5 })[0]).toMatchObject({ reward: 0.5, dims: { accuracy: 0.5 } });
		expect(convert({ ...samples.trl!, format_reward: null })[0]!.reward).toBe(1);
		expect(await told([samples.trl!, { ...bare, accuracy: 0.5 }])).toEqual([]);
		// A column may be called as something else is in a rollout of ours.
		expect(convert({ ...bare, rewards: 0.75, format_reward: 0.5 })[0]).toMatchObject({
			reward: 1.25,
			dims: { rewards: 0.75, format_reward: 0.5 },
		});
	});
	test("a completion that is a chat has turns, and no credit on what a tool said", () => {
		const completion = samples.verifiersResults!.completion;
		const prompt = [
			{ role: "system", content: "s" },
			{ role: "user", content: "q" },
		];
		expect(convert({ ...samples.trl!, prompt, completion })[0]).toMatchObject({
			prompt: "s\nq",
			tokens: ["look", ' read({"k":1})', "found", " it", "done"],
			mask: [1, 1, 0, 0, 1],
			turns: [{ actor: "policy" }, { actor: "tool" }, { actor: "policy" }],
			advantages: { trl: [-0.25, -0.25, null, null, -0.25] },
		});
	});
	test("reward parts add up, one advantage for the whole completion", () => {
		expect(convert(samples.trl!)[0]).toMatchObject({
			reward: 1.5,
			dims: { accuracy_reward: 1, format_reward: 0.5 },
			advantages: { trl: [-0.25, -0.25] },
		});
	});
});
