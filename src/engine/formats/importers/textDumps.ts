import type { RolloutRecord } from "../record";
import { Fields, has, type Importer, isRow, NO_TEXT, present, type RowOrigin, rest, words } from "./importer";

const stepIn = (file: string): number | undefined => {
	const found = /step[_-]?(\d+)/.exec(file)?.[1];
	return found === undefined ? undefined : Number(found);
};

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
			reward: scores ? sumOf(scores) : f.known("score"),
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
			reward: f.known("reward"),
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
		return responses.map((response, i): RolloutRecord => {
			const score = columns.scores?.[i];
			return {
				schema: "ascribe.rollout/1",
				id: `${origin.file}:${origin.line}/${i}`,
				step,
				tokens: words(response),
				reward: typeof score === "number" ? score : null,
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
			reward: f.known("total_reward"),
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
			reward: f.known("reward"),
			...present({
				prompt: typeof row.prompt === "string" ? row.prompt : undefined,
				step: f.optionalNumber("step"),
			}),
		};
		return [record];
	},
};

/** Atropos groups (`data_path_to_save_groups`): one group a line; masks hold −100 where a token does not count. */
export const atropos: Importer = {
	id: "atropos",
	title: "Atropos groups",
	about: "Groups saved by Atropos: token ids, masks and scores, sometimes advantages and log-probabilities per token.",
	keys: ["tokens", "masks", "scores"],
	detect: (row) => has(row, "tokens", "masks", "scores") && Array.isArray(row.masks),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const sequences = rows(f, "tokens");
		const masks = rows(f, "masks");
		const optional = (name: string) => (f.has(name) ? rows(f, name) : undefined);
		const channels = {
			advantages: optional("advantages"),
			ref: optional("ref_logprobs"),
			inference: optional("inference_logprobs"),
		};
		const scores = f.numbers("scores");
		f.sameLength(sequences.length, { masks, scores, ...channels });
		return sequences.map((_, i): RolloutRecord => {
			const own = (list: readonly (readonly unknown[])[] | undefined) => list && oneRow(list[i]!, origin, i);
			const ids = oneRow(sequences[i]!, origin, i).ids("row");
			const mask = countedBy(masks[i]!);
			const start = Math.max(0, mask.indexOf(1));
			const cut = (list: Fields | undefined) => list?.numbers("row").slice(start);
			const parts = present({
				logprobs: cut(own(channels.inference)),
				ref_logprobs: cut(own(channels.ref)),
				advantages: cut(own(channels.advantages)),
			});
			f.sameLength(ids.length - start, { masks: mask.slice(start), ...parts });
			return {
				schema: "ascribe.rollout/1",
				id: `${origin.file}:${origin.line}/${i}`,
				group: `${origin.file}:${origin.line}`,
				prompt: ids.slice(0, start),
				tokens: ids.slice(start),
				mask: mask.slice(start),
				reward: scores[i] ?? null,
				...parts,
				...present({ advantages: parts.advantages && { atropos: parts.advantages } }),
			} as RolloutRecord;
		});
	},
};

/** Masks repeat the ids of counted tokens and hold −100 elsewhere, so that 0 is a token; masks without any −100 are of 0 and 1. */
function countedBy(masks: readonly unknown[]): number[] {
	const none = masks.includes(-100) ? -100 : 0;
	return masks.map((m) => (m === none ? 0 : 1));
}

function rows(f: Fields, name: string): readonly (readonly unknown[])[] {
	const list = f.list(name);
	for (const [i, row] of list.entries()) new Fields({ [`${name}[${i}]`]: row }, f.origin).list(`${name}[${i}]`);
	return list as readonly (readonly unknown[])[];
}

const oneRow = (row: readonly unknown[], origin: RowOrigin, i: number) =>
	new Fields({ row }, origin, `sequence ${i}, `);

/** rLLM episodes: trajectories of steps, with token arrays in evaluation files and chats in training files. */
export const rllm: Importer = {
	id: "rllm",
	title: "rLLM episodes",
	about:
		"Episode files of rLLM: steps with token ids, log-probabilities, return and advantage (evaluation) or as text (training).",
	keys: ["trajectories"],
	detect: (row) => Array.isArray(row.trajectories) && row.trajectories.some((t) => isRow(t) && Array.isArray(t.steps)),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const id = String(row.episode_id ?? row.id ?? `${origin.file}:${origin.line}`);
		const group = id.includes(":") ? id.slice(0, id.lastIndexOf(":")) : undefined;
		return f.objects("trajectories").map((trajectory, i): RolloutRecord => {
			const steps = trajectory.objects("steps");
			return {
				schema: "ascribe.rollout/1",
				id: `${id}/${i}`,
				...(steps.every((s) => s.has("response_ids")) ? rllmTokens(steps) : rllmText(steps)),
				reward: trajectory.known("reward"),
				...present({
					group,
					step: f.optionalNumber("training_step"),
					success: typeof row.is_correct === "boolean" ? row.is_correct : undefined,
				}),
			};
		});
	},
};

function rllmTokens(steps: readonly Fields[]) {
	const tokens: number[] = [];
	const mask: number[] = [];
	const logprobs: (number | null)[] = [];
	const advantages: (number | null)[] = [];
	const turns: NonNullable<RolloutRecord["turns"]>[number][] = [];
	const push = (ids: readonly number[], m: number, actor: string, reward: number | null, step?: Fields) => {
		if (ids.length === 0) return;
		turns.push({ start: tokens.length, end: tokens.length + ids.length, actor, reward });
		const own = step?.optionalNumbers("logprobs");
		step?.sameLength(ids.length, { logprobs: own });
		const advantage = step && (Array.isArray(step.row.advantage) ? step.numbers("advantage") : step.known("advantage"));
		ids.forEach((token, t) => {
			tokens.push(token);
			mask.push(m);
			logprobs.push(own?.[t] ?? null);
			advantages.push((Array.isArray(advantage) ? advantage[t] : advantage) ?? null);
		});
	};
	const prompt = steps[0]?.ids("prompt_ids") ?? [];
	for (const [i, step] of steps.entries()) {
		if (i > 0) push(step.ids("prompt_ids").slice(prompt.length + tokens.length), 0, "environment", null);
		push(step.ids("response_ids"), 1, "policy", step.known("reward"), step);
	}
	return { prompt, tokens, mask, logprobs, turns, advantages: { rllm: advantages } };
}

function rllmText(steps: readonly Fields[]) {
	const tokens: string[] = [];
	const mask: number[] = [];
	const turns: NonNullable<RolloutRecord["turns"]>[number][] = [];
	const push = (value: unknown, m: number, actor: string, reward: number | null) => {
		const own = words(typeof value === "string" ? value : value == null ? "" : JSON.stringify(value));
		if (own.length === 0) return;
		turns.push({ start: tokens.length, end: tokens.length + own.length, actor, reward });
		tokens.push(...own);
		mask.push(...own.map(() => m));
	};
	const prompt = steps[0]?.row.observation;
	for (const [i, step] of steps.entries()) {
		if (i > 0) push(step.row.observation, 0, "environment", null);
		push(step.row.model_response ?? step.row.action, 1, "policy", step.known("reward"));
	}
	return { prompt: typeof prompt === "string" ? prompt : JSON.stringify(prompt ?? ""), tokens, mask, turns };
}
