import type { Node } from "../../engine/credit/ops";
import type { Partition } from "../../engine/credit/partition";
import type { SpanTable } from "../../engine/rollouts/batch";
import type { JudgeTable } from "../../engine/tasks/judge";

export type RecordSection =
	| "tokens"
	| "states"
	| "mask"
	| "logProbs"
	| "entropy"
	| "rewards"
	| "values"
	| "refLogProbs";
export type RowSection = "length" | "success" | "truncated" | "returns" | "bootstrap";

/** Sections of the rollouts' buffers, as first words. */
export interface CreditSections {
	/** Token sections `[B·T]` of the record: words for tokens, states and mask, floats for the others. */
	readonly record: Readonly<Partial<Record<RecordSection, number>>>;
	/** Row sections `[B]`: words for length, success and truncated, floats for the others. */
	readonly rows: Readonly<Partial<Record<RowSection, number>>>;
	/** Floats in the signals' buffer, by name: `[B·T]` for tokens, `[B]` for rollouts. Also inputs that the record lacks. */
	readonly signals?: {
		readonly token: Readonly<Record<string, number>>;
		readonly rollout: Readonly<Record<string, number>>;
	};
	/** First word in the signals' buffer of each rollout's first state of the task's judge `[B]`; 2^32 − 1: it does not know the prompt. */
	readonly judge?: number;
}

/**
 * Where the spans of steps or turns come from. `table`: uploaded, with the numbers and signals that they carry. `mask`: longest runs of
 * the policy's tokens. `states`: a span starts where the machine's state says so (a flag for each). `partition`: they are the spans of
 * another partition. `judge`: the task's judge says where they start, and what they are worth (`said`, as in `Tabulated`). State keys
 * of all but the first are those of the state at the first token, by `keys` (a number for each state; equal numbers are compared).
 */
export type SpanSource =
	| {
			readonly from: "table";
			readonly table: SpanTable;
			readonly signals: Readonly<Record<string, ArrayLike<number>>>;
	  }
	| ((
			| { readonly from: "mask" }
			| { readonly from: "states"; readonly starts: ArrayLike<number> }
			| { readonly from: "partition"; readonly partition: Partition }
			| {
					readonly from: "judge";
					readonly judge: JudgeTable;
					readonly said: Readonly<Partial<Record<"label" | "reward", ArrayLike<number>>>>;
			  }
	  ) & { readonly keys?: ArrayLike<number> });

export interface CreditShape {
	readonly B: number;
	readonly T: number;
	/** Rollout b belongs to group ⌊b / groupSize⌋; or the group of each. */
	readonly groupSize: number | ArrayLike<number>;
	readonly turns?: SpanSource;
	readonly steps?: SpanSource;
	/** Token signals that are looked up by the token itself. */
	readonly byToken?: Readonly<Record<string, ArrayLike<number>>>;
	/** Signals that are graphs of primitives. */
	readonly expressions?: Readonly<Record<string, Node>>;
}
