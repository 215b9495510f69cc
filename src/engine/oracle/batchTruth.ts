import { InvalidInput } from "../core/errors";
import type { RolloutBatch } from "../rollouts/batch";
import type { Task, TaskItem } from "../tasks/task";
import { askOracle, type OracleControl } from "./oracle";
import type { Policy } from "./policy";
import type { OracleMode } from "./truth";

/** What every token of a batch was really worth under the policy that wrote it, in the layout of the batch. */
export interface BatchTruth {
	readonly mode: OracleMode;
	/** Q(token) − V where the policy acted, 0 elsewhere `[B·T]`, units of return. */
	readonly advantage: Float64Array;
	/** V of the prefix before each token `[B·T]`, 0 in padding. */
	readonly values: Float64Array;
}

export interface BatchQuestion {
	readonly task: Task;
	readonly batch: RolloutBatch;
	readonly policy: Policy;
	readonly mode: OracleMode;
	/** Where the batch's prompts come from. */
	readonly items: readonly TaskItem[];
}

/**
 * Exact advantages and values of a whole batch, each prompt asked once for all its rollouts.
 * **Shapes** `[B·T]` as in the batch. **Units** of return, undiscounted. **Edges** groups with equal prompts share the work.
 * **Throws** InvalidInput for a prompt that is none of `items`, and whatever `askOracle` throws.
 */
export async function truthOfBatch(question: BatchQuestion, control: OracleControl = {}): Promise<BatchTruth> {
	const { task, batch, policy, mode, items } = question;
	const advantage = new Float64Array(batch.B * batch.T);
	const values = new Float64Array(batch.B * batch.T);
	for (const [prompt, rollouts] of byPrompt(batch)) {
		const item = items.find((candidate) => candidate.prompt.join() === prompt);
		if (!item) throw new InvalidInput(`No prompt of the task has the tokens ${prompt}.`);
		const responses = rollouts.map((b) => [...batch.tokens.subarray(b * batch.T, b * batch.T + batch.lengths[b]!)]);
		const truths = await askOracle(mode, { task, item, responses, policy }, control);
		for (const [i, { advantage: A, V }] of truths.entries()) {
			const from = rollouts[i]! * batch.T;
			advantage.set(A, from);
			values.set(V.subarray(0, A.length), from);
		}
	}
	return { mode, advantage, values };
}

/** Rollouts by the text of their prompt. */
function byPrompt(batch: RolloutBatch): Map<string, number[]> {
	const groups = new Map<string, number[]>();
	for (let b = 0; b < batch.B; b++) {
		const prompt = batch.promptTokens.subarray(batch.promptOffsets[b], batch.promptOffsets[b + 1]).join();
		const members = groups.get(prompt);
		if (members) members.push(b);
		else groups.set(prompt, [b]);
	}
	return groups;
}
