import fc from "fast-check";
import { gzipSync, strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { spansOf } from "../credit/spans";
import { creditLint } from "../lint/creditLint";
import { type ByteSource, memorySource } from "./containers/byteSource";
import { gunzipped } from "./containers/gzip";
import { importFile } from "./importFile";
import { importPieces } from "./importPieces";
import type { RolloutRecord } from "./record";
import { batchesOf } from "./recordsBatch";
import { writeCsv } from "./writers/csv";
import { writeParquet } from "./writers/parquet";

const verl = (i: number) => ({ input: "q", output: `so ${i}`, gts: "2", score: i % 2, step: 4, uid: `7_${i}_0` });
const textFile = (text: string, name = "dump.jsonl") => memorySource(name, strToU8(text));
const jsonl = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const records = async (source: ByteSource) => (await importFile(source)).lines.map(({ record }) => record);

describe("a file of rollouts", () => {
	it("is read as lines, as one array, as one object over many lines, zipped and gzipped, all the same", async () => {
		const rows = [verl(0), verl(1)];
		const lines = await records(textFile(jsonl(rows)));
		expect(lines.map(({ reward, group, tokens }) => ({ reward, group, tokens }))).toEqual([
			{ reward: 0, group: "7", tokens: ["so", " 0"] },
			{ reward: 1, group: "7", tokens: ["so", " 1"] },
		]);
		expect(await records(textFile(JSON.stringify(rows, null, 2)))).toEqual(lines);
		expect(await records(textFile(JSON.stringify(rows[0], null, 2)))).toEqual(lines.slice(0, 1));
		expect(await records(memorySource("dump.jsonl", gzipSync(strToU8(jsonl(rows)))))).toEqual(lines);
		const zip = zipSync({ "events.jsonl": strToU8("{}\n"), "a/4.jsonl": strToU8(jsonl(rows)) });
		expect(await records(memorySource("dump.jsonl", zip))).toEqual(lines);
	});

	it("loses only its last line where it is cut in the middle, and says so", async () => {
		const text = jsonl([verl(0), verl(1), verl(2)]);
		const { lines, broken, warnings } = await importFile(textFile(text.slice(0, -10)));
		expect(lines.length).toBe(2);
		expect(broken).toEqual([]);
		expect(warnings).toEqual(["dump.jsonl ends in the middle of its last line, which is left out."]);
	});

	it("keeps the rows that can be read beside those that cannot, each with its place", async () => {
		const { lines, broken } = await importFile(
			textFile(`${jsonl([verl(0)])}{"input": 3\n${jsonl([{ ...verl(2), score: "x" }, verl(3)])}`),
		);
		expect(lines.map(({ where }) => where)).toEqual(["dump.jsonl, line 1", "dump.jsonl, line 4"]);
		expect(broken.map(({ message }) => message)).toEqual([
			expect.stringContaining("dump.jsonl, line 2 is not JSON"),
			expect.stringContaining("dump.jsonl, line 3: score"),
		]);
	});

	it("takes a message, a mismatch and a partition of 300,000 tokens", async () => {
		const N = 300_000;
		const completion = [{ role: "assistant", content: "a ".repeat(N) }];
		const chat = { prompt: "q", completion, reward: 1, advantage: 0, step: 1 };
		const [read] = await records(textFile(jsonl([chat])));
		expect(read!.tokens.length).toBeGreaterThanOrEqual(N);
		const row = (x: number) => new Array<number>(N).fill(x);
		const steps = row(0).map((_, i) => ({ start: i, end: i + 1 }));
		const logprobs = { logprobs: row(-1), signals: { trainerLogProbs: row(-2) } };
		const long = { id: "a", group: "g", tokens: row(1), reward: 1, steps, ...logprobs };
		const lines = (await importFile(textFile(jsonl([long, { ...long, id: "b", reward: 0 }])))).lines;
		const found = creditLint(lines.map(({ record }) => record));
		expect(found.find(({ check }) => check === "samplerDrift")?.rows).toEqual([0, 1]);
		const { batch } = batchesOf(lines).batches[0]!;
		expect(spansOf(batch, { kind: "steps" }).count).toBe(2 * N);
	});

	it("refuses what nests without end, with its place", async () => {
		for (const extra of ["[".repeat(200_000) + "]".repeat(200_000), `${'{"a":'.repeat(2000)}NaN${"}".repeat(2000)}`]) {
			const text = `${jsonl([{ id: "a", tokens: [1], reward: 1 }])}{"id":"b","tokens":[1],"reward":0,"x":${extra}}\n`;
			const { lines, broken } = await importFile(textFile(text));
			expect(lines.length).toBe(1);
			expect(broken.map(({ message }) => message)).toEqual([
				"dump.jsonl, line 2 nests lists and objects more than 500 levels deep, which is not read.",
			]);
		}
	});

	it("keeps rows with the bare NaN and Infinity that Python writes, for Credit Lint to name", async () => {
		const line = (i: number) => JSON.stringify(verl(i));
		const bad = line(1).replace('"score":1', '"score": NaN, "kl": -Infinity, "said": "NaN \\" Infinity"');
		for (const text of [`${bad}\n${line(0)}\n`, `[${line(0)},\n${bad}]`]) {
			const { lines, broken } = await importFile(textFile(text));
			expect([lines.length, broken]).toEqual([2, []]);
			const read = lines.map(({ record }) => record).sort((a, b) => (a.id < b.id ? -1 : 1));
			expect(read[1]).toMatchObject({
				id: "7_1_0",
				reward: null,
				kl: Number.NEGATIVE_INFINITY,
				said: 'NaN " Infinity',
			});
			expect(read[1]!.dims).toBeUndefined();
			expect(creditLint(read).find(({ check }) => check === "missingNumbers")?.rows).toEqual([1]);
		}
	});

	it("reads numbers that are not finite in our own format as not known", async () => {
		const text =
			'{"id":"a","tokens":[1,2],"reward":NaN,"rewards":[NaN,1],"values":[Infinity,0],"dims":{"x":NaN,"y":1}}';
		expect(await records(textFile(text))).toEqual([
			{
				schema: "ascribe.rollout/1",
				id: "a",
				tokens: [1, 2],
				reward: null,
				rewards: [null, 1],
				values: [null, 0],
				dims: { y: 1 },
			},
		]);
		const [bare] = await records(textFile('{"id":"a","tokens":[1,2],"reward":NaN}'));
		expect(creditLint([bare!])[0]?.message).toMatch(
			/^1 reward and 0 numbers of counted tokens, in 1 rollout, are missing/,
		);
		const [unpaid] = await records(textFile('{"id":"a","tokens":[1,2],"reward":null}'));
		expect(creditLint([unpaid!])).toEqual([]);
		await expect(records(textFile('{"id":"a","tokens":[NaN]}'))).rejects.toThrow("tokens, entry 0 is null");
	});

	it.each([
		["an empty file", "", "dump.jsonl is empty"],
		["a list", "[1, 2]", "dump.jsonl, entry 1 is 1; it must be a JSON object."],
		["unknown rows", '{"a": 1}\n', "rows of no known format"],
		["a number a line", "3\n4\n", "must be a JSON object"],
		[
			"objects in one line",
			'{"a":1}{"a":2}\n',
			"dump.jsonl, line 1 goes on after its JSON value; write one object a line",
		],
		["commas between lines", '{"a":1},\n{"a":2},\n', "dump.jsonl, line 1 goes on after its JSON value"],
		["lists of lists", '[[{"a":1}],[{"a":2}]]', 'dump.jsonl, entry 1 is [{"a":1}]; it must be a JSON object.'],
		[
			"what Python prints",
			"{'id': 'a'}\n",
			"line 1 is a dict as Python prints it, not JSON; write it with json.dumps.",
		],
		["a table", "prompt,reward\na,1\n", "Read are JSON lines, JSON, Parquet, and zip or gzip around these.\nThe first"],
		["a list in an object", '{"rollouts":[{"id":"a"}]}', 'Its field "rollouts" is a list of objects: if those are'],
		["line ends of old", '{"a":1}\r{"a":2}\r', "dump.jsonl, line 1 goes on after its JSON value"],
	])("says in a sentence what is wrong with %s", async (_, text, message) => {
		await expect(records(textFile(text))).rejects.toThrow(message);
	});

	it("refuses pickles, and archives without rollouts", async () => {
		await expect(records(memorySource("batch.pt", Uint8Array.of(0x80, 2, 0x8a)))).rejects.toThrow("pickle");
		for (const text of ["(lp0\n(dp1\n", "ccopy_reg\n_reconstructor\np0\n"])
			await expect(records(textFile(text, "old.pkl"))).rejects.toThrow("old.pkl is a Python pickle");
		const zip = zipSync({ "readme.txt": strToU8("hi") });
		await expect(records(memorySource("x.zip", zip))).rejects.toThrow(
			"neither *.jsonl, *.parquet, samples/*.json nor episodes/*.json. It holds readme.txt.",
		);
	});

	it("names what it leaves out of an archive, and reads tables and episodes in it", async () => {
		const own = { schema: "ascribe.rollout/1", id: "a", group: "g", tokens: [1], reward: 1 } as const;
		const inner = zipSync({ "a.jsonl": strToU8(jsonl([verl(1)])) });
		const lines = strToU8(jsonl([own]));
		const hidden = { "__MACOSX/._b.jsonl": strToU8("\0"), ".DS_Store": strToU8("x"), "d/": new Uint8Array(0) };
		const more = Object.fromEntries([1, 2, 3, 4, 5].map((i) => [`${i}.txt`, strToU8("x")]));
		const table = await writeParquet([{ ...own, id: "b" }]);
		const zip = zipSync({ "in.zip": inner, "b.jsonl": lines, "c.parquet": table, ...hidden, ...more });
		const read = await importFile(memorySource("x.zip", zip));
		expect(read.lines.map(({ record }) => record.id)).toEqual(["a", "b"]);
		expect(read.warnings).toEqual([
			expect.stringMatching(/^x\.zip: Left out of the archive: in\.zip, 1\.txt, .*4\.txt and 1 more\. Read are/),
		]);
		const episode = {
			episode_id: "q:0",
			trajectories: [{ reward: 1, steps: [{ prompt_ids: [1], response_ids: [2] }] }],
		};
		const episodes = zipSync({ "episodes/0.json": strToU8(JSON.stringify(episode)) });
		expect((await importFile(memorySource("e.zip", episodes))).importers[0]?.id).toBe("rllm");
		const run = zipSync({ "spec.json": strToU8("{}"), "rollouts.jsonl": lines, "checkpoints/1.safetensors": lines });
		expect((await importFile(memorySource("run.zip", run))).warnings).toEqual([]);
	});

	it("refuses broken lines and members of an archive alone, and reads each member in its own format", async () => {
		const trl = { step: 1, prompt: "p", completion: "c", advantage: 0, accuracy_reward: 1 };
		const zip = zipSync({
			"a/4.jsonl": strToU8(`${jsonl([verl(0)])}{"input": 3\n${jsonl([{ ...verl(2), score: "x" }, verl(3)])}{"inp`),
			"b/5.jsonl": strToU8(`{"x\n${jsonl([verl(4)])}`),
			"c.parquet": strToU8("PAR1 no table"),
			"d.jsonl": strToU8(jsonl([trl])),
			"log.jsonl": strToU8(jsonl([{ loss: 1 }])),
			"noise.jsonl": strToU8("no\njson\n"),
			"samples/1.json": strToU8('{"id"'),
		});
		const read = await importFile(memorySource("x.zip", zip));
		expect(read.lines.map(({ where }) => where)).toEqual([
			"x.zip/a/4.jsonl, line 1",
			"x.zip/a/4.jsonl, line 4",
			"x.zip/b/5.jsonl, line 2",
			"x.zip/d.jsonl, line 1",
		]);
		expect(read.lines[3]?.record.id).toBe("x.zip/d.jsonl:1");
		expect(read.importers.map(({ id }) => id)).toEqual(["verl", "trl"]);
		expect(read.broken.map(({ message }) => message)).toEqual([
			expect.stringContaining("x.zip/a/4.jsonl, line 2 is not JSON"),
			'x.zip/a/4.jsonl, line 3: score is "x"; it must be a number.',
			expect.stringContaining("x.zip/b/5.jsonl, line 1 is not JSON"),
			expect.stringContaining("x.zip/c.parquet is not readable as Parquet"),
			expect.stringContaining("x.zip/noise.jsonl, line 1 is not JSON"),
			expect.stringContaining("x.zip/samples/1.json, line 1 is not JSON"),
		]);
		expect(read.warnings).toEqual([
			"x.zip/a/4.jsonl ends in the middle of its last line, which is left out.",
			expect.stringContaining("x.zip/log.jsonl has rows of no known format"),
		]);
		const odd = zipSync({ "log.jsonl": strToU8(jsonl([{ loss: 1 }])), "noise.jsonl": strToU8("no\n") });
		await expect(importFile(memorySource("x.zip", odd))).rejects.toThrow("x.zip/noise.jsonl, line 1 is not JSON");
	});

	it("reads past lines at its start that are no rollouts, within a megabyte", async () => {
		const { lines, broken } = await importFile(textFile(`# verl 0.7\n${jsonl([verl(0)])}`));
		expect([lines.length, broken.length]).toEqual([1, 1]);
		expect(broken[0]?.message).toContain("dump.jsonl, line 1 is not JSON");
		await expect(importFile(textFile("# verl\n".repeat(300_000)))).rejects.toThrow("The first line starts: # verl");
	});

	it("says of text in UTF-16, and of its own CSV, what they are and what to open instead", async () => {
		const wide = new Uint8Array([0xff, 0xfe, ...[...jsonl([verl(0)])].flatMap((c) => [c.charCodeAt(0), 0])]);
		await expect(records(memorySource("w.jsonl", wide))).rejects.toThrow("w.jsonl is saved as UTF-16");
		const csv = writeCsv([{ schema: "ascribe.rollout/1", id: "a", tokens: [1], reward: 1 }]);
		for (const text of [csv, "id,group,method,position,mask,advantage\r\n"])
			await expect(records(textFile(text, "r.csv"))).rejects.toThrow(
				"r.csv is the CSV that Ascribe writes for spreadsheets, which does not hold all of a rollout; open the JSONL",
			);
	});

	it("reads every member of a gzip file, and what stands before a cut", async () => {
		const [a, b] = [jsonl([verl(0), verl(1)]), jsonl([verl(2)])];
		const twice = Uint8Array.from([...gzipSync(strToU8(a)), ...gzipSync(strToU8(b))]);
		expect((await records(memorySource("r.gz", twice))).map(({ id }) => id)).toEqual(["7_0_0", "7_1_0", "7_2_0"]);
		const many = Array.from({ length: 2000 }, (_, i) => ({ ...verl(i), output: `${Math.imul(i, 2654435761)} x` }));
		const packed = gzipSync(strToU8(jsonl(many)));
		const { lines, warnings, broken } = await importFile(memorySource("r.gz", packed.subarray(0, packed.length >> 1)));
		expect([lines.length > 500, lines.length < 1500, broken]).toEqual([true, true, []]);
		expect(warnings).toEqual([
			"r.gz ends in the middle of its last line, which is left out.",
			"r.gz: The gzip file is cut or damaged; what stands before that place is read.",
		]);
		await expect(records(memorySource("r.gz", packed.subarray(0, 12)))).rejects.toThrow(
			/^r\.gz is not readable as gzip: /,
		);
		const few = gzipSync(strToU8(jsonl(many.slice(0, 40))));
		for (let end = few.length >> 1; end < few.length; end += 11) {
			const { warnings } = await importFile(memorySource("r.gz", few.subarray(0, end)));
			expect(warnings.at(-1)).toMatch(/^r\.gz: The gzip file is cut/);
		}
		const short = gzipSync(strToU8(jsonl([{ ...verl(0), output: [...Array(500).keys()].join(" ") }])));
		await expect(records(memorySource("r.gz", short.subarray(0, 400)))).rejects.toThrow(
			/^r\.gz, line 1 is not JSON: .* The gzip file is cut or damaged; what stands before that place is read\.\n/,
		);
	});

	it("refuses what unpacks to more than there may be memory", async () => {
		const zeros = memorySource("r.gz", gzipSync(new Uint8Array(2 ** 21 + 1)));
		await expect(gunzipped(zeros, undefined, 2 ** 21)).rejects.toThrow(
			"r.gz unpacks to more than 2 MB; unpack it first",
		);
	});

	it("says where text is not UTF-8, and leaves U+FFFD that a model wrote alone", async () => {
		const good = { ...verl(0), output: "a \ufffd b" };
		const bytes = Uint8Array.from([
			...strToU8(jsonl([good])),
			...[...jsonl([{ ...verl(1), output: "gr\u00f6\u00dfer" }])].map((c) => c.charCodeAt(0)),
		]);
		const { lines, warnings } = await importFile(memorySource("r.jsonl", bytes));
		expect(lines.length).toBe(2);
		expect(warnings).toEqual([
			"r.jsonl: Not all of the text is UTF-8, first in line 2: bytes that are not are shown as \ufffd.",
		]);
		expect((await importFile(textFile(jsonl([good])))).warnings).toEqual([]);
	});

	it.each([
		["\x28\xb5\x2f\xfd\0\0", "is compressed by zstd; unpack it first"],
		["BZh91AY", "is compressed by bzip2"],
		["ARROW1\0\0", "is an Arrow file; save it as Parquet"],
		["SQLite format 3\0", "is an SQLite database; export its rows"],
		["\x93NUMPY\x01\0", "is an array of NumPy"],
		["\x89PNG\r\n", "is a picture, which holds no rollouts"],
		['\x07\0\0\0\0\0\0\0{"a":{}}', "holds weights of a model (safetensors)"],
		["version https://git-lfs.github.com/spec/v1\n", "is a pointer of Git LFS"],
		["\n<!DOCTYPE html><html>", "is a web page, not a file of rollouts"],
		["\0".repeat(600), "holds nothing but zeros"],
		[`${"x".repeat(257)}ustar`, "is a tar archive"],
	])("says of %j what it is", async (start, message) => {
		const bytes = Uint8Array.from([...start].map((c) => c.charCodeAt(0)));
		await expect(records(memorySource("f", bytes))).rejects.toThrow(`f ${message}`);
	});

	it("says of a damaged Parquet file or archive that it is damaged, in no words of a program", async () => {
		const whole = await writeParquet([{ schema: "ascribe.rollout/1", id: "a", tokens: [1], reward: 1 }]);
		const blank = new Uint8Array(57);
		blank.set(strToU8("PAR1"));
		blank.set(strToU8("PAR1"), 53);
		const holed = whole.map((byte, i) => (i >= 4 && i < whole.length - 60 ? 0xff : byte));
		for (const bytes of [blank, holed, whole.subarray(0, 40), strToU8("PK\u0003\u0004 no archive")])
			await expect(records(memorySource("bad", bytes))).rejects.toThrow(
				/^bad is not readable as (Parquet|a zip archive): (?!.*(undefined|properties|function|offset is outside))[^.]+\.$/,
			);
	});

	it("stops between two pieces when it is told to", async () => {
		const signal = { aborted: false };
		const source = textFile(jsonl(Array.from({ length: 20_000 }, (_, i) => ({ ...verl(i), output: "x".repeat(100) }))));
		const pieces = importPieces(source, { signal });
		const first = await pieces.next();
		expect(first.done).toBe(false);
		signal.aborted = true;
		await expect(pieces.next()).rejects.toMatchObject({ code: "cancelled" });
	});
});

const numbers = (n: number) =>
	fc.array(fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })), { minLength: n, maxLength: n });
const rollout = fc.nat({ max: 4 }).chain((n) =>
	fc.record(
		{
			schema: fc.constant("ascribe.rollout/1" as const),
			id: fc.uuid(),
			tokens: fc.array(fc.nat(), { minLength: n, maxLength: n }),
			group: fc.string(),
			step: fc.nat(),
			reward: fc.double({ noNaN: true, noDefaultInfinity: true }),
			mask: fc.array(fc.constantFrom(0, 1), { minLength: n, maxLength: n }),
			logprobs: numbers(n),
			advantages: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), numbers(n)),
			note: fc.string(),
		},
		{ requiredKeys: ["schema", "id", "tokens"] },
	),
);

describe("a Parquet file of ours", () => {
	it("reads back to the rollouts it was written from, unknown fields included", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.uniqueArray(rollout, { minLength: 1, maxLength: 6, selector: ({ id }) => id }),
				async (list) => {
					const written = writeParquet(list as RolloutRecord[]);
					const read = await records(memorySource("r.parquet", written));
					// What is empty or −0 in one writer is the same thing in the other.
					expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(list.map(withoutEmpty))));
				},
			),
			{ numRuns: 60 },
		);
	});
});

/** No method at all and no `advantages` are the same in a table. */
function withoutEmpty({ advantages, ...record }: Record<string, unknown>) {
	return advantages && Object.keys(advantages).length > 0 ? { ...record, advantages } : record;
}

describe("a CSV of rollouts", () => {
	it("has one line a token, and leaves no formula to a spreadsheet", () => {
		const record = {
			schema: "ascribe.rollout/1",
			id: "=1+1",
			tokens: ["a,b", 'c"'],
			reward: 1,
			logprobs: [-1, null],
		} as const;
		expect(writeCsv([record]).split("\r\n")).toEqual([
			"id,group,step,position,token,text,reward,logprobs",
			`'=1+1,,,0,,"a,b",1,-1`,
			`'=1+1,,,1,,"c""",1,`,
			"",
		]);
	});
});
