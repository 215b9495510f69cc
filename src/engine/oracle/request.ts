import type { Task, TaskItem } from "../tasks/task";
import type { Policy } from "./policy";

/** One prompt, the responses to be valued, and how. */
export interface OracleRequest {
	readonly task: Task;
	readonly item: TaskItem;
	/** Response tokens, environment replies included. */
	readonly responses: readonly (readonly number[])[];
	readonly policy: Policy;
	/** bestfirst: width of the interval at which it stops, in units of return. */
	readonly tolerance: number;
	/** enumerate, bestfirst and dp: prefixes or states that the policy is asked about at most. */
	readonly maxPrefixes: number;
	/** montecarlo: continuations of every token that can come. */
	readonly samples: number;
	readonly seed: number;
}

/** Told between batches: what is done, and what is known to be left. */
export interface Step {
	readonly prefixes: number;
	readonly open: number;
}

export const ORACLE_DEFAULTS = { tolerance: 0.01, maxPrefixes: 200_000, samples: 64, seed: 0 } as const;
