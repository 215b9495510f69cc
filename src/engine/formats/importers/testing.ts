import { recognise } from "./registry";

/** Where a row of a test stands. */
export const origin = { file: "dump.jsonl", line: 3 };
/** A row through the importer that knows it. */
export const convert = (row: Record<string, unknown>, file = origin.file) =>
	recognise(row, file).convert(row, { ...origin, file });

/** One row of each format, with what its importer reads. */
export const samples: Record<string, Record<string, unknown>> = {
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
	trackioTraces: {
		_type: "trackio.trace",
		messages: [
			{ role: "user", content: "q" },
			{ role: "assistant", content: "look it up" },
			{ role: "tool", content: "found" },
			{ role: "assistant", content: "yes" },
		],
		metadata: {
			reward: 1.5,
			reward_std: 0.5,
			"rewards/right": 1,
			"rewards/neat": 0.5,
			advantage: 0.25,
			group_id: 3,
			model_version: 8,
		},
	},
	loggedTable: {
		columns: ["step", "prompt", "completion", "accuracy_reward", "advantage"],
		data: [
			[2, "hi", "yes no", 1, 0.5],
			[2, "hi", "no", 0, -0.5],
		],
		ncols: 5,
		nrows: 2,
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
