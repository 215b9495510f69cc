import { strToU8 } from "fflate";
import { describe, expect, test } from "vitest";
import { memorySource } from "../containers/byteSource";
import { importFile } from "../importFile";
import { writeRollouts } from "../rolloutsJsonl";
import { writeParquet } from "../writers/parquet";
import { IMPORTERS, recognise } from "./registry";
import { convert, samples } from "./testing";

describe("every importer", () => {
	test("has a sample here", () => {
		expect(Object.keys(samples).sort()).toEqual(IMPORTERS.map((i) => i.id).sort());
	});
	test.each(Object.entries(samples))("%s recognises its own rows and no other's", (id, row) => {
		expect(recognise(row, "f").id).toBe(id);
	});
	test.each(Object.entries(samples))("%s gives arrays as long as its tokens, and JSON that reads back", (_, row) => {
		for (const record of convert(row)) {
			const lists = [
				record.mask,
				record.logprobs,
				record.ref_logprobs,
				record.values,
				record.rewards,
				record.entropy,
				record.text,
				...Object.values(record.advantages ?? {}),
				...Object.values(record.signals ?? {}),
			];
			for (const list of lists) if (list) expect(list).toHaveLength(record.tokens.length);
			for (const turn of record.turns ?? [])
				expect(turn.start <= turn.end && turn.end <= record.tokens.length).toBe(true);
			expect(JSON.parse(JSON.stringify(record))).toEqual(record);
		}
	});
	test.each(Object.entries(samples))("%s answers a broken field with file and line", (_, row) => {
		for (const key of Object.keys(row)) {
			const broken = { ...row, [key]: { odd: [null] } };
			try {
				convert(broken);
			} catch (error) {
				expect(String(error)).toMatch(/dump\.jsonl/);
			}
		}
	});
});

/** Importers whose rows have samples, or choices, within them: those carry unknown fields, too. */
const INNER: Record<string, (row: Record<string, unknown>) => unknown> = {
	verifiersTraces: (row) => (row.traces as object[]).map((trace) => ({ ...trace, odd: "inner" })),
	rllm: (row) => (row.trajectories as object[]).map((t) => ({ ...t, odd: "inner" })),
	openAiCompletions: (row) => (row.choices as object[]).map((choice) => ({ ...choice, odd: "inner" })),
};

describe("what an importer does not know", () => {
	const kept = (value: unknown) => JSON.stringify(value);
	test.each(Object.entries(samples))("%s: survives, written as our own and read again", async (_, row) => {
		const records = convert({ ...row, odd: "kept" });
		for (const written of [strToU8(writeRollouts(records)), writeParquet(records)]) {
			const { lines } = await importFile(memorySource("own", written));
			// A reward of null and none are the same.
			const known = records.map((record) => Object.fromEntries(Object.entries(record).filter(([, x]) => x !== null)));
			expect(lines.map(({ record }) => record)).toEqual(known);
			for (const { record } of lines) expect(record.odd).toBe("kept");
		}
	});
	test.each(Object.entries(INNER))("%s: survives within a sample, too", (id, changed) => {
		const [name] = Object.entries(samples[id]!).find(([, value]) => Array.isArray(value))!;
		const records = convert({ ...samples[id]!, [name]: changed(samples[id]!) });
		expect(records.length).toBeGreaterThan(0);
		for (const record of records) expect(kept(record)).toContain('"odd":"inner"');
	});
	test("a name that a rollout uses for something else is marked as the source's", () => {
		const [record] = convert({
			...samples.verl!,
			turns: 3,
			text: "so 2",
			mask: [1],
			messages: [{ role: "user" }],
			done: "end",
		});
		expect(record).toMatchObject({
			source_turns: 3,
			source_text: "so 2",
			source_mask: [1],
			source_messages: [{ role: "user" }],
			done: "end",
		});
		expect(["turns", "text", "mask", "messages"].some((name) => name in record!)).toBe(false);
		expect(convert({ ...samples.openAiMessages! })[0]!.custom).toEqual({ kept: true });
	});
	test("columns and lists over the samples of a row give each its own entry", () => {
		expect(convert({ ...samples.roll!, difficulty: ["easy", "hard"], source: ["x"] })).toMatchObject([
			{ difficulty: "easy", source: ["x"] },
			{ difficulty: "hard", source: ["x"] },
		]);
		expect(convert({ ...samples.atropos!, finish: ["stop", "length"] }).map(({ finish }) => finish)).toEqual([
			"stop",
			"length",
		]);
	});
});

describe("numbers and lengths of any format", () => {
	test("numbers that are not finite, as numbers or as text, are not known", () => {
		for (const odd of [Number.NaN, Number.NEGATIVE_INFINITY, "NaN", "nan", "inf", "-Infinity"]) {
			expect(convert({ ...samples.verl!, score: odd })[0]!.reward).toBeNull();
			expect(convert({ ...samples.skyRl!, score: [0, odd, 1] })[0]).toMatchObject({
				rewards: [0, null, 1],
				reward: null,
			});
			const rewards = { right: { score: odd, weight: 1 }, neat: { score: 0.5, weight: 1 } };
			const [trace] = samples.verifiersTraces!.traces as Record<string, unknown>[];
			const [record] = convert({ ...samples.verifiersTraces!, traces: [{ ...trace, rewards }] });
			expect(record).toMatchObject({ reward: null, dims: { neat: 0.5 } });
		}
		expect(() => convert({ ...samples.verl!, step: Number.NaN })).toThrow("line 3: step is NaN; it must be a number.");
	});
	test("lengths that do not agree are said with both numbers", () => {
		expect(() => convert({ ...samples.primeRlTokens!, advantages: [1, 2] })).toThrow(
			"dump.jsonl, line 3: advantages has 2 entries for 5 tokens; the lengths must agree.",
		);
	});
});
