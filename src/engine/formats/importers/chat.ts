import { parseJson } from "../containers/json";
import type { MessageRecord, NumberRow, RolloutRecord } from "../record";
import { type Fields, isRow, objectsIn, type Row, words } from "./importer";

/** Text of a message's content: plain, or parts of which those of text and of reasoning count. */
function contentText(content: unknown): string {
	if (typeof content === "string") return content;
	if (!Array.isArray(content)) return "";
	return content.map((part) => (isRow(part) ? (textIn(part, "text") ?? textIn(part, "reasoning") ?? "") : "")).join("");
}

const textIn = (row: Row, name: string) => (typeof row[name] === "string" ? (row[name] as string) : undefined);

/** Tool calls of a message as `name(arguments)`, in the forms of OpenAI, verifiers (whose results hold them as JSON) and Inspect. */
function callsOf(message: Row): string[] {
	const written = Array.isArray(message.tool_calls) ? message.tool_calls : [];
	const calls = written.map((call) => (typeof call === "string" ? parsed(call) : call));
	return objectsIn(calls).map((call) => {
		const f = isRow(call.function) ? call.function : call;
		const name = textIn(f, "name") ?? textIn(call, "function") ?? "tool";
		return `${name}(${textIn(f, "arguments") ?? JSON.stringify(f.arguments ?? {})})`;
	});
}

/** A tool call that was written as JSON; one that cannot be read stands under its own text. */
function parsed(call: string): unknown {
	try {
		const value = parseJson(call);
		if (isRow(value)) return value;
	} catch {
		// Its text is what is known of it.
	}
	return { name: call, arguments: "" };
}

/** What a message says, part by part. */
export function said(message: Row): Omit<MessageRecord, "start" | "end"> {
	const reasoning = textIn(message, "reasoning_content") ?? textIn(message, "reasoning");
	const calls = callsOf(message);
	return {
		role: textIn(message, "role") ?? "unknown",
		content: contentText(message.content),
		...(reasoning ? { reasoning } : {}),
		...(calls.length > 0 ? { calls } : {}),
	};
}

/** The whole of a message as one text: reasoning, content, and tool calls as `name(arguments)`. */
export function saidText({ reasoning, content, calls = [] }: Omit<MessageRecord, "start" | "end">): string {
	const thought = reasoning && content ? `${reasoning}\n` : (reasoning ?? "");
	return thought + content + calls.map((call) => ` ${call}`).join("");
}

export const messageText = (message: Row): string => saidText(said(message));

/** A chat as one text, a message a line; text alone stays what it is. */
export function messagesText(value: unknown): string {
	if (typeof value === "string") return value;
	return objectsIn(value).map(messageText).join("\n");
}

/** Tokens as the model wrote them, with their log-probabilities. */
export interface ScoredText {
	readonly tokens: readonly string[];
	readonly logprobs: NumberRow;
}

type Chat = Required<Pick<RolloutRecord, "mask" | "turns">> &
	Pick<RolloutRecord, "text" | "logprobs"> & { readonly tokens: string[] };

/**
 * A chat as words: assistant text is the policy's, everything else is not.
 * @param scoredOf gives the tokens of a message of the policy where they are known; they stand in place of its words.
 */
export function fromMessages(
	value: unknown,
	f: Fields,
	name = "completion",
	scoredOf: (message: Row) => ScoredText | undefined = () => undefined,
): Chat {
	const messages = typeof value === "string" ? [{ role: "assistant", content: value }] : rowsIn(value, f, name);
	const tokens: string[] = [];
	const mask: number[] = [];
	const logprobs: (number | null)[] = [];
	let anyScored = false;
	const turns = messages.map((message) => {
		const actor = actorOf(said(message).role);
		const start = tokens.length;
		const scored = actor === "policy" ? scoredOf(message) : undefined;
		const own = scored?.tokens ?? words(messageText(message));
		anyScored ||= scored !== undefined;
		// Spread into one call, a long message would not fit the call stack.
		own.forEach((token, i) => {
			tokens.push(token);
			mask.push(actor === "policy" ? 1 : 0);
			logprobs.push(scored?.logprobs[i] ?? null);
		});
		return { start, end: tokens.length, actor };
	});
	return { tokens, mask, turns, ...(anyScored ? { text: tokens, logprobs } : {}) };
}

const rowsIn = (value: unknown, f: Fields, name: string): readonly Row[] =>
	Array.isArray(value) && value.every(isRow) ? value : f.objects(name).map((m) => m.row);

/** Who wrote a message of a role; `text` is what models without a chat say. */
const actorOf = (role: string): string => (role === "assistant" || role === "text" ? "policy" : role);
