import type { RolloutRecord } from "../record";
import { fromMessages, messagesText, messageText, type ScoredText, said } from "./chat";
import { Fields, has, type Importer, isRow, present, type Row, rest } from "./importer";

/** Log-probabilities as OpenAI, vLLM and Inspect write them: `logprobs.content[{token, logprob}]`. */
function tokensOf(choice: Row): ScoredText | undefined {
	const content = isRow(choice.logprobs) ? choice.logprobs.content : undefined;
	if (!Array.isArray(content) || !content.every((c) => isRow(c) && typeof c.token === "string")) return undefined;
	return {
		tokens: content.map((c) => c.token as string),
		logprobs: content.map((c) => (typeof c.logprob === "number" && Number.isFinite(c.logprob) ? c.logprob : null)),
	};
}

const reasonOf = (choice: Row): "limit" | "end" | undefined =>
	typeof choice.finish_reason !== "string" ? undefined : choice.finish_reason === "length" ? "limit" : "end";

/** A chat in OpenAI's form, `{messages, reward?}`: the first assistant message starts the rollout. */
export const openAiMessages: Importer = {
	id: "openAiMessages",
	title: "OpenAI-style messages",
	about: "JSONL of chats with an optional reward; no token ids, and log-probabilities only in completions.",
	keys: ["messages"],
	detect: (row) => Array.isArray(row.messages) && row.messages.some((m) => isRow(m) && typeof m.role === "string"),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const messages = f.objects("messages").map((m) => m.row);
		const first = messages.findIndex((m) => m.role === "assistant");
		const split = first < 0 ? messages.length : first;
		const record: RolloutRecord = {
			...rest(row, "messages", "reward", "score", "id", "group"),
			schema: "ascribe.rollout/1",
			id: typeof row.id === "string" ? row.id : `${origin.file}:${origin.line}`,
			prompt: messagesText(messages.slice(0, split)),
			...fromMessages(messages.slice(split), f),
			reward: f.reward("reward", "score"),
			...present({ group: typeof row.group === "string" ? row.group : undefined }),
		};
		return [record];
	},
};

const USED = ["id", "choices", "reward"];

/** Chat completions and batch output: `choices[]`, or `{custom_id, response: {body}}`; a choice is a rollout of one group. */
export const openAiCompletions: Importer = {
	id: "openAiCompletions",
	title: "OpenAI-style completions",
	about: "Chat completions or batch output; token texts and log-probabilities if they were asked for.",
	keys: ["choices"],
	detect: (row) => Array.isArray(row.choices) || (has(row, "custom_id", "response") && isRow(row.response)),
	convert(row, origin) {
		const outer = new Fields(row, origin);
		const body = row.choices ? outer : outer.object("response").object("body");
		const id = String(row.custom_id ?? body.row.id ?? `${origin.file}:${origin.line}`);
		const outside = {
			...rest(body.row, ...USED),
			...(body === outer ? {} : rest(row, ...USED, "custom_id", "response")),
		};
		return body.objects("choices").map((choice, i): RolloutRecord => {
			const message = choice.has("message") ? choice.object("message").row : { content: choice.row.text };
			const scored = tokensOf(choice.row);
			const text = scored ? undefined : fromMessages(messageText(message), choice);
			return {
				...outside,
				...rest(choice.row, "message", "text", "logprobs", "finish_reason", "index"),
				schema: "ascribe.rollout/1",
				id: `${id}/${i}`,
				group: id,
				tokens: scored?.tokens ?? text?.tokens ?? [],
				reward: outer.reward("reward"),
				...present({ logprobs: scored?.logprobs, text: scored?.tokens, done: reasonOf(choice.row) }),
			};
		});
	},
};

/** One sample of an Inspect `.eval` archive (`samples/*.json`): a chat with scores. */
export const inspectSample: Importer = {
	id: "inspectSample",
	title: "Inspect sample",
	about:
		"A sample of an Inspect .eval archive: messages, tool calls and scores; log-probabilities if the model gave them.",
	keys: ["messages", "scores", "epoch"],
	detect: (row) =>
		has(row, "messages", "epoch") && Array.isArray(row.messages) && (isRow(row.scores) || isRow(row.output)),
	convert(row, origin) {
		const f = new Fields(row, origin);
		const messages = f.objects("messages").map((m) => m.row);
		const first = messages.findIndex((m) => m.role === "assistant");
		const split = first < 0 ? messages.length : first;
		const dims = scoresOf(isRow(row.scores) ? row.scores : {});
		const parts = Object.values(dims);
		const record: RolloutRecord = {
			...rest(row, "id", "messages"),
			schema: "ascribe.rollout/1",
			id: `${String(row.id)}/${f.number("epoch")}`,
			group: String(row.id),
			prompt: messagesText(messages.slice(0, split)),
			...fromMessages(messages.slice(split), f, "messages", scoredMessages(row, messages)),
			reward: parts.length > 0 ? parts.reduce((a, b) => a + b, 0) / parts.length : null,
			...present({ dims: parts.length > 0 ? dims : undefined }),
		};
		return [record];
	},
};

/**
 * Which tokens the model gave for an assistant message of a sample: those of the model event with its id, else of the event at its place
 * where there is one for each, else of the sample's output for the last one. Tokens that do not hold the message are of another one.
 */
function scoredMessages(row: Row, messages: readonly Row[]): (message: Row) => ScoredText | undefined {
	const events = Array.isArray(row.events)
		? row.events.filter((e) => isRow(e) && e.event === "model" && isRow(e.output))
		: [];
	const answers = events.map((e: Row) => choiceOf(e.output));
	const last = choiceOf(row.output);
	const own = messages.filter((m) => m.role === "assistant");
	return (message) => {
		const at = own.indexOf(message);
		const byId = [...answers, last].find(
			(choice) => isRow(choice?.message) && message.id !== undefined && choice.message.id === message.id,
		);
		const choice =
			byId ?? (answers.length === own.length ? answers[at] : undefined) ?? (at === own.length - 1 ? last : undefined);
		const scored = choice && tokensOf(choice);
		return scored?.tokens.join("").includes(said(message).content.trim()) ? scored : undefined;
	};
}

/** The answer of a model's output; other choices did not go on. */
const choiceOf = (output: unknown): Row | undefined =>
	isRow(output) && Array.isArray(output.choices) ? output.choices.find(isRow) : undefined;

/** Inspect's grades as numbers: C correct, P partial, I incorrect, N no answer. */
const GRADES: Readonly<Record<string, number>> = { C: 1, P: 0.5, I: 0, N: 0 };

function scoresOf(scores: Row): Record<string, number> {
	const out: Record<string, number> = {};
	for (const [name, score] of Object.entries(scores)) {
		const value = isRow(score) ? score.value : score;
		const number = typeof value === "string" ? GRADES[value] : typeof value === "boolean" ? Number(value) : value;
		if (typeof number === "number" && Number.isFinite(number)) out[name] = number;
	}
	return out;
}
