/** How the tokens of a rollout are cut into spans. Two uses of one partition share the object. */
export type Partition =
	| { readonly kind: "steps" }
	| { readonly kind: "turns" }
	/**
	 * n policy tokens each, the last span shorter; with `lastAlone`, the last token is a span of its own; with `levels` > 0, at
	 * most so many spans, the last one as long as it takes.
	 */
	| { readonly kind: "fixed"; readonly length: number; readonly lastAlone: boolean; readonly levels: number }
	/** Spans start where the token signal is not 0, at the first token, and with `lastAlone` at the last one. */
	| { readonly kind: "marks"; readonly signal: string; readonly lastAlone: boolean }
	/** Cuts before every m-th token whose probability lies below the threshold. */
	| { readonly kind: "cuts"; readonly threshold: number; readonly interval: number };

export const STEPS: Partition = { kind: "steps" };
export const TURNS: Partition = { kind: "turns" };

/** Every policy token by itself. */
export const TOKENS: Partition = { kind: "fixed", length: 1, lastAlone: false, levels: 0 };

/** Spans with at least one policy token, in order of rollouts. Rollout b owns `[offsets[b], offsets[b+1])`. */
export interface Spans {
	readonly count: number;
	readonly offsets: Int32Array;
	readonly rollout: Int32Array;
	/** Half-open token range within the rollout. */
	readonly start: Int32Array;
	readonly end: Int32Array;
	/** Row of the batch's span table that this span came from; −1 for cuts of our own. */
	readonly source: Int32Array;
	/** Span of each token `[B·T]`; −1 for masked tokens and tokens outside. */
	readonly ofToken: Int32Array;
}
