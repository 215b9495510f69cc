import { largest } from "../../core/extremes";
import type { NumberRow, RolloutRecord } from "../record";
import { advantagesOf, type ForeignWriter, promptIds, turnsOf } from "./foreignWriter";

/** A list over prompt and response; the prompt has `before`. */
function padded<T>(record: RolloutRecord, list: readonly T[] | undefined, before: T): T[] | undefined {
	return list && [...promptIds(record).map(() => before), ...list];
}

const maskOf = (r: RolloutRecord) => r.mask ?? r.tokens.map(() => 1);
/** Entries of the ones of a mask only. */
const compact = (row: NumberRow | undefined, mask: readonly number[]) => row?.filter((_, t) => mask[t] === 1);

/** Log-probabilities that the trainer computed, as the column of a dump; none where they are not known. */
function trainerColumn(r: RolloutRecord, name: string, column: (row: NumberRow) => unknown): Record<string, unknown> {
	const row = r.signals?.trainerLogProbs;
	return row ? { [name]: column(row) } : {};
}

/** Parts of a reward as a trace holds them: with their weights where the rollout came from one. */
const rewardParts = ({ trace, reward }: RolloutRecord) =>
	(trace as { rewards?: unknown } | undefined)?.rewards ?? { verifier: { score: reward, weight: 1 } };

export const primeRlTokens: ForeignWriter = {
	importer: "primeRlTokens",
	file: "token_exports/step_12/rank_0.jsonl",
	holder: "jsonl",
	tokens: "ids",
	carries: ["step", "prompt", "tokens", "mask", "logprobs", "entropy", "advantages", "signals"],
	rows: (records) =>
		records.map((r, i) => ({
			schema_version: 1,
			step: r.step,
			rank: 0,
			micro_step: 0,
			micro_sequence_idx: i,
			export_sequence_idx: i,
			env_name: "toy",
			token_ids: [...promptIds(r), ...r.tokens],
			loss_mask: padded(r, maskOf(r), 0)!.map(Boolean),
			advantages: padded<number | null>(r, advantagesOf(r), 0),
			inference_logprobs: padded<number | null>(r, r.logprobs, null),
			...trainerColumn(r, "trainer_logprobs", (row) => padded<number | null>(r, row, null)),
			entropy: padded<number | null>(r, r.entropy, null),
			importance_ratio: padded<number | null>(
				r,
				r.tokens.map(() => 1),
				1,
			),
		})),
};

export const nemoRl: ForeignWriter = {
	importer: "nemoRl",
	file: "train_data_step12.jsonl",
	holder: "jsonl",
	tokens: "ids",
	carries: ["step", "prompt", "tokens", "mask", "logprobs", "advantages", "reward", "signals"],
	rows(records) {
		const longest = largest(records.map((r) => promptIds(r).length + r.tokens.length));
		return records.map((r, i) => {
			// Rows are padded on the right, and every value but `idx` sits in a list of length one.
			const whole = <T>(list: readonly T[] | undefined, before: T, pad: T) => {
				const full = padded(r, list, before);
				return full && [[...full, ...Array<T>(longest - full.length).fill(pad)]];
			};
			return {
				content: [""],
				rewards: [r.reward],
				input_lengths: [promptIds(r).length + r.tokens.length],
				token_ids: [[...promptIds(r), ...r.tokens, ...Array(longest - promptIds(r).length - r.tokens.length).fill(0)]],
				token_loss_mask: whole<number>(maskOf(r), 0, 0),
				sample_loss_mask: [1],
				advantages: whole<number | null>(advantagesOf(r), 0, 0),
				generation_logprobs: whole<number | null>(r.logprobs, 0, 0),
				...trainerColumn(r, "prev_logprobs", (row) => whole<number | null>(row, 0, 0)),
				idx: i,
			};
		});
	},
};

export const atropos: ForeignWriter = {
	importer: "atropos",
	file: "groups.jsonl",
	holder: "jsonl",
	tokens: "ids",
	carries: ["prompt", "tokens", "mask", "logprobs", "ref_logprobs", "advantages", "reward"],
	// One group a line.
	rows(records) {
		const groups = [...new Set(records.map((r) => r.group))];
		return groups.map((group) => {
			const own = records.filter((r) => r.group === group);
			const column = (of: (r: RolloutRecord) => NumberRow | undefined) =>
				own.every(of) ? own.map((r) => padded<number | null>(r, of(r), 0)) : null;
			return {
				tokens: own.map((r) => [...promptIds(r), ...r.tokens]),
				masks: own.map((r) => padded(r, maskOf(r), 0)!.map((m, t) => (m ? [...promptIds(r), ...r.tokens][t] : -100))),
				scores: own.map((r) => r.reward),
				advantages: column(advantagesOf),
				ref_logprobs: column((r) => r.ref_logprobs),
				inference_logprobs: column((r) => r.logprobs),
			};
		});
	},
};

export const verifiersTraces: ForeignWriter = {
	importer: "verifiersTraces",
	file: "rollouts/step_12/train/all/traces.jsonl",
	holder: "jsonl",
	tokens: "ids",
	carries: [
		"id",
		"group",
		"step",
		"prompt",
		"tokens",
		"mask",
		"turns",
		"logprobs",
		"ref_logprobs",
		"advantages",
		"reward",
		"dims",
		"done",
	],
	rows: (records) =>
		records.map((r) => ({
			id: r.id,
			env: { id: "toy", name: "toy" },
			group: { id: r.group },
			run: { type: "train", work: { type: "train", step: r.step } },
			ok: true,
			traces: [
				{
					version: 1,
					nodes: [
						{
							parent: null,
							message: { role: "user", content: "" },
							sampled: false,
							token_ids: promptIds(r),
							mask: promptIds(r).map(() => false),
						},
						...turnsOf(r).map((turn, i) => nodeOf(r, turn, i)),
					],
					rewards: rewardParts(r),
					stop_condition: r.done === "limit" ? "max_tokens_reached" : "done",
				},
			],
		})),
};

function nodeOf(
	r: RolloutRecord,
	{ start, end, actor }: { start: number; end: number; actor: string },
	parent: number,
) {
	const mask = maskOf(r).slice(start, end);
	const own = (row: NumberRow | undefined) => compact(row?.slice(start, end), mask);
	const sampled = actor === "policy";
	return {
		parent,
		message: { role: sampled ? "assistant" : actor, content: "" },
		sampled,
		token_ids: r.tokens.slice(start, end),
		mask: mask.map(Boolean),
		...(sampled
			? { logprobs: own(r.logprobs), advantages: own(advantagesOf(r)), reference_logprobs: own(r.ref_logprobs) }
			: {}),
	};
}

export const rllm: ForeignWriter = {
	importer: "rllm",
	file: "episodes/episode_000000_toy.json",
	holder: "files",
	tokens: "ids",
	carries: ["group", "step", "prompt", "tokens", "mask", "turns", "logprobs", "advantages", "reward", "success"],
	rows: (records) =>
		records.map((r, i) => {
			const history = (end: number) => [...promptIds(r), ...r.tokens.slice(0, end)];
			const steps = turnsOf(r).filter(({ actor }) => actor === "policy");
			return {
				episode_id: `${r.group}:${i}`,
				training_step: r.step,
				is_correct: r.success,
				trajectories: [
					{
						name: "agent",
						reward: r.reward,
						steps: steps.map(({ start, end, reward }) => ({
							prompt_ids: history(start),
							response_ids: r.tokens.slice(start, end),
							logprobs: r.logprobs?.slice(start, end),
							advantage: advantagesOf(r)?.slice(start, end),
							reward: reward ?? null,
						})),
					},
				],
			};
		}),
};

export const tinker: ForeignWriter = {
	importer: "tinker",
	file: "rollout_summaries.jsonl",
	holder: "jsonl",
	tokens: "lengths",
	carries: ["group", "step", "mask", "turns", "reward"],
	rows: (records) =>
		records.map((r, i) => ({
			schema_version: 1,
			split: "train",
			iteration: r.step,
			group_idx: r.group,
			traj_idx: i,
			total_reward: r.reward,
			steps: turnsOf(r)
				.filter(({ actor }) => actor === "policy")
				.map(({ start, end, reward }, step) => ({
					step_idx: step,
					ob_len: promptIds(r).length + start,
					ac_len: end - start,
					reward: reward ?? null,
				})),
		})),
};
