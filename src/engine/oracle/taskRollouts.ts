import { Rng } from "../core/rng";
import type { RolloutRecord } from "../formats/record";
import type { Task } from "../tasks/task";
import { play } from "../tasks/walk";
import { askOracle } from "./oracle";
import { sampleResponse } from "./sampleResponse";
import { skilledPolicy } from "./taskMeasures";
import type { Truth } from "./truth";

export interface TaskRolloutsOptions {
	/** Probability of a best token in `skilledPolicy`. */
	readonly skill: number;
	readonly prompts: number;
	readonly groupSize: number;
	readonly seed: number;
}

/**
 * Rollouts of a task by the policy that knows the state and writes a best token with probability `skill`, with the exact value of every
 * prefix and the exact advantage of every token, by dynamic programming over states. The first prompts of the training split, fewer where
 * there are fewer; numbers to nine digits.
 */
export async function taskRollouts(task: Task, options: TaskRolloutsOptions): Promise<RolloutRecord[]> {
	const { skill, prompts, groupSize, seed } = options;
	const policy = skilledPolicy(task, skill);
	const records: RolloutRecord[] = [];
	for (let p = 0; p < Math.min(prompts, task.promptCount); p++) {
		const item = task.item("train", p);
		const rng = Rng.of(seed).fork("task rollouts").fork(p);
		const responses: number[][] = [];
		for (let r = 0; r < groupSize; r++) responses.push(await sampleResponse(task, item, policy, rng.fork(r)));
		const truths = await askOracle("dp", { task, item, responses, policy });
		truths.forEach((truth, r) => {
			const { rewards, total } = play(task.env, item, truth.tokens);
			records.push({
				schema: "ascribe.rollout/1",
				id: `p${p}/${r}`,
				group: `p${p}`,
				prompt: item.prompt,
				...columnsOf(truth),
				rewards: rewards.map(digits),
				reward: digits(total),
				success: task.success(item, truth.tokens, total),
				done: "end",
				text: truth.tokens.map((token) => task.vocab.tokens[token]!),
			});
		});
	}
	return records;
}

function columnsOf({ tokens, mask, V, advantage, probabilities }: Truth) {
	const logprobs = tokens.map((token, t) => digits(mask[t] ? Math.log(probabilities[t]![token]!) : 0));
	return {
		tokens,
		mask: [...mask],
		logprobs,
		values: tokens.map((_, t) => digits(V[t]!)),
		advantages: { exact: [...advantage].map(digits) },
	};
}

/** Minus zero is written as zero. */
const digits = (x: number) => Number(x.toPrecision(9)) + 0;
