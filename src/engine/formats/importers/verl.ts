import type { RolloutRecord } from "../record";
import { fromMessages, messagesText } from "./chat";
import { Fields, has, type Importer, present, type Row, rest, stepIn, without, words } from "./importer";

/**
 * verl's `trainer.rollout_data_dir` and `validation_data_dir`: one sample a line, decoded text and score only. The score is
 * the sum of token-level scores before the KL penalty; what else a reward function returned, one number a sample, are named parts. With `uid` = `{sample}_{session}_{output}` groups follow
 * the sample; its name may hold underscores. An agent loop that wrote several outputs in one session has a line for each, with the score of the
 * last; verl's GRPO compares last outputs alone and gives all of a session what its last one gets. So they are one rollout: what each was asked,
 * less what was said before, stands between them as the environment's.
 * Source: verl, `trainer/ppo/v1/utils.py`, `compute_advantage_for_multi_trajectories`, https://github.com/verl-project/verl
 */
export const verl: Importer = {
	id: "verl",
	title: "verl rollout dump",
	about:
		"Written with trainer.rollout_data_dir; holds text and score, never token ids, log-probabilities or advantages.",
	keys: ["input", "output", "score", "step"],
	// What verl saves to MLflow and SwanLab names no step.
	detect: (row) => has(row, "input", "output", "score") && typeof row.output === "string",
	convert(row, origin) {
		const f = new Fields(row, origin);
		const uid = typeof row.uid === "string" ? row.uid : undefined;
		const others = rest(row, "input", "output", "score", "step", "uid");
		const dims = numbersOf(without(others, "gts", "request_id"));
		const record: RolloutRecord = {
			...others,
			...(dims ? { dims } : {}),
			schema: "ascribe.rollout/1",
			id: uid ?? `${origin.file}:${origin.line}`,
			...present({ step: f.optionalNumber("step") ?? stepIn(origin.file) }),
			prompt: f.string("input"),
			tokens: words(f.string("output")),
			reward: f.reward("score"),
			...(uid ? { group: uid.replace(/_\d+_\d+$/, "") } : {}),
		};
		return [record];
	},
	parts: {
		of(row) {
			const [, session, output] = (typeof row.uid === "string" && PART.exec(row.uid)) || [];
			return session ? { of: JSON.stringify([row.step, session]), index: Number(output) } : undefined;
		},
		joined: (rows, origin) =>
			sessionOf(rows.map((row, i) => verl.convert(row, { ...origin, line: origin.line + i })[0]!)),
		notice: "Outputs of one session of verl's agent loop are turns of one rollout, which counts once in its group.",
	},
};

const PART = /^(.+_\d+)_(\d+)$/;

/** The outputs of a session as one rollout. The last brings its score and whatever else there is. */
function sessionOf(outputs: readonly RolloutRecord[]): RolloutRecord {
	const first = outputs[0]!;
	const turns: { actor: string; words: readonly string[] }[] = [];
	let before = String(first.prompt);
	for (const { prompt, tokens } of outputs) {
		const asked = String(prompt);
		const more = asked.startsWith(before) ? asked.slice(before.length) : asked;
		if (more.trim() !== "") turns.push({ actor: "environment", words: words(more) });
		turns.push({ actor: "policy", words: tokens as readonly string[] });
		before = asked + tokens.join("");
	}
	const ends = turns.map((_, i) => turns.slice(0, i + 1).reduce((sum, turn) => sum + turn.words.length, 0));
	return {
		...outputs.at(-1)!,
		id: first.id.replace(/_\d+$/, ""),
		prompt: first.prompt!,
		tokens: turns.flatMap((turn) => turn.words),
		mask: turns.flatMap(({ actor, words }) => words.map(() => (actor === "policy" ? 1 : 0))),
		turns: turns.map(({ actor }, i) => ({ start: ends[i - 1] ?? 0, end: ends[i]!, actor })),
	};
}

/** Columns that by their names are paid to a completion; TRL's own functions are all called so. */
const REWARD = /reward|punish|penalt/i;

/**
 * TRL's `log_completions=True`: Parquet tables of completions, one column per reward function, one advantage a completion. What `log_extra`
 * adds stands among the reward columns, told apart by name alone: columns named as a reward are the parts, else the only column of numbers.
 * Among several none of which is named so, nobody knows, and the reward stays unknown. Missing parts count nothing, as in TRL.
 */
export const trl: Importer = {
	id: "trl",
	title: "TRL completions",
	about: "Written with log_completions=True as Parquet; holds text, rewards and one advantage per completion.",
	keys: ["prompt", "completion", "advantage", "step"],
	detect: (row) => has(row, "prompt", "completion", "advantage", "step"),
	notice(row) {
		const { parts, extras } = columnsOf(row);
		if (extras.length === 0) return undefined;
		return parts.length === 0
			? `Of the columns ${extras.join(", ")} none is named as a reward, and TRL writes what log_extra adds beside the rewards: the reward is not known. Put "reward" into the names of those that are.`
			: `Not added to the reward, since it is not named as one: ${extras.join(", ")}.`;
	},
	convert(row, origin) {
		const f = new Fields(row, origin);
		const chat = Array.isArray(row.completion) ? fromMessages(row.completion, f) : undefined;
		const tokens = chat?.tokens ?? words(f.string("completion"));
		const advantage = f.known("advantage");
		const dims = numbersOf(Object.fromEntries(columnsOf(row).parts.map((name) => [name, row[name]])));
		const record: RolloutRecord = {
			...rest(row, "prompt", "completion", "advantage", "step"),
			schema: "ascribe.rollout/1",
			id: `${origin.file}:${origin.line}`,
			step: f.number("step"),
			prompt: Array.isArray(row.prompt) ? messagesText(row.prompt) : f.string("prompt"),
			tokens,
			...(chat ? { mask: chat.mask, turns: chat.turns } : {}),
			reward: dims ? Object.values(dims).reduce((a, b) => a + b, 0) : null,
			...(dims ? { dims } : {}),
			advantages: { trl: tokens.map((_, t) => (chat?.mask[t] === 0 ? null : advantage)) },
		};
		return [record];
	},
};

/** Columns of numbers, rewards apart from the others. */
function columnsOf(row: Row): { parts: string[]; extras: string[] } {
	const others = Object.entries(without(row, "prompt", "completion", "advantage", "step"));
	const numeric = others.filter(([, x]) => typeof x === "number" || x === null).map(([name]) => name);
	const called = numeric.filter((name) => REWARD.test(name));
	const parts = called.length > 0 || numeric.length !== 1 ? called : numeric;
	const extras = numeric.filter((name) => !parts.includes(name) && row[name] !== null);
	return { parts, extras };
}

/** Fields that are numbers; undefined without any. */
function numbersOf(fields: Readonly<Record<string, unknown>>): Record<string, number> | undefined {
	const numbers = Object.entries(fields).filter(
		(entry): entry is [string, number] => typeof entry[1] === "number" && Number.isFinite(entry[1]),
	);
	return numbers.length > 0 ? Object.fromEntries(numbers) : undefined;
}
