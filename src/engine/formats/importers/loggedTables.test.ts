import { describe, expect, test } from "vitest";
import { convert, samples } from "./testing";

describe("what runs log to trackers", () => {
	test("TRL's completions in a table of W&B or Trackio are rows of TRL", () => {
		const rows = [
			{ id: "dump.jsonl:1", step: 2, prompt: "hi", tokens: ["yes", " no"], reward: 1, advantages: { trl: [0.5, 0.5] } },
			{ id: "dump.jsonl:2", step: 2, prompt: "hi", tokens: ["no"], reward: 0, advantages: { trl: [-0.5] } },
		];
		const table = samples.loggedTable! as { columns: string[]; data: unknown[][] };
		expect(convert(samples.loggedTable!)).toMatchObject(rows);
		const _value = table.data.map((cells) => Object.fromEntries(table.columns.map((name, i) => [name, cells[i]])));
		const logged = { step: 2, timestamp: "2026-08-21", completions: { _type: "trackio.table", _value } };
		expect(convert(logged)).toMatchObject(rows);
		expect(convert(logged.completions)).toMatchObject(rows);
		expect(() => convert({ columns: ["a"], data: [[1]] })).toThrow("dump.jsonl has rows of no known format");
	});
	test("verl's validation generations: samples of a step by number, in a table and as MLflow and SwanLab keep them", () => {
		const row = {
			step: 5,
			input_1: "1+1=",
			output_1: "so 2",
			score_1: 1,
			input_2: "2+2=",
			output_2: "five",
			score_2: 0,
		};
		const read = [
			{ id: "dump.jsonl:1", step: 5, prompt: "1+1=", tokens: ["so", " 2"], reward: 1 },
			{ id: "dump.jsonl:2", step: 5, prompt: "2+2=", tokens: ["five"], reward: 0 },
		];
		expect(convert({ columns: Object.keys(row), data: [Object.values(row)] })).toMatchObject(read);
		const [sample] = convert({ input: "1+1=", output: "so 2", score: 1 }, "val_step12.json");
		expect(sample).toMatchObject({ step: 12, prompt: "1+1=", reward: 1 });
	});
	test("traces of Trackio: reward, parts, advantage and group are in the metadata, as objects and as the texts of its Parquet", () => {
		const { messages, metadata } = samples.trackioTraces!;
		const known = {
			group: "3",
			prompt: "q",
			tokens: ["look", " it", " up", "found", "yes"],
			mask: [1, 1, 1, 0, 1],
			reward: 1.5,
			dims: { right: 1, neat: 0.5 },
			advantages: { trl: [0.25, 0.25, 0.25, null, 0.25] },
		};
		expect(convert(samples.trackioTraces!)[0]).toMatchObject({ ...known, step: 8 });
		const text = { messages: JSON.stringify(messages), metadata: JSON.stringify(metadata), search_text: "q" };
		const row = { id: "r:1:rollouts:0", run_id: "r", run_name: "a", step: 4, key: "rollouts", trace_index: 0, ...text };
		expect(convert(row)[0]).toMatchObject({ ...known, id: "r:1:rollouts:0", step: 4, run_name: "a" });
		const scored = {
			...samples.trackioTraces!,
			metadata: { source: "validation_generations", sample_index: 0, score: 0.5 },
		};
		expect(convert(scored)[0]).toMatchObject({ reward: 0.5 });
		expect(convert(scored)[0]!.advantages).toBeUndefined();
	});
});
