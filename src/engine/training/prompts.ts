import { Rng } from "../core/rng";
import type { ExperimentSpec } from "../spec/experiment";
import type { Task, TaskItem } from "../tasks/task";

/** Largest number of training prompts that a run draws from; tasks with fewer use them all. */
const POOL_LIMIT = 4096;

/** The prompts of a run: those it trains on and those it is measured on (other ones, where the task has disjoint splits). */
export interface PromptPool {
	readonly train: readonly TaskItem[];
	readonly evaluation: readonly TaskItem[];
}

/** The pool of an experiment: the first items of the training and the validation split. Independent of the seed. */
export function promptPool(task: Task, spec: ExperimentSpec): PromptPool {
	const count = Math.min(task.promptCount, POOL_LIMIT);
	const items = (split: "train" | "val", n: number) => Array.from({ length: n }, (_, i) => task.item(split, i));
	return { train: items("train", count), evaluation: items("val", spec.evaluation.prompts) };
}

/** The item of a pool that has exactly this prompt; undefined for a prompt from elsewhere. */
export function findItem({ train, evaluation }: PromptPool, prompt: ArrayLike<number>): TaskItem | undefined {
	const same = (item: TaskItem) =>
		item.prompt.length === prompt.length && item.prompt.every((id, t) => id === prompt[t]);
	return train.find(same) ?? evaluation.find(same);
}

/**
 * Indices into the training pool of `count` prompts of one step: a pure function of (seed, purpose, step).
 * @param after how many of the step come before them.
 */
export function drawPrompts(
	seed: number,
	purpose: string,
	step: number,
	poolSize: number,
	count: number,
	after = 0,
): number[] {
	const rng = Rng.of(seed).fork(purpose).fork(step);
	return Array.from({ length: after + count }, () => rng.integer(poolSize)).slice(after);
}
