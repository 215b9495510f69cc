import fc from "fast-check";
import { memorySource } from "../containers/byteSource";
import { importFile } from "../importFile";
import type { RolloutRecord } from "../record";
import type { ForeignWriter } from "./foreignWriter";
import { writeDump } from "./writeDump";

const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }).map((x) => x + 0);
const LETTERS = [..."abzAZ<>&\"'{}()=+,.;:/\\-"];
const word = fc.string({ unit: fc.constantFrom(...LETTERS), minLength: 1, maxLength: 8 });
const text = fc
	.array(word, { minLength: 1, maxLength: 6 })
	.map((words) => words.map((w, i) => (i === 0 ? w : ` ${w}`)));
const turnLengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 });

/** One rollout with every field that some format carries; `words` and `ids` differ in what a token is. */
function rolloutOf(kind: ForeignWriter["tokens"]): fc.Arbitrary<RolloutRecord> {
	return turnLengths.chain((lengths) => {
		const T = lengths.reduce((a, b) => a + b, 0);
		// Turns alternate, and the policy has the first and the last word.
		const odd = lengths.length % 2 === 1 ? lengths : lengths.slice(0, -1).length % 2 === 1 ? lengths.slice(0, -1) : [T];
		const n = odd.reduce((a, b) => a + b, 0);
		const ends = odd.map((_, i) => odd.slice(0, i + 1).reduce((a, b) => a + b, 0));
		const turns = odd.map((length, i) => ({
			start: ends[i]! - length,
			end: ends[i]!,
			actor: i % 2 === 0 ? "policy" : "tool",
		}));
		const mask = turns.flatMap(({ start, end }, i) => Array<number>(end - start).fill(i % 2 === 0 ? 1 : 0));
		const scored = (row: readonly number[]) => row.map((x, t) => (mask[t] ? x : null));
		const row = fc.array(number, { minLength: n, maxLength: n });
		const tokens =
			kind === "words"
				? fc.array(word, { minLength: n, maxLength: n })
				: fc.array(fc.nat(), { minLength: n, maxLength: n });
		return fc
			.record({
				group: fc.string({ unit: fc.constantFrom(..."abz019"), minLength: 1, maxLength: 6 }),
				step: fc.constant(12),
				prompt:
					kind === "words" ? text.map((words) => words.join("")) : fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
				tokens,
				logprobs: row.map(scored),
				ref_logprobs: row.map(scored),
				values: row,
				trainer: row,
				entropy: row.map(scored),
				rewards: row,
				reward: number,
				success: fc.boolean(),
				done: fc.constantFrom("end" as const, "limit" as const),
				dims: fc.record({ reward_a: number, reward_b: number }),
				credit: row.map(scored),
			})
			.map(
				({ credit, trainer, ...fields }) =>
					({
						schema: "ascribe.rollout/1",
						id: "",
						...fields,
						mask,
						turns,
						advantages: { ours: credit },
						signals: { trainerLogProbs: trainer },
					}) as RolloutRecord,
			);
	});
}

/** Of the parts of a trace's reward: not one, so that a reader that leaves them out is seen. */
const WEIGHTS = [0.5, 2];

/** What the rollout of a dump looks like under the restrictions of its format. */
function fitted(writer: ForeignWriter, record: RolloutRecord, i: number): RolloutRecord {
	const out: Record<string, unknown> = { ...record, id: `${record.group}_${i}_0` };
	if (writer.tokens === "words") {
		// Words are told apart by the space before them; a message starts without one.
		const starts = new Set(record.turns!.map(({ start }) => start));
		out.tokens = record.tokens.map((token, t) =>
			t > 0 && !(starts.has(t) && writer.carries.includes("mask")) ? ` ${token}` : token,
		);
		if (!writer.carries.includes("mask")) Object.assign(out, { mask: record.tokens.map(() => 1), turns: undefined });
		out.text = out.tokens;
	}
	if (writer.importer === "trackioTraces") {
		const a = Object.values(record.advantages!)[0]!.find((x) => x !== null);
		out.advantages = { trl: record.mask!.map((m) => (m ? a : null)) };
	}
	if (writer.importer === "trl" || writer.importer === "loggedTable") {
		const [a] = Object.values(record.advantages!)[0]!;
		const dims = Object.values(record.dims!);
		Object.assign(out, { advantages: { trl: record.tokens.map(() => a) }, reward: dims.reduce((x, y) => x + y, 0) });
	}
	if (writer.importer === "primeRlTokens")
		out.signals = { ...record.signals, importanceRatio: record.tokens.map(() => 1) };
	if (writer.importer === "verifiersTraces") {
		const parts = Object.entries(record.dims!).map(
			([name, score], k) => [name, { score, weight: WEIGHTS[k]! }] as const,
		);
		const reward = parts.reduce((sum, [, { score, weight }]) => sum + score * weight, 0);
		Object.assign(out, { reward, trace: { rewards: Object.fromEntries(parts) } });
	}
	if (writer.importer === "openAiCompletions" || writer.importer === "rlLoggingBoard") out.logprobs = record.values;
	return out as unknown as RolloutRecord;
}

/** Advantages come back under the name of their source; spans without rewards have none or null. */
function comparable(record: RolloutRecord, carries: readonly string[]) {
	const kept = Object.fromEntries(carries.map((name) => [name, record[name]]));
	if (kept.advantages) kept.advantages = Object.values(kept.advantages);
	if (record.turns && kept.turns)
		kept.turns = record.turns.map(({ start, end, actor }) => ({
			start,
			end,
			actor: actor === "policy" ? actor : "reply",
		}));
	return JSON.parse(JSON.stringify(kept)) as unknown;
}

/**
 * Dumps of random rollouts, written and read again: recognised, nothing broken, every field that the format carries as it was.
 * @throws Error with the smallest counterexample.
 */
export async function roundTrips(writer: ForeignWriter, cases: number): Promise<void> {
	await fc.assert(
		fc.asyncProperty(fc.array(rolloutOf(writer.tokens), { minLength: 1, maxLength: 4 }), async (drawn) => {
			const records = drawn.map((record, i) => fitted(writer, record, i));
			// Formats of whole groups keep members together.
			if (writer.importer === "atropos")
				records.sort((a, b) => (a.group! < b.group! ? -1 : a.group! > b.group! ? 1 : 0));
			const file = await importFile(memorySource(writer.file, writeDump(writer, records)));
			const read = file.lines.map(({ record }) => comparable(record, writer.carries));
			const written = records.map((record) => comparable(record, writer.carries));
			const [got, want] = [
				[file.importers[0]?.id, file.broken, read],
				[writer.importer, [], written],
			].map((x) => JSON.stringify(x));
			if (got !== want) throw new Error(`read ${got}, written ${want}`);
		}),
		{ numRuns: cases },
	);
}
