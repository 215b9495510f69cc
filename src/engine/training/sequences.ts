import type { TokenBatch } from "../model/activations";
import type { ScoredTokens } from "../model/tokenLogProbs";
import type { TrainingPlan } from "./executor";

/** Responses after their prompts, as an executor holds them: B rows of `maxResponseLength` = T tokens. */
export interface Responses {
	/** `[B·T]` */
	readonly tokens: Int32Array;
	/** `[B]` */
	readonly lengths: Int32Array;
	/** Machine state before each token `[B·T]`. */
	readonly states: Uint32Array;
	/** Tokens that the loss counts, non-zero where it does `[B·T]`. */
	readonly mask: ArrayLike<number>;
}

/** Prompts of the rows: row b has prompt ⌊b / rowsPerPrompt⌋. */
export interface Prompts {
	/** `[prompts · maxPromptLength]`, left-aligned. */
	readonly promptTokens: Int32Array;
	readonly promptLengths: Int32Array;
	readonly rowsPerPrompt: number;
}

/** A block of rows as the model reads them, and the tokens in it that the loss counts. */
export interface SequenceBlock {
	readonly batch: TokenBatch;
	readonly scored: ScoredTokens;
	/** Where each scored token lies in the whole batch: `b·T + t` `[n]`. */
	readonly entries: Int32Array;
}

/**
 * Rows [first, first + count), each its prompt followed by its response without a gap; N = longest prompt + longest response.
 * Token t of a response is predicted by row `promptLength + t − 1` of its sequence, under the machine's legal tokens.
 */
export function sequenceBlock(
	plan: TrainingPlan,
	prompts: Prompts,
	responses: Responses,
	first: number,
	count: number,
): SequenceBlock {
	const { maxPromptLength: P, maxResponseLength: T } = plan;
	const N = P + T;
	const batch = { B: count, N, tokens: new Int32Array(count * N), lengths: new Int32Array(count) };
	const rows: number[] = [];
	const entries: number[] = [];
	for (let i = 0; i < count; i++) {
		const b = first + i;
		const prompt = Math.floor(b / prompts.rowsPerPrompt);
		const promptLength = prompts.promptLengths[prompt]!;
		const length = responses.lengths[b]!;
		batch.tokens.set(prompts.promptTokens.subarray(prompt * P, prompt * P + promptLength), i * N);
		batch.tokens.set(responses.tokens.subarray(b * T, b * T + length), i * N + promptLength);
		batch.lengths[i] = promptLength + length;
		for (let t = 0; t < length; t++)
			if (responses.mask[b * T + t]! !== 0) {
				rows.push(i * N + promptLength + t - 1);
				entries.push(b * T + t);
			}
	}
	return {
		batch,
		entries: Int32Array.from(entries),
		scored: {
			count: entries.length,
			rows: Int32Array.from(rows),
			targets: Int32Array.from(entries, (at) => responses.tokens[at]!),
			legal: { table: plan.machine.weight, states: Uint32Array.from(entries, (at) => responses.states[at]!) },
			temperature: plan.sampling.temperature,
		},
	};
}
