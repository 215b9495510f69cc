import type { RolloutBatch } from "../rollouts/batch";
import type { Task, TaskItem } from "../tasks/task";
import type { AttentionMap } from "./attention";

/** What a provider may read beyond the batch. */
export interface Sources {
	readonly task?: TaskSource;
	readonly policy?: PolicySource;
	/** While training: what providers kept of the batches before. */
	readonly memory?: SignalMemory;
}

/** A number for each provider that keeps one, by id; empty before the first batch. Part of a checkpoint. */
export type SignalMemory = Readonly<Record<string, number>>;

/** The task that the rollouts come from. */
export interface TaskSource {
	readonly task: Task;
	/** The item whose prompt rollout b has; undefined where it is none of the task's. */
	itemOf(batch: RolloutBatch, b: number): TaskItem | undefined;
}

/** The policy that wrote the batch at hand, with its machine states. */
export interface PolicySource {
	/** log p of the response tokens where the policy acted, else 0 `[B·T]`, nats; the parameters of now, or the frozen reference. */
	logProbs(by: "policy" | "reference"): Float64Array;
	/** Entropy of the distributions that they were drawn from `[B·T]`, nats. */
	entropy(): Float64Array;
	/** Attention of every rollout over its prompt and response. */
	attention(): readonly RolloutAttention[];
	/** Samples on from prefixes of the batch; absent where nobody does. */
	branch?(request: BranchRequest): Branches;
}

/** Attention of one rollout: maps of N = promptLength + length tokens, by layer, then head. */
export interface RolloutAttention {
	readonly N: number;
	readonly promptLength: number;
	readonly layers: readonly (readonly AttentionMap[])[];
}

/** Continue a rollout of the batch from before its token `at`. */
export interface BranchPoint {
	readonly rollout: number;
	readonly at: number;
	/** Tokens that stand after the prefix without being drawn: possible ones of whoever acts there. */
	readonly then?: readonly number[];
}

export interface BranchRequest {
	readonly points: readonly BranchPoint[];
	/** Continuations of each point. */
	readonly children: number;
	/** Follow the most likely token instead of sampling. */
	readonly greedy: boolean;
}

/** Continuations: child c of point i is entry `i·children + c`. */
export interface Branches {
	/** What each earned after its prefix, tokens that stand there without being drawn included. */
	readonly returns: Float64Array;
	readonly success: Uint8Array;
	/** Tokens drawn, environment replies included, all together. */
	readonly tokens: number;
}
