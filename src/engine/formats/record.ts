/**
 * One rollout as one JSON object, schema `ascribe.rollout/1`: what files hold and importers return. Arrays over tokens
 * count from the first token after the prompt; null inside them means "not known", never zero. Unknown fields are kept.
 */
export interface RolloutRecord {
	readonly schema: "ascribe.rollout/1";
	readonly id: string;
	/** Rollouts of one prompt within a step; absent: equal prompts of a step form a group. */
	readonly group?: string;
	readonly step?: number;
	readonly prompt?: readonly number[] | string;
	/** Token ids, or strings where the source has no ids. */
	readonly tokens: readonly number[] | readonly string[];
	/** 1 = written by the policy and counted; absent: all ones. */
	readonly mask?: readonly number[];
	readonly logprobs?: NumberRow;
	readonly ref_logprobs?: NumberRow;
	readonly values?: NumberRow;
	readonly entropy?: NumberRow;
	/** Reward paid after each token; sums to `reward`. */
	readonly rewards?: NumberRow;
	/** null: the source wrote one that is no finite number. Absent: it wrote none. */
	readonly reward?: number | null;
	readonly success?: boolean;
	readonly done?: "end" | "limit";
	readonly turns?: readonly TurnRecord[];
	readonly steps?: readonly StepRecord[];
	/** What was said, where tokens are ids without text; the prompt's messages have the empty span at 0. */
	readonly messages?: readonly MessageRecord[];
	readonly parent?: { readonly id: string; readonly at: number };
	readonly signals?: Readonly<Record<string, NumberRow>>;
	/** Printable text of each token. */
	readonly text?: readonly string[];
	readonly budget?: number;
	/** Named parts of the reward. */
	readonly dims?: Readonly<Record<string, number>>;
	readonly bootstrap?: number;
	/** Credit that the source itself computed, by method. */
	readonly advantages?: Readonly<Record<string, NumberRow>>;
	readonly [unknown: string]: unknown;
}

/** Names by which a turn's actor is the policy. */
const POLICY = new Set(["policy", "assistant", "agent", "model"]);

/** Whether the policy wrote a turn; one without an actor is its own. */
export const isPolicy = (actor: string | undefined): boolean => actor === undefined || POLICY.has(actor);

export type NumberRow = readonly (number | null)[];

export interface TurnRecord {
	readonly start: number;
	readonly end: number;
	readonly actor: string;
	readonly state_key?: string;
	readonly reward?: number | null;
}

export interface MessageRecord {
	readonly start: number;
	readonly end: number;
	readonly role: string;
	readonly content: string;
	readonly reasoning?: string;
	/** Tool calls, as `name(arguments)`. */
	readonly calls?: readonly string[];
}

export interface StepRecord {
	readonly start: number;
	readonly end: number;
	readonly reward?: number | null;
	readonly label?: number;
	readonly votes?: readonly number[];
}
