import type { RolloutRecord } from "../record";

/** How dumps of a foreign format hold their rows. */
export type Holder = "jsonl" | "parquet" | "files" | "eval";

/**
 * Writes rollouts as another trainer's dump would hold them: for the sample files that are shipped, and for the proof that what a format
 * carries comes back from its importer as it was.
 */
export interface ForeignWriter {
	/** Id of the importer that reads it. */
	readonly importer: string;
	/** Name that such a file has in the wild. */
	readonly file: string;
	readonly holder: Holder;
	/** Whether tokens are words of text or ids. */
	readonly tokens: "words" | "ids" | "lengths";
	/** Fields of a rollout that the format carries. */
	readonly carries: readonly (keyof RolloutRecord & string)[];
	/** Rows of a dump, in the order of the rollouts. */
	rows(records: readonly RolloutRecord[]): Record<string, unknown>[];
}

/** The text of a response whose tokens are words. */
export const textOf = ({ tokens }: RolloutRecord): string => tokens.join("");

/** The one list of advantages that a record has. */
export const advantagesOf = ({ advantages }: RolloutRecord) => Object.values(advantages ?? {})[0];

/** Prompt as ids; none where it is text. */
export const promptIds = ({ prompt }: RolloutRecord): readonly number[] =>
	prompt === undefined || typeof prompt === "string" ? [] : prompt;

/** Turns of a rollout; without any, the whole response is one of the policy. */
export const turnsOf = ({ turns, tokens }: RolloutRecord) =>
	turns ?? [{ start: 0, end: tokens.length, actor: "policy" }];
