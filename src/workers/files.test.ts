import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { sha256 } from "../engine/core/sha256";
import { creditOf } from "../engine/credit/run";
import { memoryFolder, memoryLocks } from "../testing/memoryFolder";
import { SMALL_TOKENIZER } from "../testing/smallTokenizer";
import { Files } from "./files";
import type { FilesProgress } from "./filesApi";
import { ImportFolder } from "./importFolder";

const verl = (step: number, i: number, output = `so ${i}`) => ({ input: `q${i >> 1}`, output, score: i % 2, step });
const fileOf = (name: string, rows: readonly unknown[]) => ({
	name,
	file: new File([rows.map((row) => `${JSON.stringify(row)}\n`).join("")], name),
});
const STEPS = [2, 10, 1].map((step) =>
	fileOf(
		`rollouts/${step}.jsonl`,
		[0, 1, 2, 3].map((i) => verl(step, i)),
	),
);

/** Time goes on by a second each time somebody looks. */
function desk(kept = memoryFolder(), savedBytes?: number) {
	let time = 0;
	const seen: FilesProgress[] = [];
	const now = () => (time += 1000);
	const folder = new ImportFolder({
		directory: async () => kept,
		granted: async () => undefined,
		locks: memoryLocks(),
		now,
	});
	const files = new Files(now, folder, savedBytes);
	return { files, seen, open: (list: Parameters<Files["open"]>[0]) => files.open(list, (p) => void seen.push(p)) };
}

describe("files of rollouts", () => {
	it("are read in the order of their numbers, with a report of what is there and what is not", async () => {
		const { files, open, seen } = desk();
		const { formats, card, warnings, linted } = await open(STEPS);
		expect(formats.map(({ id }) => id)).toEqual(["verl"]);
		expect([card.rollouts, card.steps, card.groups, linted]).toEqual([12, 3, 6, 12]);
		expect(card.missing).toContain("logprobs");
		expect(warnings).toEqual([]);
		const { step, group, reward, length } = await files.table();
		expect([...step]).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 10, 10, 10, 10]);
		expect([...group]).toEqual([0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]);
		expect([...reward.slice(0, 4)]).toEqual([0, 1, 0, 1]);
		expect([...length.slice(0, 2)]).toEqual([2, 2]);
		expect(seen.at(-1)).toMatchObject({ rollouts: 12, groups: 6, format: "verl rollout dump" });
		const { read, total } = seen.at(-1)!;
		expect(read / total).toBeGreaterThan(0.99);
	});

	it("of lines are hashed while they are read, and need no second look for it", async () => {
		const { files, open } = desk();
		const rows = Array.from({ length: 700 }, (_, i) => verl(0, i, `${"é".repeat(i)} of ${i}`));
		const text = rows.map((row) => JSON.stringify(row)).join("\r\n");
		const list = [fileOf("1.jsonl", rows), { name: "2.jsonl", file: new File([text], "2.jsonl") }];
		await open(list);
		const known = await Promise.all(list.map(async ({ file }) => sha256(new Uint8Array(await file.arrayBuffer()))));
		for (const { file } of list)
			file.arrayBuffer = file.slice = () => {
				throw new Error("It is read again.");
			};
		expect((await files.identify(() => {})).map(({ hash }) => hash)).toEqual(known);
	});

	it("give the step of a group as a batch with its text, and the credit of the source where there is one", async () => {
		const { files, open } = desk();
		const record = { schema: "ascribe.rollout/1", group: "g", tokens: [5, 6], mask: [1, 0], reward: 1 };
		await open([
			fileOf("own.jsonl", [
				{ ...record, id: "a", advantages: { mine: [0.5, 0] } },
				{ ...record, id: "b" },
			]),
		]);
		const { batch, names, theirs, rows } = await files.stepOf(0);
		expect([batch.B, rows, ...batch.tokens]).toEqual([2, [0, 1], 0, 1, 0, 1]);
		expect(names).toEqual(["⟨5⟩", "⟨6⟩"]);
		expect([theirs?.method, ...theirs!.advantage]).toEqual(["mine", 0.5, 0, Number.NaN, 0]);
		await expect(files.stepOf(7)).rejects.toThrow("There is no group 7");
	});

	it("that were changed or deleted after they were opened are said by name, wherever they are read", async () => {
		const { files, open } = desk();
		const gone = (file: File) => {
			const refused = () =>
				Promise.reject(new DOMException("The requested file could not be read", "NotReadableError"));
			file.arrayBuffer = refused;
			file.slice = () => Object.assign(new Blob(), { arrayBuffer: refused, text: refused });
		};
		const sentence = (name: string) => `${name} was changed or deleted after it was opened; open it again.`;
		const zip = zipSync({ "4.jsonl": strToU8(JSON.stringify(verl(1, 0))) });
		const whole = { name: "run/1.zip", file: new File([Uint8Array.from(zip)], "1.zip") };
		await open([whole]);
		gone(whole.file);
		await expect(files.identify(() => {})).rejects.toThrow(sentence("run/1.zip"));
		await expect(files.keep({ title: "", about: "" }, () => {})).rejects.toThrow(sentence("run/1.zip"));
		const lost = fileOf("2.jsonl", [verl(1, 0)]);
		gone(lost.file);
		await expect(open([lost])).rejects.toThrow(sentence("2.jsonl"));
		expect((await open([lost, fileOf("3.jsonl", [verl(1, 1)])])).warnings).toEqual([sentence("2.jsonl")]);
	});

	it("tell of ids that stand twice within a group, as the command line does", async () => {
		const { files, open } = desk();
		const own = { id: "a", group: "g", tokens: [5], reward: 1 };
		const list = [fileOf("own.jsonl", [own, own]), fileOf("own2.jsonl", [own])];
		const { warnings } = await open(list);
		expect((await files.table()).ids).toEqual(["a", "a#2", "a"]);
		expect(warnings).toEqual([
			'1 rollout has an id that an earlier one of the same group has, and is read under another: own.jsonl, line 2, as "a#2". If they were written twice, they count twice.',
		]);
	});

	it("keep their lines on screen, and show controls instead of obeying them", async () => {
		const { files, open } = desk();
		await open([fileOf("1.jsonl", [verl(1, 0, "def f():\n    return \u202e1"), verl(1, 1, "答案 \u202egnp({}")])]);
		const { names, batch } = await files.stepOf(0);
		const shown = [0, 1].map((b) =>
			[...batch.tokens.slice(b * batch.T, b * batch.T + batch.lengths[b]!)].map((id) => names[id]),
		);
		expect(shown).toEqual([
			["def", "f():", "⏎⋅⋅⋅⋅return", "⟨U+202E⟩1"],
			["答", "案", "⟨U+202E⟩gnp({}"],
		]);
	});

	it("are named on screen by ids without controls and unseen white space, in sentences, too", async () => {
		const { files, open } = desk();
		const own = (id: string, more = {}) => ({
			id,
			group: "\u202eg",
			tokens: [1],
			reward: 1,
			dims: { "a\u202eb": 1 },
			...more,
		});
		const name = "run\u202elnosj.1";
		const { warnings, card } = await open([fileOf(name, [own("a\u202eb"), own(" c\n"), own("d", { mask: [2] })])]);
		expect((await files.table()).ids).toEqual(["a⟨U+202E⟩b", "⋅c⏎"]);
		expect(card.parts).toEqual(["a⟨U+202E⟩b"]);
		expect(warnings).toEqual([expect.stringMatching(/^Left out: run⟨U\+202E⟩lnosj\.1, line 3: mask, entry 0 is 2/)]);
		const rows = [0, 1].map((i) => verl(1, i));
		await open([fileOf(name, rows), fileOf(name, rows)]);
		const mixed = (await files.lint()).find(({ check }) => check === "mixedFiles");
		expect(mixed?.message).toContain("two files named run⟨U+202E⟩lnosj.1");
	});

	it("leave a group's credit unknown where one reward of it is not a number, and others alone", async () => {
		const { files, open } = desk();
		await open([fileOf("1.jsonl", [verl(1, 0), { ...verl(1, 1), score: "NaN" }, verl(1, 2), verl(1, 3)])]);
		const { batch } = await files.stepOf(0);
		expect([...batch.returns]).toEqual([0, Number.NaN, 0, 1]);
		const { advantage } = creditOf("grpo", {}, batch);
		expect([...advantage].map((a) => Number.isNaN(a))).toEqual([true, true, true, true, false, false, false, false]);
		// A file without any reward can be looked at, as if nothing were paid.
		await open([
			fileOf(
				"1.jsonl",
				[verl(1, 0), verl(1, 1)].map((row) => ({ ...row, score: null })),
			),
		]);
		expect([...(await files.stepOf(0)).batch.returns]).toEqual([0, 0]);
	});

	it("of ids show what was said where it begins, know the tools called, and become text with a tokenizer", async () => {
		const { files, open } = desk();
		const nodes = [
			{ parent: null, message: { role: "user", content: "how?" }, sampled: false, token_ids: [5, 10] },
			{
				parent: 0,
				message: { role: "assistant", content: "slow", tool_calls: [{ name: "search", arguments: '{"q":1}' }] },
				sampled: true,
				token_ids: [5, 10, 11],
			},
			{ parent: 1, message: { role: "tool", content: "low" }, sampled: false, token_ids: [10] },
		];
		const trace = fileOf("traces.jsonl", [
			{ id: "a", group: { id: "g" }, traces: [{ nodes, rewards: { r: { score: 1 } } }] },
			{ id: "b", group: { id: "g" }, traces: [{ nodes: nodes.slice(0, 2), rewards: { r: { score: 0 } } }] },
		]);
		await open([trace]);
		expect((await files.table()).tools).toEqual(["search", "search"]);
		const { names, batch } = await files.stepOf(0);
		const shown = (row: Int32Array) => [...row].map((id) => names[id]);
		expect(shown(batch.tokens.slice(0, 4))).toEqual(['⟨5⟩ “slow search({"q":1})”', "⟨10⟩", "⟨11⟩", "⟨10⟩ “low”"]);
		expect(shown(batch.promptTokens.slice(0, 2))).toEqual(["⟨5⟩ “how?”", "⟨10⟩"]);
		expect(await files.lint()).not.toContainEqual(expect.objectContaining({ check: "retokenised" }));
		await open([trace, { name: "tokenizer.json", file: new File([SMALL_TOKENIZER], "tokenizer.json") }]);
		const text = await files.stepOf(0);
		expect([...text.batch.tokens.slice(0, 4)].map((id) => text.names[id])).toEqual(["s", "low", "low", "low"]);
		expect([...text.batch.promptTokens.slice(0, 2)].map((id) => text.names[id])).toEqual(["s", "low"]);
		expect(await files.lint()).not.toContainEqual(expect.objectContaining({ check: "retokenised" }));
	});

	it("are held as open by the page that keeps them, until it closes them", async () => {
		const { files, open } = desk();
		await open(STEPS);
		const told: number[][] = [];
		const tell = (...progress: number[]) => void told.push(progress);
		const sizes = (await files.identify(tell)).map((file) => file.size);
		expect(await files.keep({ title: "a", about: "" }, tell)).toBe("kept");
		const total = sizes.reduce((sum, size) => sum + size, 0);
		// Files so small are hashed at once.
		expect(told).toEqual(sizes.map((_, i) => [sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0), total]));
		const [one] = await files.imports();
		expect(one).toMatchObject({ here: true, elsewhere: false });
		expect(await files.forget(one!.id)).toBe(false);
		await files.cancel();
		expect(await files.imports()).toMatchObject([{ here: false, elsewhere: false }]);
		expect(await files.forget(one!.id)).toBe(true);
	});

	it("say what is doubtful about a whole file once", async () => {
		const { open } = desk();
		const trl = { step: 1, prompt: "p", completion: "c", advantage: 0, accuracy_reward: 1, words: 3 };
		const { warnings } = await open([fileOf("1.jsonl", [trl, trl]), fileOf("2.jsonl", [trl])]);
		expect(warnings).toEqual(["Not added to the reward, since it is not named as one: words."]);
	});

	it("of text are cut by a tokenizer.json, that comes with them, after them or before them", async () => {
		const text = fileOf("4.jsonl", [verl(4, 0, "slow low"), verl(4, 1, "lower low")]);
		const json = { name: "model/tokenizer.json", file: new File([SMALL_TOKENIZER], "tokenizer.json") };
		const looked = async ({ files }: ReturnType<typeof desk>) => {
			const { names, batch } = await files.stepOf(0);
			return Array.from(batch.tokens.subarray(0, batch.lengths[0]), (id) => names[id]);
		};
		const [together, after, before] = [desk(), desk(), desk()];
		expect((await together.open([json, text])).tokenizer).toEqual({ name: "model/tokenizer.json", size: 12 });
		expect(await looked(together)).toEqual(["s", "low", "low"]);
		expect((await after.open([text])).tokenizer).toBeNull();
		expect(await looked(after)).toEqual(["slow", "low"]);
		expect((await after.open([json])).card).toMatchObject({ rollouts: 2, found: { tokens: 1 } });
		expect(await looked(after)).toEqual(["s", "low", "low"]);
		await expect(before.open([json])).rejects.toThrow("model/tokenizer.json is kept, with its 12 tokens");
		const { formats } = await before.open([text, ...STEPS]);
		expect(formats.map(({ id }) => id)).toEqual(["verl"]);
		await before.open([text]);
		expect(await looked(before)).toEqual(["s", "low", "low"]);
	});

	it("whose text a tokenizer normalises are counted in one sentence, with the first row", async () => {
		const lower = SMALL_TOKENIZER.replace('"normalizer":null', '"normalizer":{"type":"Lowercase"}');
		const json = { name: "tokenizer.json", file: new File([lower], "tokenizer.json") };
		const texts = ["low", "Low slow", "slow", "LOW"].map((output, i) => verl(4, i, output));
		const { open } = desk();
		const { warnings } = await open([json, fileOf("4.jsonl", texts)]);
		expect(warnings).toEqual([
			"tokenizer.json normalises text or does not know all its characters: the tokens of 2 of 4 rollouts do not spell what the file says, first in 4.jsonl, line 2.",
		]);
		expect((await open([fileOf("4.jsonl", texts.slice(2, 3))])).warnings).toEqual([]);
	});

	it("beyond what memory is meant for are read again from their place", async () => {
		const { files, open } = desk();
		// Each row has 1 MiB of text: the last ones are not kept.
		const long = Array.from({ length: 70 }, (_, i) => verl(1, i, `${i} ${"x".repeat(2 ** 20)}`));
		const { linted } = await open([fileOf("1.jsonl", long)]);
		expect(linted).toBeLessThan(70);
		const { batch, names, groupsInStep } = await files.stepOf(34);
		expect([batch.B, groupsInStep, names[batch.tokens[0]!]]).toEqual([70, 35, "0"]);
		expect(names[batch.tokens[68 * batch.T]!]).toBe("68");
	});

	it("show a group alone where its step is too large to be shown whole", async () => {
		const { files, open } = desk();
		const long = Array.from({ length: 8 }, (_, i) => verl(1, i, "x ".repeat(30_000)));
		await open([fileOf("1.jsonl", long)]);
		const { batch, rows, groupsInStep } = await files.stepOf(2);
		expect([batch.B, rows, groupsInStep, ...batch.groupIds]).toEqual([2, [4, 5], 4, 2, 2]);
	});

	it("refuse to show a group that would not fit in memory, and say how large it is", async () => {
		const { files, open } = desk();
		const own = (i: number) => ({
			id: `${i}`,
			group: "all",
			tokens: new Array(i === 0 ? 50_000 : 1).fill(1),
			reward: 1,
		});
		await open([
			fileOf(
				"1.jsonl",
				Array.from({ length: 100 }, (_, i) => own(i)),
			),
		]);
		await expect(files.stepOf(0)).rejects.toThrow(
			"Group 1 has 100 rollouts of up to 50,000 tokens, more than the page can",
		);
	});

	it("are saved as rollouts of our own with what nobody knows of them, up to what a page can hold", async () => {
		const { files, open } = desk();
		await open([fileOf("7.jsonl", [{ ...verl(7, 0), odd: "kept" }, verl(7, 1)])]);
		const text = new TextDecoder().decode(await files.save("rollouts.jsonl"));
		const lines = text.trim().split("\n");
		expect(lines.map((line) => JSON.parse(line))).toMatchObject([
			{ schema: "ascribe.rollout/1", step: 7, group: "p0", tokens: ["so", " 0"], reward: 0, odd: "kept" },
			{ group: "p0", tokens: ["so", " 1"], reward: 1 },
		]);
		expect([...(await files.save("rollouts.parquet")).slice(0, 4)]).toEqual([...new TextEncoder().encode("PAR1")]);
		const small = desk(memoryFolder(), 2 ** 20);
		// A field that nobody reads, over several pieces of the file.
		await small.open([fileOf("1.jsonl", [{ ...verl(1, 0), odd: "x".repeat(3 * 2 ** 20) }])]);
		await expect(small.files.save("rollouts.jsonl")).rejects.toThrow(
			"These files have 3 MiB; the page converts up to 1 MiB.",
		);
	});

	it("say what is wrong with the first row where no row could be read, and how many more there are", async () => {
		const { open } = desk();
		const truths = [0, 1, 2].map((i) => ({ ...verl(1, i), score: i === 2 }));
		const odd = fileOf("notes.jsonl", [{ note: "no rollout" }]);
		const said = "1.jsonl, line 1: score is false; it must be a number.";
		await expect(open([odd, fileOf("1.jsonl", truths)])).rejects.toThrow(
			`${said} 2 more rows could not be read either, and none is left.`,
		);
		await expect(open([fileOf("1.jsonl", truths.slice(0, 1))])).rejects.toThrow(new RegExp(`${said}$`));
	});

	it("of no known format are said beside those that can be read, and refused alone", async () => {
		const { open } = desk();
		const odd = fileOf("odd.jsonl", [{ a: 1 }]);
		const { warnings, card } = await open([odd, STEPS[0]!]);
		expect(card.rollouts).toBe(4);
		expect(warnings[0]).toContain("odd.jsonl has rows of no known format");
		await expect(open([odd])).rejects.toThrow("odd.jsonl has rows of no known format");
	});

	it("stop being read when they are cancelled or others are opened", async () => {
		const { files, open } = desk();
		const large = fileOf(
			"1.jsonl",
			Array.from({ length: 40_000 }, (_, i) => verl(1, i, "x".repeat(100))),
		);
		const first = open([large]);
		await files.cancel();
		await expect(first).rejects.toMatchObject({ code: "cancelled" });
		const second = open([large]);
		const third = open(STEPS);
		await expect(second).rejects.toMatchObject({ code: "cancelled" });
		expect((await third).card.rollouts).toBe(12);
	});

	it("are linted by group in all rows, those beyond what memory is meant for included", async () => {
		const { files, open } = desk();
		// About 17 MiB in the first step; the groups of the second are dead.
		const alive = Array.from({ length: 1700 }, (_, i) => ({ ...verl(1, i, "x".repeat(10_000)), score: i % 2 }));
		const dead = Array.from({ length: 8 }, (_, i) => ({ ...verl(2, i, "x".repeat(10_000)), score: 1 }));
		const report = await open([fileOf("1.jsonl", [...alive, ...dead])]);
		expect(report.linted).toBeLessThanOrEqual(1700);
		const finding = (await files.lint()).find(({ check }) => check === "deadGroups");
		expect(finding?.rows).toEqual(dead.map((_, i) => 1700 + i));
	});

	it("are linted across files: the same prompts of a step in two of them are one group, and that is said", async () => {
		const { files, open } = desk();
		const rows = [0, 1].map((i) => verl(1, i));
		await open([fileOf("a.jsonl", rows), fileOf("b.jsonl", rows)]);
		const found = async () => (await files.lint()).find(({ check }) => check === "mixedFiles");
		expect(await found()).toMatchObject({
			rows: [0, 1, 2, 3],
			message: expect.stringContaining("from a.jsonl and b.jsonl"),
		});
		await open([fileOf("a.jsonl", rows)]);
		expect(await found()).toBeUndefined();
		// Chosen one by one, files come without their folders.
		await open([fileOf("1.jsonl", rows), fileOf("1.jsonl", rows)]);
		expect((await found())?.message).toContain("from two files named 1.jsonl");
		const lines = strToU8(rows.map((row) => JSON.stringify(row)).join("\n"));
		const zip = zipSync({ "train/1.jsonl": lines, "test/1.jsonl": lines });
		await open([{ name: "run.zip", file: new File([Uint8Array.from(zip)], "run.zip") }]);
		expect((await found())?.message).toContain("from run.zip/train/1.jsonl and run.zip/test/1.jsonl");
	});

	it("are linted, with findings at the rows of the table", async () => {
		const { files, open } = desk();
		await open([
			fileOf(
				"1.jsonl",
				[0, 1, 2, 3].map((i) => ({ ...verl(1, i), score: i < 2 ? 1 : i })),
			),
		]);
		expect((await files.lint())[0]).toMatchObject({ check: "deadGroups", rows: [0, 1] });
	});
});
