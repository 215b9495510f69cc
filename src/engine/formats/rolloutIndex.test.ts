import { expect, it } from "vitest";
import type { ImportedLine } from "./fileReading";
import { ascribeRollouts } from "./importers/ascribeRollouts";
import { verl } from "./importers/verl";
import type { RolloutRecord } from "./record";
import { RolloutIndex } from "./rolloutIndex";

const MIB = 2 ** 20;

it("keeps 16 MiB of text as objects, wherever in its file that lies, and the place of all else", async () => {
	const record: RolloutRecord = { schema: "ascribe.rollout/1", id: "a", prompt: "p", tokens: [1], reward: 1 };
	const text = new TextEncoder().encode(JSON.stringify(record));
	const read: number[][] = [];
	const source = {
		name: "dump.jsonl",
		size: 64 * MIB,
		read: async (start: number, end: number) => {
			read.push([start, end]);
			return text;
		},
	};
	const line = (i: number, start: number, end: number): ImportedLine => ({
		record: { ...record, id: `r${i}` },
		where: "",
		file: source.name,
		number: i + 1,
		part: 0,
		at: { start, end },
	});
	const index = new RolloutIndex();
	index.files.push({ source, importer: ascribeRollouts });
	index.add(0, [line(0, 40 * MIB, 47 * MIB), line(1, 47 * MIB, 56 * MIB), line(2, 56 * MIB, 56 * MIB + 1)]);
	expect(index.inMemory().map(({ row }) => row)).toEqual([0, 1]);
	expect((await index.record(1)).id).toBe("r1");
	expect(read).toEqual([]);
	expect((await index.record(2)).tokens).toEqual([1]);
	expect(read).toEqual([[56 * MIB, 56 * MIB + 1]]);
});

it("reads a rollout of several rows again from all of them", async () => {
	const row = (output: number) => ({
		input: "q",
		output: `so ${output}`,
		score: output,
		step: 4,
		uid: `7_0_${output}`,
	});
	const lines = `${JSON.stringify(row(0))}\r\n\r\n${JSON.stringify(row(1))}`;
	const source = { name: "4.jsonl", size: 99 * MIB, read: async () => new TextEncoder().encode(lines) };
	const record = verl.parts!.joined([row(0), row(1)], { file: source.name, line: 1 });
	const index = new RolloutIndex();
	index.files.push({ source, importer: verl });
	const at = { start: 0, end: 17 * MIB };
	index.add(0, [{ record, where: "", file: source.name, number: 1, part: 0, at }]);
	expect(index.inMemory()).toEqual([]);
	expect(await index.record(0)).toEqual(record);
});
