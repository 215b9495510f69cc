import type { MessageRecord, NumberRow, RolloutRecord, TurnRecord } from "../record";
import { saidText } from "./chat";
import { present, words } from "./importer";

/** One message of a rollout: its token ids, if they were kept, with what is known of each, and what it says, if that was. */
export interface Piece {
	readonly ids: readonly number[] | undefined;
	readonly said: readonly Omit<MessageRecord, "start" | "end">[];
	readonly actor: string;
	readonly mask: readonly number[];
	readonly logprobs?: NumberRow | undefined;
	readonly refLogprobs?: NumberRow | undefined;
	readonly advantages?: NumberRow | undefined;
	readonly reward?: number | null;
}

/** What pieces say, without tokens. */
export const textOf = ({ said }: Piece): string => said.map(saidText).join("\n");

/** The tokens of a piece where no piece has ids. */
export const wordsOf = (piece: Pick<Piece, "said">): string[] => words(piece.said.map(saidText).join("\n"));

/**
 * A prompt and the messages after it as one rollout. Tokens are ids wherever a message has some: one that has none among others that do is
 * text without tokens. What each message says is kept beside the ids; without any ids the words are the tokens. What no message knows stays
 * absent, what some know is null elsewhere.
 */
export function joined(before: readonly Piece[], after: readonly Piece[]) {
	const all = [...before, ...after];
	const withIds = all.some(({ ids }) => ids);
	const tokens = after.map((p): readonly (number | string)[] => (withIds ? (p.ids ?? []) : wordsOf(p)));
	const channel = (pick: (p: Piece) => NumberRow | undefined): NumberRow | undefined =>
		after.some(pick) ? after.flatMap((p, i) => pick(p) ?? tokens[i]!.map(() => null)) : undefined;
	const turns: TurnRecord[] = [];
	const messages: MessageRecord[] = before.flatMap((p) => p.said.map((m) => ({ start: 0, end: 0, ...m })));
	let at = 0;
	for (const [i, p] of after.entries()) {
		const span = { start: at, end: at + tokens[i]!.length };
		const { actor, reward } = p;
		if (span.end > at) turns.push({ ...span, actor, ...present({ reward }) });
		for (const m of p.said) messages.push({ ...span, ...m });
		at = span.end;
	}
	const promptIds = before.every(({ ids }) => ids) ? before.flatMap(({ ids }) => ids ?? []) : undefined;
	const said = messages.some((m) => saidText(m) !== "");
	return {
		prompt: promptIds && withIds ? promptIds : before.map(textOf).join("\n"),
		tokens: tokens.flat() as number[] | string[],
		mask: after.flatMap((p) => (p.ids || !withIds ? p.mask : [])),
		turns,
		...present({
			messages: withIds && said ? messages : undefined,
			logprobs: channel((p) => p.logprobs),
			ref_logprobs: channel((p) => p.refLogprobs),
		}),
		advantages: channel((p) => p.advantages),
	} satisfies Partial<RolloutRecord> | Record<"advantages", NumberRow | undefined>;
}
