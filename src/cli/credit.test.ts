import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import dumps from "../../public/datasets/dumps/manifest.json";
import { memorySource } from "../engine/formats/containers/byteSource";
import { importFile } from "../engine/formats/importFile";
import type { RolloutRecord } from "../engine/formats/record";
import { creditLint } from "../engine/lint/creditLint";
import { COMMANDS } from "./catalog";
import { runCli } from "./run";
import { captureIo, runOnLines } from "./testing";

const folder = mkdtempSync(join(tmpdir(), "ascribe-"));
const run = runOnLines(folder);

const PAIR = [
	{ id: "a", group: "p", tokens: [1, 2], reward: 1, keep: "me" },
	{ id: "c", group: "q", tokens: [1], reward: 5 },
	{ id: "b", group: "p", tokens: ["x", "y", "z"], mask: [1, 0, 1], rewards: [0, 0, 0.5] },
];

describe("signals of one entry are read at the level that the method asks for", () => {
	it.each([
		{ what: "one token", tokens: [1], credit: [0.5] },
		{ what: "one step", tokens: [1, 2], steps: [{ start: 0, end: 2, reward: 0 }], credit: [0.5, 0.5] },
		{ what: "one turn", tokens: [1, 2], turns: [{ start: 0, end: 2, actor: "policy" }], credit: [0.5, 0.5] },
	])("where every rollout has $what", async ({ what: _, credit, ...rollout }) => {
		const line = { id: "a", group: "g", reward: 1, signals: { greedyReturn: [0.5] }, ...rollout };
		const { status, output, stderr } = await run([line], "credit", "--method", "remax");
		expect(stderr).toBe("");
		expect(status).toBe(0);
		expect(output[0]!.advantage).toEqual(credit);
	});
	it("a group of one-token rollouts is credited alone as beside longer ones", async () => {
		const short = { id: "a", group: "g", reward: 1, tokens: [1], signals: { greedyReturn: [0.25] } };
		const long = { id: "b", group: "h", reward: 0, tokens: [1, 2], signals: { greedyReturn: [1] } };
		for (const lines of [[short], [short, long]]) {
			const { output } = await run(lines, "credit", "--method", "remax");
			expect(output[0]!.advantage).toEqual([0.75]);
		}
	});
});

describe("steps without a token of the policy", () => {
	const step = (start: number, end: number, reward?: number) => ({
		start,
		end,
		...(reward === undefined ? {} : { reward }),
	});
	const warned = async (steps: readonly object[], more: object = {}) =>
		(await run([{ id: "a", group: "g", tokens: [1, 2], reward: 1, steps, ...more }], "credit", "--method", "pure"))
			.stderr;
	it("are told of where they carry a reward: an empty one, and one that the environment wrote", async () => {
		expect(await warned([step(0, 1, 0.5), step(1, 1, -0.9), step(1, 2, 0.4)])).toContain(
			"r.jsonl, line 1: steps, entry 1 (tokens 1 to 1) holds no token of the policy, so that its reward or label counts for no method.",
		);
		expect(await warned([step(0, 1, 0.5), step(1, 2, 0.4)], { mask: [1, 0] })).toContain(
			"steps, entry 1 (tokens 1 to 2) holds no token",
		);
	});
	it("are nothing to tell of without one, nor are steps that touch", async () => {
		expect(await warned([step(0, 1, 0.5), step(1, 1), step(1, 2, 0.4)])).toBe("");
	});
});

describe("ascribe credit", () => {
	it("prints one object a rollout, in the order of the file, groups that are not adjacent", async () => {
		const { status, output } = await run(PAIR, "credit", "--method", "drGrpo");
		expect(status).toBe(0);
		expect(output.map(({ id, group, advantage, mask }) => ({ id, group, advantage, mask }))).toEqual([
			{ id: "a", group: "p", advantage: [0.25, 0.25], mask: [1, 1] },
			{ id: "c", group: "q", advantage: [0], mask: [1] },
			{ id: "b", group: "p", advantage: [-0.25, 0, -0.25], mask: [1, 0, 1] },
		]);
		expect(output[0]).toMatchObject({
			method: "drGrpo",
			preset: null,
			params: { singleton: "zero" },
			terms: { outcome: [0.25, 0.25] },
		});
	});
	it("computes in WebAssembly the same numbers", async () => {
		const [cpu, wasm] = [
			await run(PAIR, "credit", "--method", "grpo", "--preset", "verl"),
			await run(PAIR, "credit", "--method", "grpo", "--preset", "verl", "--backend", "wasm"),
		];
		expect(wasm.status).toBe(0);
		expect(wasm.output).toEqual(cpu.output);
	});
	it("computes what it can from the file alone, and says what was asked for", async () => {
		const rows = [
			{ id: "a", group: "p", tokens: [1, 2, 3], reward: 1, success: true, logprobs: [-1, -0.1, -2] },
			{ id: "b", group: "p", tokens: [1, 2, 4], reward: 0, success: false, logprobs: [-1, -0.1, -2] },
		];
		const { output, stderr: note } = await run(
			rows,
			"credit",
			"--method",
			"hicra",
			"--signal",
			"strategicGrams.shortest=2",
		);
		expect(note).toContain("planning is not in the file; computed by strategicGrams (shortest=2, longest=5, top=0.2).");
		expect(output[0]).toMatchObject({ cost: { extraTokens: 0, modelCalls: 0 }, terms: { planning: [0.1, 0.1, 0] } });
		const macros = rows.map((row) => ({ ...row, values: [0, 0, 0] }));
		const marks = await run(
			macros,
			"credit",
			"--method",
			"maRlhf",
			"--param",
			"cut=marks",
			"--signal",
			"perplexityMacros",
		);
		expect(marks.status).toBe(0);
		const { status, stderr } = await run(rows, "credit", "--method", "vinePpo", "--param", "unit=token");
		expect([status, stderr]).toEqual([2, expect.stringContaining('"criticValues" needs a value head')]);
		const bad = await run(rows, "credit", "--method", "hicra", "--signal", "strategicGrams.top=2");
		expect([bad.status, bad.stderr]).toEqual([2, expect.stringContaining("top is 2; it must be a number from 0 to 1")]);
	});
	it("puts writers of rewards before the method, in order, and prints them; explains a token behind them", async () => {
		const chain = ["--reward", "ircr", "--reward", "klPenalty.klCoef=0.5", "--reward", "klPenalty.klEstimator=k2"];
		const rows = [
			{ id: "a", group: "p", tokens: [1, 2], reward: 4, logprobs: [0.2, -0.4], ref_logprobs: [0, 0] },
			{ id: "b", group: "p", tokens: [1], reward: 2, logprobs: [0], ref_logprobs: [0] },
		];
		const plain = ["credit", "--method", "reinforce", "--param", "center=none"];
		const { status, output } = await run(rows, ...plain, ...chain);
		expect(status).toBe(0);
		// IRCR pays 1 and 0 a token; half of d²/2 is .01 and .04.
		const terms = output[0]!.terms as Record<string, number[]>;
		expect(terms.return).toEqual([2, 1]);
		expect(terms.klPenalty![0]).toBeCloseTo(-0.05, 12);
		expect(terms.klPenalty![1]).toBeCloseTo(-0.04, 12);
		const rewards = [
			{ id: "ircr", params: {} },
			{ id: "klPenalty", params: { klCoef: 0.5, klEstimator: "k2" } },
		];
		expect(output[0]).toMatchObject({ method: "reinforce", rewards });
		expect((await run(rows, ...plain, ...chain, "--backend", "wasm")).output).toEqual(output);
		const why = await run(rows, ...plain, ...chain, "--trace", "a:1");
		expect(why.output[0]).toMatchObject({ value: (output[0]!.advantage as number[])[1], rewards });
		expect((await run(rows, ...plain)).output[0]).not.toHaveProperty("rewards");
	});
	it.each([
		[["--reward", "luck"], 'There is no reward writer "luck"; there are ircr,'],
		[["--reward", "klPenalty", "--reward", "ircr"], "put ircr first."],
		[["--reward", "klPenalty.coef=1"], 'reward writer klPenalty has no parameter "coef"'],
		[["--reward", "potentialShaping"], 'Method drGrpo after potentialShaping needs the signal "potential"'],
	])("refuses %j", async (chain, message) => {
		const { status, stderr } = await run(PAIR, "credit", "--method", "drGrpo", ...chain);
		expect([status, stderr]).toEqual([2, expect.stringContaining(message)]);
	});
	it("reports the weights that are inside the terms", async () => {
		const rows = [
			{ id: "a", tokens: [1], reward: 1, values: [0.5], logprobs: [-1], signals: { currentLogProbs: [-1.5] } },
		];
		const { output } = await run(rows, "credit", "--method", "vTrace");
		expect((output[0]!.weights as number[])[0]).toBeCloseTo(Math.exp(-0.5), 12);
	});
	it("takes presets, then parameters", async () => {
		const { output } = await run(PAIR, "credit", "--method", "grpo", "--preset", "verl", "--param", "scale=none");
		expect(output[1]).toMatchObject({
			preset: "verl",
			params: { scale: "none", singleton: "raw", eps: 1e-6 },
			advantage: [5],
		});
	});
	it("keeps steps apart, and takes equal prompts for a group where none is named", async () => {
		const rows = [0, 1].flatMap((step) =>
			[1, 0].map((reward) => ({ id: `${reward}`, step, prompt: "q", tokens: [1], reward: reward + 10 * step })),
		);
		const { output } = await run(rows, "credit", "--method", "drGrpo");
		expect(output.map(({ advantage }) => advantage)).toEqual([[0.5], [-0.5], [0.5], [-0.5]]);
		expect(output.map(({ group }) => group)).toEqual(["p0", "p0", "p1", "p1"]);
		const mixed = await run(
			[...rows, { id: "x", group: "p0", tokens: [1], reward: 0 }],
			"credit",
			"--method",
			"drGrpo",
		);
		expect(mixed.output.map(({ group }) => group)).toEqual(["p1", "p1", "p2", "p2", "p0"]);
		const imported = await run(rows, "import");
		expect(imported.output.map(({ group, prompt }) => [group, prompt])).toEqual([
			["p0", "q"],
			["p0", "q"],
			["p1", "q"],
			["p1", "q"],
		]);
	});
	it("stops at a rollout without a reward, and leaves its group without credit when told to go on", async () => {
		const rows = [3, null, 1, 0].map((reward, i) => ({ id: `${i}`, group: `${i >> 1}`, tokens: [1], reward }));
		const stopped = await run(rows, "credit", "--method", "drGrpo");
		expect([stopped.status, stopped.stderr]).toEqual([
			2,
			expect.stringMatching(/line 2: there is neither .*--keep-going leaves its group without credit/),
		]);
		const { status, output, stderr } = await run([...rows, "{"], "credit", "--method", "drGrpo", "--keep-going");
		expect(status).toBe(0);
		expect(output.map(({ advantage }) => advantage)).toEqual([[null], [null], [0.5], [-0.5]]);
		expect(stderr).toContain("line 2: 1 rollout without a reward; credit stays unknown where it depends on that.");
	});
	it("compares a rollout that has neither group nor prompt with no other, like Credit Lint, and says so", async () => {
		const rows = [1, 0, 0].map((reward, i) => ({ id: `${i}`, tokens: [i], reward }));
		const { output, stderr } = await run(rows, "credit", "--method", "drGrpo");
		expect(output.map(({ advantage }) => advantage)).toEqual([[0], [0], [0]]);
		expect(stderr).toContain("r.jsonl, line 1 (and 2 other rollouts): there is neither group nor prompt");
		expect((await run(rows, "import")).stderr).toContain(" 3 groups");
		expect(creditLint(rows as unknown as RolloutRecord[])).toEqual([]);
		const named = await run(
			[...rows, { id: "3", tokens: [3], reward: 1, prompt: "q" }],
			"credit",
			"--method",
			"drGrpo",
		);
		expect(named.output.map(({ advantage }) => advantage)).toEqual([[0], [0], [0], [0]]);
	});
	it("explains one token", async () => {
		const { output } = await run(PAIR, "credit", "--method", "drGrpo", "--trace", "b:2");
		expect(output).toHaveLength(1);
		expect(output[0]).toMatchObject({ id: "b", token: 2, value: -0.25, terms: { outcome: -0.25 } });
		const steps = output[0]!.steps as { equation: string; members?: number[] }[];
		expect(steps[0]!.equation).toBe("returns = 0.5");
		expect(steps[1]).toMatchObject({
			equation: "outcome = x − mean = 0.5 − 0.75 = −0.25",
			members: [1, 0.5],
		});
		expect((await run(PAIR, "credit", "--method", "drGrpo", "--trace", "b:3")).stderr).toMatch(
			/no token 3: the rollout has 3/,
		);
		expect((await run(PAIR, "credit", "--method", "drGrpo", "--trace", "z:0")).stderr).toMatch(/no rollout "z"/);
	});
	it("explains no token of another backend, whose numbers are others", async () => {
		const traced = await run(PAIR, "credit", "--method", "drGrpo", "--trace", "b:2", "--backend", "wasm");
		expect(traced).toMatchObject({ status: 2, output: [], stderr: expect.stringContaining("--backend wasm has none") });
		expect((await run(PAIR, "credit", "--method", "drGrpo", "--trace", "b:2", "--backend", "cpu")).status).toBe(0);
	});
	it("explains no token of a rollout whose name fits several, and takes longer names", async () => {
		const rows = [
			{ id: "0", group: "p", step: 1, tokens: [1], reward: 1 },
			{ id: "0", group: "q", step: 1, tokens: [1], reward: 0 },
			{ id: "0", group: "q", step: 2, tokens: [1], reward: 5 },
			{ id: "1", group: "q", step: 2, tokens: [1], reward: 3 },
		];
		const trace = (name: string) => run(rows, "credit", "--method", "drGrpo", "--trace", name);
		expect((await trace("0:0")).stderr).toContain("fits 3 rollouts; name one of 1/p/0:0, 1/q/0:0, 2/q/0:0.");
		expect((await trace("q/0:0")).stderr).toContain("fits 2 rollouts; name one of 1/q/0:0, 2/q/0:0.");
		expect((await trace("2/q/0:0")).output).toMatchObject([{ id: "0", token: 0, value: 1 }]);
		expect((await trace("1:0")).output).toMatchObject([{ id: "1", value: -1 }]);
		expect((await trace("p/0:0")).output).toMatchObject([{ id: "0", value: 0 }]);
	});
	it("prints null for tokens that the method does not score, and says so once", async () => {
		const { output, stderr } = await run(PAIR, "credit", "--method", "grpo", "--param", "singleton=skip");
		expect(output[1]).toMatchObject({ advantage: [null] });
		expect(stderr.match(/null/g)).toHaveLength(1);
	});
	it.each([
		["{", /line 1 is not JSON/],
		[{ id: "a", tokens: [1, 1.5] }, /line 1: tokens, entry 1 is 1\.5/],
		[{ id: "a", tokens: [1], mask: [2], reward: 0 }, /line 1: mask, entry 0 is 2; it must be 0 or 1/],
		[{ id: "a", tokens: [1], logprobs: [0, 1], reward: 0 }, /line 1: logprobs has 2 entries; it must have 1/],
		[{ id: "a", tokens: [1] }, /line 1: there is neither reward nor rewards/],
		[{ id: "a", tokens: [1], reward: "1" }, /line 1: reward is "1"; it must be a finite number/],
		[{ id: "a", tokens: [1], reward: 1, steps: [{ start: 0, end: 2 }] }, /line 1: steps, entry 0 is .* within 0 to 1/],
		[{ id: 7, tokens: [1], reward: 1 }, /line 1: id is 7/],
		[
			{
				id: "a",
				tokens: [1, 2],
				reward: 1,
				turns: [
					{ start: 1, end: 2 },
					{ start: 0, end: 2 },
				],
			},
			/line 1: turns, entry 0 covers tokens 1 to 2, and entry 1 covers 0 to 2; turns must not overlap/,
		],
		[
			{
				id: "a",
				tokens: [1, 2],
				reward: 1,
				steps: [
					{ start: 0, end: 2, reward: 0.5 },
					{ start: 0, end: 1, reward: -0.9 },
				],
			},
			/line 1: steps, entry 1 covers tokens 0 to 1, and entry 0 covers 0 to 2; steps must not overlap/,
		],
		[{ id: "a", tokens: [1], reward: 1, parent: { id: "a", at: 1 } }, /line 1: parent is the rollout itself, "a"/],
	])("names the line and the field of a fault: %j", async (line, message) => {
		const { status, output, stderr } = await run([line], "credit", "--method", "grpo");
		expect({ status, output }).toEqual({ status: 2, output: [] });
		expect(stderr).toMatch(message);
		expect(stderr).toContain("r.jsonl");
	});
	it("writes a file in the format that its name says: lines, Parquet, CSV, and refuses other names before it works", async () => {
		const read = (name: string) => readFileSync(join(folder, name));
		const { output } = await run(PAIR, "credit", "--method", "grpo", "--param", "singleton=skip");
		const write = (name: string) => run(PAIR, "credit", "--method", "grpo", "--param", "singleton=skip", "--out", name);
		for (const name of ["c.jsonl", "c.parquet", "c.csv"])
			expect(await write(name), name).toMatchObject({ status: 0, output: [] });
		const lines = read("c.jsonl").toString("utf8").trim().split("\n");
		expect(lines.map((line) => JSON.parse(line))).toEqual(output);
		const parquet = new Uint8Array(read("c.parquet"));
		const rows = (await parquetReadObjects({ file: parquet.buffer })) as Record<string, unknown>[];
		expect(rows.map(({ id, group, advantage, mask }) => ({ id, group, advantage, mask }))).toEqual(
			output.map(({ id, group, advantage, mask }) => ({ id, group, advantage, mask })),
		);
		expect(rows.map((row) => row["terms.outcome"])).toEqual(output.map(({ terms }) => Object(terms).outcome));
		expect(JSON.parse(String(rows[0]!.params))).toEqual(output[0]!.params);
		const [first] = output[0]!.advantage as number[];
		expect(read("c.csv").toString("utf8").split("\r\n")).toEqual([
			"id,group,method,position,mask,advantage,term_outcome",
			`a,p,grpo,0,1,${first},${first}`,
			`a,p,grpo,1,1,${first},${first}`,
			"c,q,grpo,0,1,,",
			`b,p,grpo,0,1,${-first!},${-first!}`,
			"b,p,grpo,1,0,0,0",
			`b,p,grpo,2,1,${-first!},${-first!}`,
			"",
		]);
		const { status, stderr } = await write("c.xlsx");
		expect([status, stderr]).toEqual([2, expect.stringContaining("end it with .jsonl, .parquet, .csv.")]);
		const trace = await run(PAIR, "credit", "--method", "grpo", "--trace", "b:2", "--out", "t.csv");
		expect([trace.status, trace.stderr]).toEqual([2, expect.stringContaining("end it with .jsonl.")]);
	});
	it.each(dumps.files.map(({ path, importer }) => [importer, path]))("accepts the format %s", async (format, path) => {
		const io = captureIo(process.cwd());
		const file = `public/datasets/dumps/${path}`;
		// Not every format has groups or prompts.
		const status = await runCli(COMMANDS, ["credit", file, "--method", "reinforce", "--param", "center=none"], io);
		if (format === "primeRlTokens") {
			expect([status, io.stderr()]).toEqual([
				2,
				expect.stringMatching(/line 1: there is neither reward .* No rollout here has one \(prime-rl token export\)/),
			]);
			return;
		}
		expect(status, io.stderr()).toBe(0);
		const { lines } = await importFile(memorySource(file, readFileSync(file)));
		const rows = io
			.stdout()
			.trim()
			.split("\n")
			.map((line) => JSON.parse(line) as Record<string, unknown>);
		expect(rows.map(({ id }) => id)).toEqual(lines.map(({ record }) => record.id));
		expect(rows.map(({ advantage }) => (advantage as number[]).length)).toEqual(
			lines.map(({ record }) => record.tokens.length),
		);
		const known = rows.flatMap(({ advantage }) => advantage as (number | null)[]).filter((a) => a !== null);
		expect(known.some((a) => a !== 0)).toBe(true);
	});
	it("says how a provider is given its parameter", async () => {
		const { status, stderr } = await run(PAIR, "credit", "--method", "grpo", "--signal", "observedKeys.longest");
		expect(status).toBe(2);
		expect(stderr).toContain('given as "observedKeys.longest"; it must be ID or ID.NAME=VALUE');
	});
	it("names what a method lacks, and what it does not have", async () => {
		expect((await run(PAIR, "credit", "--method", "reinforce", "--param", "center=value")).stderr).toMatch(
			/needs values/,
		);
		expect((await run(PAIR, "credit", "--method", "nope")).stderr).toMatch(/no method "nope"/);
		expect((await run(PAIR, "credit", "--method", "grpo", "--preset", "x")).stderr).toMatch(
			/no preset "x"; it has: paper/,
		);
	});
	it("warns when rewards do not add up to the reward", async () => {
		const { status, stderr } = await run(
			[{ id: "a", tokens: [1], rewards: [1], reward: 2 }],
			"credit",
			"--method",
			"reinforce",
		);
		expect(status).toBe(0);
		expect(stderr).toMatch(/line 1: rewards add up to 1, not to the reward of 2/);
	});
});
