import { describe, expect, test } from "vitest";
import { words } from "./importer";
import { IMPORTERS, recognise, refusePickle } from "./registry";
import { reportCard } from "./reportCard";

const origin = { file: "dump.jsonl", line: 3 };
const convert = (row: Record<string, unknown>, file = origin.file) =>
	recognise(row, file).convert(row, { ...origin, file });

const samples: Record<string, Record<string, unknown>> = {
	ascribe: { schema: "ascribe.rollout/1", id: "p0/0", group: "p0", tokens: [3, 4], mask: [1, 0], reward: 1 },
	verl: { input: "1+1=", output: "so 2", gts: "2", score: 1, step: 4, uid: "7_0_0", acc: true },
	trl: { step: 2, prompt: "hi", completion: "yes no", accuracy_reward: 1, format_reward: 0.5, advantage: -0.25 },
	primeRlTokens: {
		schema_version: 1,
		step: 9,
		rank: 0,
		micro_step: 1,
		micro_sequence_idx: 2,
		export_sequence_idx: 3,
		env_name: "math",
		token_ids: [5, 6, 7, 8, 9],
		loss_mask: [false, false, true, false, true],
		advantages: [0, 0, 0.5, 0, -0.5],
		inference_logprobs: [0, 0, -1, 0, -2],
		trainer_logprobs: [0, 0, -1.1, 0, null],
		entropy: [0, 0, 0.3, 0, 0.4],
		importance_ratio: [1, 1, 1.1, 1, 0.9],
	},
	verifiersTraces: {
		id: "e1",
		group: { id: "g" },
		run: { work: { step: 12 } },
		traces: [
			{
				nodes: [
					{ message: { role: "user", content: "q" }, sampled: false, token_ids: [1, 2], mask: [false, false] },
					{
						parent: 0,
						message: { role: "assistant", content: "a" },
						sampled: true,
						token_ids: [3, 4],
						mask: [true, true],
						logprobs: [-1, -2],
						advantages: [0.5, null],
					},
					{ parent: 1, message: { role: "tool", content: "t" }, sampled: false, token_ids: [5], mask: [false] },
					{
						parent: 2,
						message: { role: "assistant", content: "b" },
						sampled: true,
						token_ids: [6, 7],
						mask: [false, true],
						logprobs: [-3],
						advantages: [-0.5],
					},
					{ parent: 0, message: { role: "assistant", content: "c" }, sampled: true, token_ids: [8], mask: [true] },
				],
				rewards: { right: { score: 1, weight: 0.5 }, neat: { score: 0.5, weight: 1 } },
				stop_condition: "max_turns_reached",
			},
		],
	},
	nemoRl: {
		content: ["x"],
		rewards: [1],
		input_lengths: [4],
		token_ids: [[1, 2, 3, 4, 0, 0]],
		token_loss_mask: [[0, 0, 1, 1, 0, 0]],
		sample_loss_mask: [1],
		advantages: [[0, 0, 2, 2, 0, 0]],
		generation_logprobs: [[0, 0, -1, -2, 0, 0]],
		prev_logprobs: [[0, 0, -1, -2.5, 0, 0]],
		idx: 17,
	},
	rllm: {
		episode_id: "task9:1",
		training_step: 3,
		is_correct: true,
		trajectories: [
			{
				reward: 1,
				steps: [
					{ prompt_ids: [1, 2], response_ids: [3, 4], logprobs: [-1, -2], advantage: 0.5, reward: 0 },
					{ prompt_ids: [1, 2, 3, 4, 5], response_ids: [6], logprobs: [-3], advantage: [0.25], reward: 1 },
				],
			},
		],
	},
	verifiersResults: {
		example_id: 5,
		prompt: [{ role: "user", content: "q" }],
		completion: [
			{ role: "assistant", content: "look", tool_calls: [{ function: { name: "read", arguments: '{"k":1}' } }] },
			{ role: "tool", content: "found it" },
			{ role: "assistant", content: "done" },
		],
		reward: 0.5,
		is_truncated: true,
	},
	skyRl: { input_prompt: "p", output_response: "r", score: [0, 0, 1], stop_reason: "length", env_class: "gsm" },
	areal: {
		task_id: "t1",
		sample_idx: 2,
		seqlen: 9,
		prompt_len: 4,
		head_version: 6,
		tail_version: 7,
		reward: 1,
		prompt: "p",
		completion: "c d",
	},
	roll: { global_step: 8, id: ["a", "a"], prompt: ["p", "p"], responses: ["x y", "z"], scores: [1, 0] },
	atropos: {
		tokens: [
			[1, 2, 3],
			[1, 2, 4],
		],
		masks: [
			[-100, 2, 3],
			[-100, -100, 4],
		],
		scores: [1, -1],
		advantages: [
			[0, 1, 2],
			[0, 0, -1],
		],
	},
	tinker: {
		schema_version: 1,
		split: "train",
		iteration: 4,
		group_idx: 1,
		traj_idx: 0,
		total_reward: 1,
		steps: [
			{ step_idx: 0, ob_len: 10, ac_len: 2, reward: 0 },
			{ step_idx: 1, ob_len: 15, ac_len: 1, reward: 1 },
		],
	},
	rlLoggingBoard: {
		prompt: "p",
		response: "ab",
		response_tokens: ["a", "b"],
		logprobs: [-1, -2],
		ref_logprobs: [-1, -1],
		values: [0.1, 0.2],
		token_rewards: [0, 1],
		reward: 1,
		step: 1,
	},
	inspectSample: {
		id: "s1",
		epoch: 1,
		messages: [
			{ role: "user", content: "q" },
			{ role: "assistant", content: "a b" },
		],
		scores: { match: { value: "C" }, neat: { value: 0.5 } },
		output: {},
	},
	openAiCompletions: {
		id: "c1",
		choices: [
			{
				message: { role: "assistant", content: "hi" },
				finish_reason: "length",
				logprobs: {
					content: [
						{ token: "h", logprob: -0.5 },
						{ token: "i", logprob: -1 },
					],
				},
			},
			{ message: { content: "yo man" } },
		],
	},
	openAiMessages: {
		messages: [
			{ role: "system", content: "s" },
			{ role: "user", content: "u" },
			{ role: "assistant", content: "a" },
			{ role: "user", content: "more" },
		],
		reward: 2,
		custom: { kept: true },
	},
};

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

describe("by hand", () => {
	test("verl: group from uid, words as tokens, extra fields kept", () => {
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
	test("verl: what a reward function returned besides, one number a sample, are named parts", () => {
		const row = { ...samples.verl!, format: 0.5, length: -0.25, kind: "math" };
		expect(convert(row)[0]).toMatchObject({
			reward: 1,
			dims: { format: 0.5, length: -0.25 },
			format: 0.5,
			kind: "math",
		});
		expect(reportCard(convert(row)).parts).toEqual(["format", "length"]);
	});
	test("TRL: reward parts add up, one advantage for the whole completion", () => {
		expect(convert(samples.trl!)[0]).toMatchObject({
			reward: 1.5,
			dims: { accuracy_reward: 1, format_reward: 0.5 },
			advantages: { trl: [-0.25, -0.25] },
		});
	});
	test("prime-rl tokens: the prompt ends where training starts", () => {
		expect(convert(samples.primeRlTokens!)[0]).toMatchObject({
			prompt: [5, 6],
			tokens: [7, 8, 9],
			mask: [1, 0, 1],
			logprobs: [-1, 0, -2],
			advantages: { "prime-rl": [0.5, 0, -0.5] },
			signals: { trainerLogProbs: [-1.1, 0, null] },
		});
	});
	test("traces: a rollout per leaf; compact arrays spread over the mask; null is not zero", () => {
		const [long, short] = convert(samples.verifiersTraces!);
		expect(long).toMatchObject({
			id: "e1/0",
			group: "g",
			step: 12,
			prompt: [1, 2],
			tokens: [3, 4, 5, 6, 7],
			mask: [1, 1, 0, 0, 1],
			logprobs: [-1, -2, null, null, -3],
			advantages: { "prime-rl": [0.5, null, null, null, -0.5] },
			turns: [
				{ start: 0, end: 2, actor: "policy" },
				{ start: 2, end: 3, actor: "tool" },
				{ start: 3, end: 5, actor: "policy" },
			],
			reward: 1,
			dims: { right: 1, neat: 0.5 },
			done: "limit",
		});
		expect(short).toMatchObject({ id: "e1/1", tokens: [8], mask: [1] });
	});
	test("NeMo-RL: lists of one are opened, padding is cut, the step comes from the file's name", () => {
		expect(convert(samples.nemoRl!, "train_data_step31.jsonl")[0]).toMatchObject({
			id: "17",
			step: 31,
			prompt: [1, 2],
			tokens: [3, 4],
			advantages: { "nemo-rl": [2, 2] },
			signals: { trainerLogProbs: [-1, -2.5] },
			reward: 1,
		});
	});
	test("rLLM: what a later prompt adds is the environment's reply", () => {
		expect(convert(samples.rllm!)[0]).toMatchObject({
			group: "task9",
			step: 3,
			success: true,
			tokens: [3, 4, 5, 6],
			mask: [1, 1, 0, 1],
			logprobs: [-1, -2, null, -3],
			advantages: { rllm: [0.5, 0.5, null, 0.25] },
		});
	});
	test("verifiers results: tool calls are part of the text, tool replies are masked", () => {
		const [record] = convert(samples.verifiersResults!);
		expect(record!.tokens.join("")).toBe('look read({"k":1})found itdone');
		expect(record!.mask).toEqual([1, 1, 0, 0, 1]);
		expect(record!.done).toBe("limit");
	});
	test("Atropos: −100 marks the prompt, a group per line", () => {
		const [a, b] = convert(samples.atropos!);
		expect(a).toMatchObject({ prompt: [1], tokens: [2, 3], mask: [1, 1], reward: 1, advantages: { atropos: [1, 2] } });
		expect(b).toMatchObject({ prompt: [1, 2], tokens: [4], reward: -1, group: a!.group });
	});
	test("tinker: lengths become turns", () => {
		expect(convert(samples.tinker!)[0]).toMatchObject({
			mask: [1, 1, 0, 0, 0, 1],
			reward: 1,
			turns: [
				{ start: 0, end: 2 },
				{ start: 2, end: 5 },
				{ start: 5, end: 6, reward: 1 },
			],
		});
	});
	test("completions: token texts with log-probabilities where they were asked for", () => {
		expect(convert(samples.openAiCompletions!)).toMatchObject([
			{ tokens: ["h", "i"], logprobs: [-0.5, -1], done: "limit", group: "c1" },
			{ tokens: ["yo", " man"], group: "c1" },
		]);
	});
	test("Inspect: letter grades are numbers", () => {
		expect(convert(samples.inspectSample!)[0]).toMatchObject({
			reward: 0.75,
			dims: { match: 1, neat: 0.5 },
			group: "s1",
		});
	});
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

describe("what cannot be read", () => {
	test("names the three nearest formats and what is missing", () => {
		expect(() => recognise({ input: "a", output: "b" }, "x.jsonl")).toThrow(
			/x\.jsonl has rows of no known format; the nearest are verl rollout dump \(missing score, step\)/,
		);
	});
	test.each([
		["dump.pkl", [0x80, 0x04, 0x95]],
		["step_3.pt", [0x50, 0x4b, 0x03, 0x04]],
	])("%s is refused with the way round", (file, head) => {
		expect(() => refusePickle(Uint8Array.from(head), file)).toThrow(/never read here; write rollouts JSONL/);
	});
	test("a zip that is no torch file is not a pickle", () => {
		expect(() => refusePickle(Uint8Array.from([0x50, 0x4b, 3, 4]), "run.eval")).not.toThrow();
	});
});

test("words join to the text they came from", () => {
	for (const text of ["", " a  b\n", "one", "\n\n", "x y "]) expect(words(text).join("")).toBe(text);
});

test("the report card counts what is there", () => {
	const card = reportCard([...convert(samples.verl!), ...convert({ ...samples.verl!, uid: "7_1_0" })]);
	expect(card).toMatchObject({ rollouts: 2, steps: 1, groups: 1 });
	expect(card.found).toMatchObject({ text: 1, reward: 1, groups: 1, tokens: 0 });
	expect(card.missing).toEqual(["tokens", "mask", "logprobs", "ref_logprobs", "values", "advantages", "turns"]);
});
