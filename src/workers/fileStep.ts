import { printable, visibleName } from "../engine/core/writing";
import { saidText } from "../engine/formats/importers/chat";
import { words } from "../engine/formats/importers/importer";
import type { RolloutRecord } from "../engine/formats/record";
import type { TextTokenizer } from "../engine/formats/tokenizer";
import { theirCredit } from "../engine/lint/facts";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";

/** The batch with token ids that are places in a list of printable tokens, prompts included. */
export function named(
	batch: RolloutBatch,
	records: readonly RolloutRecord[],
	groupIds: Int32Array,
	tokenizer: TextTokenizer | undefined,
) {
	const ids = new Map<string, number>();
	const idOf = (text: string) => {
		const id = ids.get(text) ?? ids.size;
		ids.set(text, id);
		return id;
	};
	const { T } = batch;
	const tokens = new Int32Array(batch.B * T);
	records.forEach((record, b) => {
		for (const [t, text] of textOf(record).entries()) tokens[b * T + t] = idOf(text);
	});
	const prompts = records.map((record) => promptOf(record, tokenizer).map(idOf));
	const promptOffsets = new Int32Array(records.length + 1);
	prompts.forEach((prompt, b) => {
		promptOffsets[b + 1] = promptOffsets[b]! + prompt.length;
	});
	const promptTokens = Int32Array.from(prompts.flat());
	return { batch: { ...batch, tokens, groupIds, promptTokens, promptOffsets }, names: [...ids.keys()] };
}

const numberName = (id: number) => `⟨${id}⟩`;

/** Most characters of a message that stand beside its first token. */
const EXCERPT = 60;

function textOf({ text, tokens, messages = [] }: RolloutRecord): string[] {
	if (text) return text.map(printable);
	const names = tokens.map((token) => (typeof token === "string" ? printable(token) : numberName(token)));
	// Which token says what nobody knows without the tokenizer; what the message says stands where it begins.
	for (const message of messages)
		if (message.end > message.start) names[message.start] += ` “${shortened(saidText(message))}”`;
	return names;
}

function shortened(whole: string): string {
	const text = whole.trim();
	return printable(text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);
}

function promptOf({ prompt = "", messages = [] }: RolloutRecord, tokenizer: TextTokenizer | undefined): string[] {
	if (typeof prompt === "string") return words(prompt).map(printable);
	if (tokenizer) return tokenizer.pieces(prompt).map(printable);
	const asked = messages.filter(({ end }) => end === 0).map(saidText);
	const text = asked.join("\n").trim();
	return prompt.map((id, t) => (t === 0 && text ? `${numberName(id)} “${shortened(text)}”` : numberName(id)));
}

/** The credit that records carry; null where no rollout of the group does, NaN for tokens that the source did not score. */
export function theirsOf(records: readonly RolloutRecord[], { B, T, actionMask }: RolloutBatch): CreditResult | null {
	const theirs = records.map((record) => theirCredit(record));
	const named = theirs.find((credit) => credit !== null);
	if (!named) return null;
	const advantage = new Float64Array(B * T);
	theirs.forEach((credit, b) => {
		for (let t = 0; t < T; t++) if (actionMask[b * T + t]) advantage[b * T + t] = credit?.row[t] ?? Number.NaN;
	});
	return {
		method: visibleName(named.method),
		params: {},
		advantage,
		terms: { theirs: advantage },
		mask: actionMask.slice(),
		cost: { extraTokens: 0, modelCalls: 0 },
	};
}
