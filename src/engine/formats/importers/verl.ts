import type { RolloutRecord } from "../record";
import { Fields, has, type Importer, isRow, rest, words } from "./importer";

/**
 * verl's `trainer.rollout_data_dir` and `validation_data_dir`: one sample a line, decoded text and score only. The score is
 * the sum of token-level scores before the KL penalty; what else a reward function returned, one number a sample, are named parts. With `uid` = `{sample}_{rollout}_{output}` groups follow its first part.
 */
export const verl: Importer = {
	id: "verl",
	title: "verl rollout dump",
	about:
		"Written with trainer.rollout_data_dir; holds text and score, never token ids, log-probabilities or advantages.",
	keys: ["input", "output", "score", "step"],
	detect: (row) => has(row, "input", "output", "score", "step"),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const uid = typeof row.uid === "string" ? row.uid : undefined;
		const others = rest(row, "input", "output", "score", "step", "uid");
		const dims = numbersOf(others);
		const record: RolloutRecord = {
			...others,
			...(dims ? { dims } : {}),
			schema: "ascribe.rollout/1",
			id: uid ?? `${origin.file}:${origin.line}`,
			step: f.number("step"),
			prompt: f.string("input"),
			tokens: words(f.string("output")),
			reward: f.known("score"),
			...(uid ? { group: uid.split("_")[0] as string } : {}),
		};
		return [record];
	},
};

/** TRL's `log_completions=True`: Parquet tables of completions, one column per reward function, one advantage a completion. */
export const trl: Importer = {
	id: "trl",
	title: "TRL completions",
	about: "Written with log_completions=True as Parquet; holds text, rewards and one advantage per completion.",
	keys: ["prompt", "completion", "advantage", "step"],
	detect: (row) => has(row, "prompt", "completion", "advantage", "step"),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const tokens = words(asText(row.completion, f, "completion"));
		const others = rest(row, "prompt", "completion", "advantage", "step");
		const dims = numbersOf(others);
		const advantage = f.known("advantage");
		const parts = Object.values(dims ?? {});
		return [
			{
				...others,
				schema: "ascribe.rollout/1",
				id: `${origin.file}:${origin.line}`,
				step: f.number("step"),
				prompt: asText(row.prompt, f, "prompt"),
				tokens,
				reward: parts.length > 0 ? parts.reduce((a, b) => a + b, 0) : null,
				...(dims ? { dims } : {}),
				advantages: { trl: tokens.map(() => advantage) },
			},
		];
	},
};

/** Fields that are numbers; undefined without any. */
function numbersOf(fields: Readonly<Record<string, unknown>>): Record<string, number> | undefined {
	const numbers = Object.entries(fields).filter(
		(entry): entry is [string, number] => typeof entry[1] === "number" && Number.isFinite(entry[1]),
	);
	return numbers.length > 0 ? Object.fromEntries(numbers) : undefined;
}

/** Plain text, or a list of chat messages joined by lines. */
function asText(value: unknown, f: Fields, name: string): string {
	if (!Array.isArray(value)) return f.string(name);
	return value.map((m) => (isRow(m) && typeof m.content === "string" ? m.content : "")).join("\n");
}
