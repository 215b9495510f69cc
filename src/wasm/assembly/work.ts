// The pieces of work that threads share. A piece touches nothing that another piece of the same kind touches.
import { rolloutRange } from "./decode";
import { slot, usePolicy } from "./plan";
import { Slot } from "./slots";
import { backwardChunk, forwardChunk } from "./transformer";

/** Forward pass of one chunk; backward pass of the chunks of one lane, in order; rollouts of one part of the prompts. */
export const FORWARD = 0;
export const BACKWARD = 1;
export const ROLLOUT = 2;

/**
 * Does piece `index` of `count` with the policy given.
 * @param items sequences of the block, or prompts of the request. @param chunk sequences in a chunk.
 */
export function work(
	kind: i32, index: i32, count: i32, flat: usize, packed: usize, items: i32, chunk: i32,
): void {
	usePolicy(flat, packed);
	if (kind == FORWARD) return forwardChunk(index * chunk, min(items, (index + 1) * chunk));
	if (kind == BACKWARD) return backwardLane(index, count, items, chunk);
	const group: i32 = slot(Slot.groupSize);
	rolloutRange((index * items) / count * group, ((index + 1) * items) / count * group);
}

/** Gradient of lane `lane` of `lanes`: zero, then its chunks added one after the other. */
function backwardLane(lane: i32, lanes: i32, sequences: i32, chunk: i32): void {
	const bytes: usize = slot(Slot.flatBytes);
	memory.fill(slot(Slot.gradients) + <usize>lane * bytes, 0, bytes);
	const chunks = (sequences + chunk - 1) / chunk;
	for (let c = 0; c < chunks; c++)
		if ((c * lanes) / chunks == lane) backwardChunk(c * chunk, min(sequences, (c + 1) * chunk), lane);
}
