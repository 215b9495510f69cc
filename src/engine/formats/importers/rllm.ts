import type { NumberRow, RolloutRecord } from "../record";
import { messagesText, said } from "./chat";
import { Fields, type Importer, isRow, objectsIn, present, remains, rest, without } from "./importer";
import { joined, type Piece, wordsOf } from "./pieces";

const STEP = [
	["prompt_ids", "response_ids", "logprobs", "advantage", "reward", "mc_return"],
	["observation", "model_response", "action", "chat_completions"],
].flat();

/**
 * rLLM episodes: trajectories of steps, with token arrays in evaluation files and chats in training files. What a later prompt adds to the
 * tokens before it is the environment's reply. A step's `mc_return` is the signal `mcReturn` on its tokens.
 */
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
				...rest(row, "episode_id", "id", "trajectories", "training_step", "is_correct"),
				...present({
					trajectory: remains(without(trajectory.row, "reward", "steps")),
					trajectory_steps: remains(steps.map((step) => without(step.row, ...STEP))),
				}),
				schema: "ascribe.rollout/1",
				id: `${id}/${i}`,
				...ofSteps(steps),
				reward: trajectory.reward("reward"),
				...present({
					group,
					step: f.optionalNumber("training_step"),
					success: typeof row.is_correct === "boolean" ? row.is_correct : undefined,
					done: doneOf(row.termination_reason),
				}),
			};
		});
	},
};

/** rLLM's reasons: env_done; max_response_length_exceeded, max_turns_exceeded, timeout and their like. */
const doneOf = (reason: unknown): "limit" | "end" | undefined =>
	typeof reason !== "string" ? undefined : /max|length|limit|timeout|truncat/i.test(reason) ? "limit" : "end";

function ofSteps(steps: readonly Fields[]) {
	const withIds = steps.every((s) => s.has("response_ids"));
	const before = steps[0] ? [observed(steps[0], 0, withIds ? steps[0].ids("prompt_ids") : undefined)] : [];
	const after: Piece[] = [];
	const returns: NumberRow[] = [];
	let seen = before[0]?.ids?.length ?? 0;
	for (const [i, step] of steps.entries()) {
		const heard = i > 0 ? chatOf(steps[i - 1]!).length : 0;
		if (i > 0) after.push(observed(step, heard, withIds ? step.ids("prompt_ids").slice(seen) : undefined));
		const policy = answered(step, withIds);
		after.push(policy);
		seen = withIds ? Math.max(seen, step.ids("prompt_ids").length) + (policy.ids?.length ?? 0) : 0;
		returns.push(
			...after.slice(returns.length).map((p) => p.mask.map(() => (p === policy ? step.known("mc_return") : null))),
		);
	}
	const { advantages, ...parts } = joined(before, after);
	const mcReturn = returns.flat();
	return {
		...parts,
		...present({
			advantages: advantages && { rllm: advantages },
			signals: mcReturn.some((x) => x !== null) ? { mcReturn } : undefined,
		}),
	};
}

const chatOf = ({ row }: Fields) => objectsIn(row.chat_completions);
const answerIn = (chat: ReturnType<typeof chatOf>) => chat.findLastIndex((m) => m.role === "assistant");

/** What an agent saw before a step: its observation, of whatever type, else the messages that are new in the chat since `heard`. */
function observed(step: Fields, heard: number, ids: readonly number[] | undefined): Piece {
	const { observation } = step.row;
	const content =
		typeof observation === "string" ? observation : observation == null ? "" : JSON.stringify(observation);
	const chat = chatOf(step);
	const fresh = chat.slice(heard, Math.max(heard, answerIn(chat))).map(said);
	const own = { said: content ? [{ role: "environment", content }] : fresh, actor: "environment" };
	return { ...own, ids, mask: (ids ?? wordsOf(own)).map(() => 0), reward: null };
}

function answered(step: Fields, withIds: boolean): Piece {
	const ids = withIds ? step.ids("response_ids") : undefined;
	const own = { said: saidIn(step), actor: "policy" };
	const mask = (ids ?? wordsOf(own)).map(() => 1);
	const logprobs = ids && step.optionalNumbers("logprobs");
	const listed = Array.isArray(step.row.advantage) ? step.numbers("advantage") : undefined;
	const one = listed ? null : step.known("advantage");
	const advantages = listed ?? (one === null ? undefined : mask.map(() => one));
	step.sameLength(mask.length, { logprobs, advantage: advantages });
	return { ...own, ids, mask, logprobs, advantages, reward: step.known("reward") };
}

/** The model's answer: its text, else the last message of the chat, else the action taken from it. */
function saidIn(step: Fields): Piece["said"] {
	const { row } = step;
	if (typeof row.model_response === "string") return [{ role: "assistant", content: row.model_response }];
	const chat = chatOf(step);
	const last = chat[answerIn(chat)];
	if (last) return [said(last)];
	const { action } = row;
	if (action == null) return [];
	return [
		{
			role: "assistant",
			content: typeof action === "string" ? action : messagesText(action) || JSON.stringify(action),
		},
	];
}
