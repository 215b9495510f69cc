import type { Rng } from "../core/rng";
import type { RolloutBatch } from "../rollouts/batch";
import type { Task, TaskItem } from "../tasks/task";
import type { Policy } from "./policy";
import { sampleOn } from "./sampleResponse";

export interface ValueQuestion {
	readonly task: Task;
	readonly batch: RolloutBatch;
	readonly policy: Policy;
	/** Where the batch's prompts come from. */
	readonly items: readonly TaskItem[];
	/** Continuations of each prefix. */
	readonly samples: number;
	readonly rng: Rng;
}

/**
 * Values of every prefix as a method without a critic learns them: the mean return of `samples` fresh continuations.
 * **Shapes** `[B·T]`, V of the prefix before each token, 0 in padding. **Units** of return. **Edges** rollouts of a prompt that
 * begin alike share the estimate of their common prefixes; a prefix after which the environment writes has one as well.
 * **Source** Kazemnejad et al. 2024, "VinePPO", https://arxiv.org/abs/2410.01679, with 9 continuations.
 */
export async function sampledValues(question: ValueQuestion): Promise<Float64Array> {
	const { batch, task, items } = question;
	const values = new Float64Array(batch.B * batch.T);
	const known = new Map<string, number>();
	for (let b = 0; b < batch.B; b++) {
		const prompt = batch.promptTokens.subarray(batch.promptOffsets[b], batch.promptOffsets[b + 1]).join();
		const item = items.find((candidate) => candidate.prompt.join() === prompt)!;
		const response = [...batch.tokens.subarray(b * batch.T, b * batch.T + batch.lengths[b]!)];
		let state = task.env.start(item);
		for (const [t, token] of response.entries()) {
			const key = `${prompt};${response.slice(0, t).join()}`;
			const value = known.get(key) ?? (await meanReturn(question, item, response.slice(0, t), state));
			known.set(key, value);
			values[b * batch.T + t] = value;
			state = task.env.step(state, token).state;
		}
	}
	return values;
}

async function meanReturn(question: ValueQuestion, item: TaskItem, prefix: readonly number[], state: unknown) {
	const { task, policy, rng, samples } = question;
	let total = 0;
	for (let k = 0; k < samples; k++) total += (await sampleOn(task, item, policy, rng, prefix, state)).earned;
	return total / samples;
}
