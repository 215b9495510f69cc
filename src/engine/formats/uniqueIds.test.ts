import { strToU8 } from "fflate";
import { describe, expect, it } from "vitest";
import { memorySource } from "./containers/byteSource";
import { importFile } from "./importFile";

const imported = (text: string) => importFile(memorySource("dump.jsonl", strToU8(text)));
const jsonl = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const verl = { input: "q", output: "so", gts: "2", score: 0, step: 4, uid: "7_0_0" };

describe("ids of rollouts", () => {
	it("gives a number to ids that stand twice within a group, and in our own format says where", async () => {
		const foreign = await imported(jsonl([verl, verl]));
		expect(foreign.lines.map(({ record }) => record.id)).toEqual(["7_0_0", "7_0_0#2"]);
		expect(foreign.warnings).toEqual([]);
		const own = (id: string, group = "p") => ({ id, group, tokens: [1], reward: 0 });
		const rows = [own("a"), own("a", "q"), own("a#2"), own("b"), own("a"), own("a")];
		const { lines, warnings } = await imported(jsonl(rows));
		expect(lines.map(({ record }) => record.id)).toEqual(["a", "a", "a#2", "b", "a#2#2", "a#3"]);
		expect(warnings).toEqual([
			'2 rollouts have an id that an earlier one of the same group has, and are read under another: dump.jsonl, line 5, as "a#2#2"; dump.jsonl, line 6, as "a#3". If they were written twice, they count twice.',
		]);
	});

	it("keeps ids apart that no double holds", async () => {
		const line = (group: string, extra = "") => `{"id":"a","group":${group},"tokens":[1],"reward":0${extra}}`;
		const [a, b] = ["12345678901234567890", "12345678901234567891"];
		for (const text of [`${line(a)}\n${line(b, ',"kl":NaN')}\n`, `[${line(a)},\n${line(b)}]`])
			expect((await imported(text)).lines.map(({ record }) => record.group)).toEqual([a, b]);
		expect(
			(await imported(line("7", ',"budget":1e300'))).lines.map(({ record }) => [record.group, record.budget]),
		).toEqual([[7, 1e300]]);
	});

	it("takes equal ids of two prompts, or of two steps, as they are", async () => {
		const own = { id: "a", tokens: [1], reward: 0 };
		const rows = [{ ...own, prompt: "q" }, { ...own, prompt: "r" }, { ...own, prompt: "q", step: 2 }, own];
		const { lines, warnings } = await imported(jsonl(rows));
		expect([lines.map(({ record }) => record.id), warnings]).toEqual([["a", "a", "a", "a"], []]);
	});
});
