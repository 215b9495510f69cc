import type { RolloutRecord } from "../record";
import { entryOf, Fields, has, type Importer, NO_TEXT, present, rest, stepIn, words } from "./importer";

/** SkyRL's `dumped_evals`: one sample a line; the score is a number, or a list over the response's tokens. */
export const skyRl: Importer = {
	id: "skyRl",
	title: "SkyRL evaluation dump",
	about: "dumped_evals of SkyRL: text and score, or a list of scores over tokens; its training batches are pickles.",
	keys: ["input_prompt", "output_response"],
	detect: (row) => has(row, "input_prompt", "output_response"),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const scores = Array.isArray(row.score) ? f.numbers("score") : undefined;
		// Scores over tokens cannot be laid over words: each stands for a token whose text is unknown.
		const tokens = scores ? scores.map(() => NO_TEXT) : words(f.string("output_response"));
		const record: RolloutRecord = {
			...rest(row, "input_prompt", "score", "stop_reason", ...(scores ? [] : ["output_response"])),
			schema: "ascribe.rollout/1",
			id: `${origin.file}:${origin.line}`,
			prompt: f.string("input_prompt"),
			tokens,
			...present({
				step: stepIn(origin.file),
				rewards: scores,
				done:
					typeof row.stop_reason === "string"
						? row.stop_reason === "length"
							? ("limit" as const)
							: ("end" as const)
						: undefined,
			}),
			reward: scores ? sumOf(scores) : f.reward("score"),
		};
		return [record];
	},
};

/** Null where one of them is not known. */
const sumOf = (scores: readonly (number | null)[]) =>
	scores.reduce<number | null>((sum, score) => (sum === null || score === null ? null : sum + score), 0);

/** AReaL's rollout logs: one sample a line, text and reward. */
export const areal: Importer = {
	id: "areal",
	title: "AReaL rollouts",
	about: "rollout/{version}/{task_id}.jsonl of AReaL: text, reward and the policy versions that wrote it.",
	keys: ["head_version", "tail_version"],
	detect: (row) => has(row, "head_version", "tail_version", "completion"),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const record: RolloutRecord = {
			...rest(row, "task_id", "sample_idx", "reward", "prompt", "completion"),
			schema: "ascribe.rollout/1",
			id: `${String(row.task_id ?? origin.file)}/${String(row.sample_idx ?? origin.line)}`,
			prompt: f.string("prompt"),
			tokens: words(f.string("completion")),
			reward: f.reward("reward"),
			step: f.number("head_version"),
			...present({ group: row.task_id === undefined ? undefined : String(row.task_id) }),
		};
		return [record];
	},
};

/** ROLL's `rollout_dump_data`: one object of column arrays a line, a batch each. */
export const roll: Importer = {
	id: "roll",
	title: "ROLL rollout dump",
	about: "rollout_dump_data of ROLL: a batch a line as columns of prompts, responses and scores.",
	keys: ["global_step", "responses"],
	detect: (row) => has(row, "global_step", "responses") && Array.isArray(row.responses),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const responses = f.strings("responses");
		const column = (name: string) => (f.has(name) ? f.list(name) : undefined);
		const columns = { prompt: column("prompt"), scores: column("scores"), id: column("id") };
		f.sameLength(responses.length, columns);
		const step = Array.isArray(row.global_step) ? Number(row.global_step[0]) : f.number("global_step");
		const others = rest(row, "global_step", "responses", "prompt", "scores", "id");
		return responses.map((response, i): RolloutRecord => {
			return {
				...entryOf(others, i, responses.length),
				schema: "ascribe.rollout/1",
				id: `${origin.file}:${origin.line}/${i}`,
				step,
				tokens: words(response),
				reward: columns.scores ? new Fields({ scores: columns.scores[i] }, origin).reward("scores") : undefined,
				...present({
					prompt: columns.prompt ? String(columns.prompt[i]) : undefined,
					group: columns.id ? String(columns.id[i]) : undefined,
				}),
			};
		});
	},
};

/** tinker-cookbook rollout summaries: lengths and rewards of the steps, no text and no tokens. */
export const tinker: Importer = {
	id: "tinker",
	title: "tinker-cookbook rollout summaries",
	about: "Summaries of tinker-cookbook: reward and token counts per step; neither text nor token ids.",
	keys: ["group_idx", "traj_idx", "steps"],
	detect: (row) => has(row, "group_idx", "traj_idx", "steps"),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const mask: number[] = [];
		const turns: NonNullable<RolloutRecord["turns"]>[number][] = [];
		let promptLength = 0;
		f.objects("steps").forEach((step, i) => {
			const observed = step.number("ob_len");
			// The first observation is the prompt; later ones count the whole context, what is new is the reply.
			const fresh = i === 0 ? 0 : Math.max(0, observed - promptLength - mask.length);
			if (i === 0) promptLength = observed;
			const add = (n: number, m: number, actor: string, reward: number | null) => {
				if (n > 0) turns.push({ start: mask.length, end: mask.length + n, actor, reward });
				for (let k = 0; k < n; k++) mask.push(m);
			};
			add(fresh, 0, "environment", null);
			add(step.number("ac_len"), 1, "policy", step.known("reward"));
		});
		const record: RolloutRecord = {
			...rest(row, "group_idx", "traj_idx", "total_reward", "steps", "iteration"),
			schema: "ascribe.rollout/1",
			id: `${String(row.iteration ?? 0)}/${String(row.group_idx)}/${String(row.traj_idx)}`,
			group: String(row.group_idx),
			tokens: mask.map(() => NO_TEXT),
			mask,
			turns,
			reward: f.reward("total_reward"),
			...present({ step: f.optionalNumber("iteration") }),
		};
		return [record];
	},
};

/** RLLoggingBoard: tokens as text with log-probabilities, values and rewards per token. */
export const rlLoggingBoard: Importer = {
	id: "rlLoggingBoard",
	title: "RLLoggingBoard",
	about: "Logs of RLLoggingBoard: token texts with log-probabilities, values and rewards, no token ids.",
	keys: ["response_tokens", "token_rewards"],
	detect: (row) => has(row, "response_tokens"),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const tokens = f.strings("response_tokens");
		const channels = present({
			logprobs: f.optionalNumbers("logprobs"),
			ref_logprobs: f.optionalNumbers("ref_logprobs"),
			values: f.optionalNumbers("values"),
			rewards: f.optionalNumbers("token_rewards"),
		});
		f.sameLength(tokens.length, channels);
		const record: RolloutRecord = {
			...rest(
				row,
				"response_tokens",
				"logprobs",
				"ref_logprobs",
				"values",
				"token_rewards",
				"reward",
				"step",
				"prompt",
			),
			schema: "ascribe.rollout/1",
			id: `${origin.file}:${origin.line}`,
			tokens,
			text: tokens,
			...channels,
			reward: f.reward("reward"),
			...present({
				prompt: typeof row.prompt === "string" ? row.prompt : undefined,
				step: f.optionalNumber("step"),
			}),
		};
		return [record];
	},
};
