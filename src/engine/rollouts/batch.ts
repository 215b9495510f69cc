/**
 * Rollouts as a structure of arrays: what the sampler writes, credit reads and the panels show.
 *
 * B rollouts, T tokens. T counts the tokens *after* the prompt, environment replies included (their `actionMask` is 0).
 * Row b, token t is entry `b·T + t`. Spans are half-open and counted from the first token after the prompt.
 * a_t is token t and r_t is paid after it; `values[b,t]` is V of the prefix *before* token t.
 * Entries at t ≥ `lengths[b]` are padding: tokens 0, masks 0, numbers 0.
 */
export interface RolloutBatch {
	readonly B: number;
	readonly T: number;
	/** Token ids `[B·T]`. */
	readonly tokens: Int32Array;
	/** 1 = emitted by the policy and counted `[B·T]`. */
	readonly actionMask: Uint8Array;
	/** Tokens after the prompt, per rollout `[B]`. */
	readonly lengths: Int32Array;
	/** Prompt token ids of all rollouts, concatenated; rollout b is `[promptOffsets[b], promptOffsets[b+1])`. */
	readonly promptTokens: Int32Array;
	readonly promptOffsets: Int32Array;
	/** Group of each rollout `[B]`: equal numbers share a prompt. Members need not be adjacent. */
	readonly groupIds: Int32Array;
	/** Log-probability of each token under the behaviour policy, after temperature and legal-token mask `[B·T]`, nats. */
	readonly logProbs?: Float64Array;
	readonly refLogProbs?: Float64Array;
	/** Critic values of the prefix before each token `[B·T]`; NaN where unknown. */
	readonly values?: Float64Array;
	/** Entropy of the distribution sampled from `[B·T]`, nats. */
	readonly entropy?: Float64Array;
	/** r_t `[B·T]`; sums to `returns[b]`. */
	readonly rewards: Float64Array;
	/** The whole return of each rollout `[B]`, undiscounted. */
	readonly returns: Float64Array;
	/** 1 success, 0 failure, per rollout `[B]`. */
	readonly success?: Uint8Array;
	/** 1 where the rollout was cut by the limit instead of ending `[B]`. */
	readonly truncated: Uint8Array;
	/** V after the last token of a truncated rollout `[B]`; NaN where unknown. */
	readonly bootstrap?: Float64Array;
	/** Rollout that this one branched from, or −1 `[B]`, and the number of leading tokens shared with it `[B]`. */
	readonly parent?: Int32Array;
	readonly branchAt?: Int32Array;
	readonly turns?: SpanTable;
	readonly steps?: SpanTable;
	/** Named optional channels, each with its provider and unit. */
	readonly signals: Readonly<Record<string, Signal>>;
	/** Ids for people and files `[B]`. */
	readonly ids?: readonly string[];
}

/** Spans of all rollouts in compressed rows: rollout b owns spans `[offsets[b], offsets[b+1])`. */
export interface SpanTable {
	readonly offsets: Int32Array;
	readonly start: Int32Array;
	readonly end: Int32Array;
	/** 1 = emitted by the policy, 0 = by the environment or user. */
	readonly actor: Uint8Array;
	/** NaN where absent. An annotation: never added to the return. */
	readonly reward?: Float64Array;
	readonly label?: Float64Array;
	readonly stateKeys?: readonly (string | null)[];
	readonly votes?: readonly (readonly number[] | null)[];
	readonly duration?: Float64Array;
}

export interface Signal {
	readonly level: "token" | "rollout" | "turn" | "step";
	readonly data: Float64Array;
	readonly provider: string;
	readonly unit: string;
	/** The same numbers at further levels that the arrays of a file fit: one entry in all is also one a token where there is one token. */
	readonly otherwise?: readonly Signal[];
}

/** Credit of one method on one batch. `advantage` is the sum of `terms`; NaN where the method did not score a token. */
export interface CreditResult {
	readonly method: string;
	readonly params: Readonly<Record<string, unknown>>;
	/** Writers of rewards that stood before the method, in order, with their parameters. */
	readonly rewards?: readonly { readonly id: string; readonly params: Readonly<Record<string, unknown>> }[];
	/** `[B·T]`; 0 where the mask is 0, NaN where not scored. */
	readonly advantage: Float64Array;
	readonly terms: Readonly<Record<string, Float64Array>>;
	readonly mask: Uint8Array;
	/** Token weights already inside the terms; a report only. */
	readonly weights?: Float64Array;
	/** What the method cost beyond the rollouts themselves. */
	readonly cost: { readonly extraTokens: number; readonly modelCalls: number };
}
