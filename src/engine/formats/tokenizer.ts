import { InvalidInput } from "../core/errors";
import { readJson } from "../core/json";
import { type Importer, words } from "./importers/importer";
import type { NumberRow, RolloutRecord } from "./record";

/** Cuts text into the tokens of a model. */
export interface TextTokenizer {
	/** File that it came from. */
	readonly name: string;
	/** Number of its tokens, added ones included. */
	readonly size: number;
	/** Token ids of a text, no special tokens added, with the text of each; joined they are the text, unless it normalises. */
	encode(text: string): { readonly ids: readonly number[]; readonly pieces: readonly string[] };
	/** The text of each id; `⟨id⟩` for one that the model does not have. */
	pieces(ids: readonly number[]): readonly string[];
}

/** Whether a text begins as a `tokenizer.json` of Hugging Face's library does. */
export const looksLikeTokenizer = (head: string): boolean =>
	/^\s*\{\s*"version"\s*:\s*"\d+\.\d+"/.test(head) && /"(truncation|added_tokens|model)"\s*:/.test(head);

/**
 * A tokenizer from the text of a `tokenizer.json`. The library that reads it is loaded when it is first needed.
 * @throws InvalidInput for text that is none, or one that the library does not know.
 */
export async function openTokenizer(text: string, name: string): Promise<TextTokenizer> {
	const { Tokenizer } = await import("@huggingface/tokenizers");
	const json = parsed(text, name);
	try {
		const tokenizer = new Tokenizer(json, {});
		const known = new Set(tokenizer.get_vocab(true).values());
		const decode = (some: readonly number[]) => tokenizer.decode([...some], EXACT);
		const pieces = (ids: readonly number[]) =>
			ids.every((id) => known.has(id))
				? piecesOf(ids, decode)
				: ids.map((id) => (known.has(id) ? decode([id]) : `⟨${id}⟩`));
		const encode = (part: string) => {
			const { ids } = tokenizer.encode(part, { add_special_tokens: false });
			return { ids, pieces: piecesOf(ids, decode) };
		};
		encode("a b");
		return { name, size: known.size, encode, pieces };
	} catch (cause) {
		const why = (cause as Error).message.replace(/\.$/, "");
		throw new InvalidInput(`${name} is a tokenizer that cannot be used here: ${why}.`, { cause });
	}
}

const EXACT = { skip_special_tokens: false, clean_up_tokenization_spaces: false };

function parsed(text: string, name: string): object {
	const json = readJson(text, name);
	const isModel = typeof json === "object" && json !== null && "model" in json && typeof json.model === "object";
	if (!isModel) throw new InvalidInput(`${name} is no tokenizer.json: it has no "model".`);
	return json as object;
}

/**
 * The text of each token: what decoding it after its predecessor adds. Bytes of a character that several tokens share give nothing until the
 * last of them gives the character.
 */
export function piecesOf(ids: readonly number[], decode: (ids: readonly number[]) => string): string[] {
	let from = 0;
	let known = "";
	return ids.map((_, i) => {
		const text = decode(ids.slice(from, i + 1));
		if (text.endsWith("\uFFFD") && i + 1 < ids.length) return "";
		const piece = text.slice(known.length);
		// One token of context is enough: decoders look no further back.
		from = i;
		known = decode(ids.slice(i, i + 1));
		return piece;
	});
}

/** Whether the tokens of a rollout spell the text that it was cut from. */
export const spells = (cut: RolloutRecord, from: RolloutRecord): boolean =>
	cut === from || typeof from.tokens[0] === "number" || (cut.text ?? []).join("") === from.tokens.join("");

/** Counts rollouts whose tokens do not spell their text, as where a tokenizer normalises or does not know a character. */
export class AlteredTexts {
	private of = 0;
	private count = 0;
	private first = "";

	add({ altered = false, where }: { readonly altered?: boolean; readonly where: string }): void {
		this.of++;
		if (!altered) return;
		this.count++;
		this.first ||= where;
	}

	/** One sentence, or none. */
	warnings(tokenizer: Pick<TextTokenizer, "name"> | undefined): string[] {
		if (this.count === 0) return [];
		const name = tokenizer?.name ?? "The tokenizer";
		return [
			`${name} normalises text or does not know all its characters: the tokens of ${this.count} of ${this.of} rollouts do not spell what the file says, first in ${this.first}.`,
		];
	}
}

/** An importer whose words become tokens; rollouts that carry tokens of their own stay as they are. */
export function withTokenizer(importer: Importer, tokenizer: TextTokenizer): Importer {
	const { parts } = importer;
	return {
		...importer,
		convert: (row, origin) => importer.convert(row, origin).map((record) => tokenised(record, tokenizer)),
		...(parts
			? { parts: { ...parts, joined: (rows, origin) => tokenised(parts.joined(rows, origin), tokenizer) } }
			: {}),
	};
}

const CHANNELS = ["logprobs", "ref_logprobs", "values", "entropy", "rewards"] as const;

/** Whether the tokens of a rollout are but the words of its text: nothing is known of single ones, and only words are cut so. */
export function isWords(record: RolloutRecord): boolean {
	const { tokens, text, steps, signals, advantages = {} } = record;
	if (tokens.length === 0 || text || steps || signals || CHANNELS.some((name) => record[name])) return false;
	if (!Object.values(advantages).every(isConstant)) return false;
	return spansOf(record).every(({ start, end }) => {
		const own = tokens.slice(start, end);
		if (!own.every((token) => typeof token === "string")) return false;
		const cut = words(own.join(""));
		return cut.length === own.length && cut.every((word, i) => word === own[i]);
	});
}

/**
 * A rollout of words as one of tokens: ids, with the text of each. Turns are cut one by one, so that no token lies in two of them; a mask and
 * credit that is one number stay what they were over each turn. Ids without text get it. Any other rollout comes back as it is.
 */
export function tokenised(record: RolloutRecord, tokenizer: TextTokenizer): RolloutRecord {
	if (hasIds(record)) return record.text ? record : { ...record, text: tokenizer.pieces(record.tokens) };
	if (!isWords(record)) return record;
	const spans = spansOf(record);
	const cut = spans.map(({ start, end }) => tokenizer.encode(record.tokens.slice(start, end).join("")));
	const ids = cut.flatMap((span) => span.ids);
	const spread = <T>(row: readonly T[]) => spans.flatMap(({ start }, i) => cut[i]!.ids.map(() => row[start] as T));
	const ends = cut.map((_, i) => cut.slice(0, i + 1).reduce((sum, span) => sum + span.ids.length, 0));
	const turns = record.turns?.map((turn) => {
		const [first, last] = [
			spans.findIndex((s) => s.start >= turn.start),
			spans.findLastIndex((s) => s.end <= turn.end),
		];
		const start = first > 0 ? ends[first - 1]! : 0;
		return { ...turn, start, end: turn.end > turn.start ? ends[last]! : start };
	});
	return {
		...record,
		tokens: ids,
		text: cut.flatMap((span) => span.pieces),
		...(record.mask ? { mask: spread(record.mask) } : {}),
		...(turns ? { turns } : {}),
		...(record.advantages ? { advantages: constants(record.advantages, ids.length) } : {}),
	};
}

const hasIds = (record: RolloutRecord): record is RolloutRecord & { tokens: readonly number[] } =>
	typeof record.tokens[0] === "number";

const isConstant = (row: NumberRow) => row.every((value) => value === row[0]);

const constants = (rows: Readonly<Record<string, NumberRow>>, length: number) =>
	Object.fromEntries(Object.entries(rows).map(([name, row]) => [name, new Array(length).fill(row[0] ?? null)]));

/** Stretches within which neither turn nor mask changes, in order and without gaps. */
function spansOf({ tokens, turns = [], mask }: RolloutRecord): { start: number; end: number }[] {
	const cuts = new Set([0, tokens.length, ...turns.flatMap(({ start, end }) => [start, end])]);
	for (let t = 1; t < tokens.length; t++) if (mask && mask[t] !== mask[t - 1]) cuts.add(t);
	const sorted = [...cuts].sort((a, b) => a - b);
	return sorted.slice(0, -1).map((start, i) => ({ start, end: sorted[i + 1]! }));
}
