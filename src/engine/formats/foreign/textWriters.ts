import type { RolloutRecord } from "../record";
import { advantagesOf, type ForeignWriter, textOf, turnsOf } from "./foreignWriter";

/** Messages of a chat, one a turn, without the prompt. */
function messagesOf(record: RolloutRecord) {
	return turnsOf(record).map(({ start, end, actor }) => ({
		role: actor === "policy" ? "assistant" : actor,
		content: record.tokens.slice(start, end).join(""),
	}));
}

const chatOf = (record: RolloutRecord) => [{ role: "user", content: record.prompt }, ...messagesOf(record)];

export const verl: ForeignWriter = {
	importer: "verl",
	file: "rollouts/12.jsonl",
	holder: "jsonl",
	tokens: "words",
	carries: ["id", "group", "step", "prompt", "tokens", "reward", "dims"],
	rows: (records) =>
		records.map((r) => ({
			input: r.prompt,
			output: textOf(r),
			gts: null,
			score: r.reward,
			...r.dims,
			step: r.step,
			uid: r.id,
		})),
};

export const trl: ForeignWriter = {
	importer: "trl",
	file: "completions/completions_00012.parquet",
	holder: "parquet",
	tokens: "words",
	carries: ["step", "prompt", "tokens", "reward", "dims", "advantages"],
	rows: (records) =>
		records.map((r) => ({
			step: r.step,
			prompt: r.prompt,
			completion: textOf(r),
			...r.dims,
			advantage: advantagesOf(r)?.[0] ?? null,
		})),
};

export const skyRl: ForeignWriter = {
	importer: "skyRl",
	file: "dumped_evals/global_step_12_evals/toy.jsonl",
	holder: "jsonl",
	tokens: "words",
	carries: ["step", "prompt", "tokens", "reward", "done"],
	rows: (records) =>
		records.map((r) => ({
			input_prompt: r.prompt,
			output_response: textOf(r),
			score: r.reward,
			stop_reason: r.done === "limit" ? "length" : "stop",
			env_class: "toy",
		})),
};

export const areal: ForeignWriter = {
	importer: "areal",
	file: "rollout/12/task.jsonl",
	holder: "jsonl",
	tokens: "words",
	carries: ["group", "step", "prompt", "tokens", "reward"],
	rows: (records) =>
		records.map((r, i) => ({
			task_id: r.group,
			sample_idx: i,
			seqlen: r.tokens.length,
			head_version: r.step,
			tail_version: r.step,
			reward: r.reward,
			prompt: r.prompt,
			completion: textOf(r),
		})),
};

export const roll: ForeignWriter = {
	importer: "roll",
	file: "rollout_dump_data.step_12.jsonl",
	holder: "jsonl",
	tokens: "words",
	carries: ["group", "step", "prompt", "tokens", "reward"],
	// One object of columns a step.
	rows: (records) => {
		const steps = [...new Set(records.map(({ step }) => step))];
		return steps.map((step) => {
			const own = records.filter((r) => r.step === step);
			return {
				global_step: step,
				id: own.map((r) => r.group),
				prompt: own.map((r) => r.prompt),
				responses: own.map(textOf),
				scores: own.map((r) => r.reward),
			};
		});
	},
};

export const openAiMessages: ForeignWriter = {
	importer: "openAiMessages",
	file: "chats.jsonl",
	holder: "jsonl",
	tokens: "words",
	carries: ["id", "group", "prompt", "tokens", "mask", "reward"],
	rows: (records) => records.map((r) => ({ id: r.id, group: r.group, messages: chatOf(r), reward: r.reward })),
};

export const openAiCompletions: ForeignWriter = {
	importer: "openAiCompletions",
	file: "completions.jsonl",
	holder: "jsonl",
	tokens: "words",
	carries: ["tokens", "text", "logprobs", "reward", "done"],
	rows: (records) =>
		records.map((r) => ({
			id: r.id,
			reward: r.reward,
			choices: [
				{
					message: { role: "assistant", content: textOf(r) },
					finish_reason: r.done === "limit" ? "length" : "stop",
					logprobs: { content: r.tokens.map((token, t) => ({ token, logprob: r.logprobs?.[t] ?? null })) },
				},
			],
		})),
};

export const verifiersResults: ForeignWriter = {
	importer: "verifiersResults",
	file: "outputs/evals/toy--policy/0/results.jsonl",
	holder: "jsonl",
	tokens: "words",
	carries: ["group", "prompt", "tokens", "mask", "reward", "done"],
	rows: (records) =>
		records.map((r) => ({
			example_id: r.group,
			prompt: [{ role: "user", content: r.prompt }],
			completion: messagesOf(r),
			reward: r.reward,
			is_completed: true,
			is_truncated: r.done === "limit",
			stop_condition: r.done === "limit" ? "max_turns_reached" : "done",
		})),
};

export const inspectSample: ForeignWriter = {
	importer: "inspectSample",
	file: "toy.eval",
	holder: "eval",
	tokens: "words",
	carries: ["group", "prompt", "tokens", "mask", "dims"],
	rows: (records) =>
		records.map((r, i) => ({
			id: r.group,
			epoch: i + 1,
			messages: chatOf(r),
			scores: Object.fromEntries(Object.entries(r.dims ?? {}).map(([name, value]) => [name, { value }])),
		})),
};

export const rlLoggingBoard: ForeignWriter = {
	importer: "rlLoggingBoard",
	file: "rollouts.jsonl",
	holder: "jsonl",
	tokens: "words",
	carries: ["step", "prompt", "tokens", "text", "logprobs", "ref_logprobs", "values", "rewards", "reward"],
	rows: (records) =>
		records.map((r) => ({
			step: r.step,
			prompt: r.prompt,
			response: textOf(r),
			response_tokens: r.tokens,
			logprobs: r.logprobs,
			ref_logprobs: r.ref_logprobs,
			values: r.values,
			token_rewards: r.rewards,
			reward: r.reward,
		})),
};
