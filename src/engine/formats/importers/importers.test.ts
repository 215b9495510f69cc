import { strToU8 } from "fflate";
import { describe, expect, test } from "vitest";
import { memorySource } from "../containers/byteSource";
import { importFile } from "../importFile";
import { writeRollouts } from "../rolloutsJsonl";
import { writeParquet } from "../writers/parquet";
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
	test("verl: the ground truth and a request's number are no parts of the reward", () => {
		const [record] = convert({ ...samples.verl!, gts: 2, request_id: 17, format: 0.5 });
		expect(record).toMatchObject({ reward: 1, gts: 2, request_id: 17 });
		expect(record!.dims).toEqual({ format: 0.5 });
	});
	test("TRL: what log_extra adds is no reward; where no name tells, nobody knows", async () => {
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
	test("TRL: a completion that is a chat has turns, and no credit on what a tool said", () => {
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
			env_name: "math",
			schema_version: 1,
		});
		const masked = {
			is_masked: [false, false, true, false, false],
			rl_weights: [0, 0, 1, 0, 1],
			prob_delta: [0, 0, 0.1, 0, null],
		};
		expect(convert({ ...samples.primeRlTokens!, ...masked })[0]!.signals).toMatchObject({
			isMasked: [1, 0, 0],
			rlWeights: [1, 0, 1],
			probDelta: [0.1, 0, null],
		});
		expect(() => convert({ ...samples.primeRlTokens!, rl_weights: [1] })).toThrow(
			"rlWeights has 1 entries for 5 tokens",
		);
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
	test("traces: what the messages say stands beside the ids, reasoning and tool calls included", () => {
		const [long] = convert(samples.verifiersTraces!);
		expect(long!.messages).toEqual([
			{ start: 0, end: 0, role: "user", content: "q" },
			{ start: 0, end: 2, role: "assistant", content: "a" },
			{ start: 2, end: 3, role: "tool", content: "t" },
			{ start: 3, end: 5, role: "assistant", content: "b" },
		]);
		const call = { id: "1", name: "search", arguments: '{"q":"x"}' };
		const spoken = { role: "assistant", content: "let me", reasoning_content: "hm", tool_calls: [call] };
		const node = (message: object, more: object, parent: number | null = 0) => ({ parent, message, ...more });
		const traceOf = (...nodes: object[]) => convert({ ...samples.verifiersTraces!, traces: [{ nodes }] })[0]!;
		const asked = { sampled: false, token_ids: [1] };
		expect(
			traceOf(node({ role: "user", content: "q" }, asked, null), node(spoken, { sampled: true, token_ids: [2, 3] }))
				.messages,
		).toEqual([
			{ start: 0, end: 0, role: "user", content: "q" },
			{ start: 0, end: 2, role: "assistant", content: "let me", reasoning: "hm", calls: ['search({"q":"x"})'] },
		]);
		// A message without ids among others is text without tokens: ids stay ids.
		const mixed = traceOf(
			node({ role: "user", content: "q" }, { sampled: false }, null),
			node(spoken, { sampled: true, token_ids: [2, 3], mask: [true, true], logprobs: [-1, -2] }),
			node({ role: "tool", content: "found it" }, { sampled: false }, 1),
			node({ role: "assistant", content: "yes" }, { sampled: true, token_ids: [4], logprobs: [-3] }, 2),
		);
		expect(mixed).toMatchObject({
			prompt: "q",
			tokens: [2, 3, 4],
			mask: [1, 1, 1],
			logprobs: [-1, -2, -3],
			turns: [
				{ start: 0, end: 2, actor: "policy" },
				{ start: 2, end: 3, actor: "policy" },
			],
		});
		expect(mixed.messages![2]).toEqual({ start: 2, end: 2, role: "tool", content: "found it" });
		// Without any ids the words are the tokens, calls and reasoning among them.
		const words = traceOf(
			node({ role: "user", content: "q" }, { sampled: false }, null),
			node(spoken, { sampled: true }),
			node({ role: "tool", content: "found it" }, { sampled: false }, 1),
		);
		expect(words).toMatchObject({ prompt: "q", mask: [1, 1, 1, 1, 0, 0] });
		expect(words.tokens).toEqual(["hm", "\nlet", " me", ' search({"q":"x"})', "found", " it"]);
		expect(words.messages).toBeUndefined();
	});
	test("verifiers results: a kept trajectory has ids, and what was said stands beside them", () => {
		const tokens = (prompt_ids: number[], completion_ids: number[], completion_logprobs: (number | null)[]) => ({
			prompt_ids,
			completion_ids,
			completion_mask: completion_ids.map(() => 1),
			completion_logprobs,
		});
		const [user, look, found, done] = [
			{ role: "user", content: "q" },
			{ role: "assistant", content: "look" },
			{ role: "tool", content: "found it" },
			{ role: "assistant", content: "done" },
		];
		const steps = [
			{ tokens: tokens([1, 2], [3, 4], [-1, -2]), advantage: 0.5, reward: 0, trajectory_id: "t" },
			{ tokens: tokens([1, 2, 3, 4, 5], [6], [-3]), advantage: -0.5, reward: 1 },
		];
		const withChat = [
			{ ...steps[0]!, prompt: [user], completion: [look] },
			{ ...steps[1]!, prompt: [user, look, found], completion: [done] },
		];
		for (const trajectory of [steps, withChat]) {
			const row = { ...samples.verifiersResults!, prompt: [user], completion: [look, found, done], trajectory };
			expect(convert(row)[0]).toMatchObject({
				prompt: [1, 2],
				tokens: [3, 4, 5, 6],
				mask: [1, 1, 0, 1],
				logprobs: [-1, -2, null, -3],
				advantages: { verifiers: [0.5, 0.5, null, -0.5] },
				turns: [
					{ start: 0, end: 2, actor: "policy" },
					{ start: 2, end: 3, actor: "environment" },
					{ start: 3, end: 4, actor: "policy" },
				],
				messages: [
					{ start: 0, end: 0, role: "user", content: "q" },
					{ start: 0, end: 2, role: "assistant", content: "look" },
					{ start: 2, end: 3, role: "tool", content: "found it" },
					{ start: 3, end: 4, role: "assistant", content: "done" },
				],
				trajectory: [{ trajectory_id: "t", reward: 0 }, { reward: 1 }],
			});
		}
		const bad = [{ tokens: tokens([1], [2, 3], [-1]) }];
		expect(() => convert({ ...samples.verifiersResults!, trajectory: bad })).toThrow(
			"trajectory[0].tokens.completion_logprobs has 1 entries for 2 tokens",
		);
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
			content: "x",
		});
		const [left] = convert({ ...samples.nemoRl!, sample_loss_mask: [0], filtered_rewards: [0.5], agent_ref: ["math"] });
		expect(left).toMatchObject({ tokens: [3, 4], mask: [0, 0], filtered_rewards: 0.5, agent_ref: "math" });
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
		const [trajectory] = samples.rllm!.trajectories as { steps: Record<string, unknown>[] }[];
		const chat = (...said: string[]) =>
			said.map((content, i) => ({ role: i === 0 ? "user" : i % 2 === 1 ? "assistant" : "tool", content }));
		const extra = [
			{ mc_return: 0.75, chat_completions: chat("q", "look"), weight_version: 3 },
			{ mc_return: 1, chat_completions: chat("q", "look", "found", "done") },
		];
		const steps = trajectory!.steps.map((step, i) => ({ ...step, ...extra[i] }));
		const [record] = convert({
			...samples.rllm!,
			termination_reason: "max_turns_exceeded",
			trajectories: [{ ...trajectory, name: "solver", steps }],
		});
		expect(record).toMatchObject({
			signals: { mcReturn: [0.75, 0.75, null, 1] },
			done: "limit",
			termination_reason: "max_turns_exceeded",
			trajectory: { name: "solver" },
			trajectory_steps: [{ weight_version: 3 }, {}],
			messages: [
				{ start: 0, end: 0, role: "user", content: "q" },
				{ start: 0, end: 2, role: "assistant", content: "look" },
				{ start: 2, end: 3, role: "tool", content: "found" },
				{ start: 3, end: 4, role: "assistant", content: "done" },
			],
		});
	});
	test("rLLM training files: steps as text, the observation before an action", () => {
		const steps = [
			{ observation: "room 1", model_response: "go on", action: { move: 1 }, reward: 0 },
			{ observation: { room: 2 }, action: "stay", reward: 1 },
		];
		expect(convert({ ...samples.rllm!, trajectories: [{ reward: 1, steps }] })[0]).toMatchObject({
			prompt: "room 1",
			tokens: ["go", " on", '{"room":2}', "stay"],
			mask: [1, 1, 0, 1],
			turns: [
				{ start: 0, end: 2, actor: "policy", reward: 0 },
				{ start: 2, end: 3, actor: "environment", reward: null },
				{ start: 3, end: 4, actor: "policy", reward: 1 },
			],
			reward: 1,
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
		// Masks of 0 and 1 are read as such where no entry is −100.
		const plain = [
			[0, 1, 0],
			[0, 0, 1],
		];
		expect(convert({ ...samples.atropos!, masks: plain }).map(({ prompt, mask }) => [prompt, mask])).toEqual([
			[[1], [1, 0]],
			[[1, 2], [1]],
		]);
	});
	test("ROLL: a column of steps gives its first, and a score that is no number is not known", () => {
		const [a, b] = convert({ ...samples.roll!, global_step: [8, 8], scores: [1, Number.NaN] });
		expect(a).toMatchObject({ step: 8, group: "a", prompt: "p", tokens: ["x", " y"], reward: 1 });
		expect(b).toMatchObject({ step: 8, tokens: ["z"], reward: null });
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
	test("batch output: the answer's body within its envelope", () => {
		const { id: _, ...body } = samples.openAiCompletions!;
		const [first, second] = convert({ id: "b1", custom_id: "task-7", response: { body }, reward: 0.5, odd: 1 });
		expect(first).toMatchObject({
			id: "task-7/0",
			group: "task-7",
			tokens: ["h", "i"],
			reward: 0.5,
			odd: 1,
			done: "limit",
		});
		expect(second).toMatchObject({ id: "task-7/1", tokens: ["yo", " man"] });
	});
	test("Inspect: log-probabilities of the output and of model events, by id, by place, and only where they fit", () => {
		const logprobs = (...tokens: string[]) => ({ content: tokens.map((token, i) => ({ token, logprob: -i - 0.5 })) });
		const messages = [
			{ role: "user", content: "q" },
			{ role: "assistant", content: "look", id: "m1", tool_calls: [{ function: "find", arguments: { k: 1 } }] },
			{ role: "tool", content: "ok" },
			{ role: "assistant", content: "done", id: "m2" },
		];
		const choice = (message: object, ...tokens: string[]) => ({
			choices: [{ message, logprobs: logprobs(...tokens) }],
		});
		const sample = { ...samples.inspectSample!, messages };
		const output = choice({ content: "done" }, "do", "ne");
		expect(convert({ ...sample, output })[0]).toMatchObject({
			tokens: ["look", ' find({"k":1})', "ok", "do", "ne"],
			text: ["look", ' find({"k":1})', "ok", "do", "ne"],
			logprobs: [null, null, null, -0.5, -1.5],
			mask: [1, 1, 0, 1, 1],
		});
		const events = [
			{ event: "model", output: choice({ id: "m2", content: "done" }, "d", "one") },
			{ event: "tool", output: {} },
			{ event: "model", output: choice({ id: "m1", content: "look" }, "lo", "ok") },
		];
		expect(convert({ ...sample, events })[0]).toMatchObject({
			tokens: ["lo", "ok", "ok", "d", "one"],
			logprobs: [-0.5, -1.5, null, -0.5, -1.5],
			events,
		});
		// Without ids their places count, and what does not hold the message is of another one.
		const bare = messages.map(({ id: _, ...message }) => message);
		const inOrder = [events[2]!, events[0]!].map(({ output: o }) => ({ event: "model", output: o }));
		expect(convert({ ...sample, messages: bare, events: inOrder })[0]!.tokens).toEqual(["lo", "ok", "ok", "d", "one"]);
		expect(convert({ ...sample, messages: bare, events })[0]!.tokens).toEqual(["look", ' find({"k":1})', "ok", "done"]);
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
		expect(() => refusePickle(Uint8Array.from(head), file)).toThrow(
			`${file} is a Python pickle, which can run code when it is opened, so it is never read here. Where the trainer ran: python3 ascribe_recorder.py convert ${file} (`,
		);
	});
	test("a name that is no single word is quoted in the command", () => {
		const refuse = () => refusePickle(Uint8Array.of(0x80, 4), "my $(run)'s.pt");
		expect(refuse).toThrow(`ascribe_recorder.py convert 'my $(run)'\\''s.pt' (`);
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
