import { Rng } from "../core/rng";
import type { Split, TaskItem } from "./task";

const SHARES: readonly [Split, number][] = [
	["train", 8],
	["val", 9],
	["test", 10],
];

/** Number of prompts from which the splits of a task are kept apart. */
export const MANY_PROMPTS = 10_000;

/** The split that a prompt belongs to, by the hash of its canonical text: 80 % train, 10 % val, 10 % test. */
function splitOf(task: string, id: string): Split {
	const tenth = Rng.of(0).fork(task).fork("split").fork(id).integer(10);
	return (SHARES.find(([, below]) => tenth < below) as [Split, number])[0];
}

/**
 * Item `index` of a split of a task with many prompts: drawn until one falls into the split, so splits never share a prompt.
 * A pure function of (task, split, index) and of what `draw` makes of its generator.
 */
export function drawnItem(task: string, split: Split, index: number, draw: (rng: Rng) => TaskItem): TaskItem {
	const rng = Rng.of(0).fork(task).fork(split).fork(index);
	for (;;) {
		const item = draw(rng);
		if (splitOf(task, item.id) === split) return item;
	}
}

/** A fixed shuffled order of `count` prompts, so that the first few of a task with few prompts are a fair sample. */
export function promptOrder(task: string, count: number): readonly number[] {
	return Rng.of(0)
		.fork(task)
		.fork("order")
		.shuffle(Array.from({ length: count }, (_, i) => i));
}
