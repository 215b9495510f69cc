import { parameterLayout } from "../model/config";
import type { ExperimentSpec } from "../spec/experiment";
import type { Task } from "../tasks/task";
import { modelOf } from "./plan";

/** What a training step takes, estimated from shapes alone. */
export interface StepCost {
	readonly parameters: number;
	/**
	 * Parameters, gradients, moments, reference policy, activations of one minibatch, keys and values of the sampler, and what is kept of
	 * the rollouts: twice where rounds fill the batch.
	 */
	readonly bytes: number;
	/** Multiplications and additions of sampling and learning. */
	readonly flops: number;
	/** Tokens that are sampled, environment replies included. */
	readonly tokens: number;
}

/** Float32 numbers a token and block keeps for the backward pass, in widths d: residuals, norms, q k v, attention, feed-forward. */
const KEPT_WIDTHS = 16;

/** Numbers that a rollout keeps of each of its tokens: token, state, mask, log-probability, entropy, reward, value, reference, target. */
export const RECORD_NUMBERS = 9;

/**
 * Memory and work of one training step: 2 floating-point operations a parameter and token forward and 4 backward, attention
 * 4·d·C a token and block, C the context. Vocabulary and context follow from the task. Rollouts are counted at full length. Where rounds
 * fill the batch, half of the groups are taken to differ.
 * **Units** bytes, operations. **Edges** epochs repeat the learning, not the sampling; minibatches divide the activations.
 * **Throws** InvalidInput when the sizes do not fit together.
 */
export function stepCost(spec: ExperimentSpec, task: Task): StepCost {
	const model = modelOf(spec, task);
	const { layers: L, width: d, heads: H, contextLength: C, vocabSize: V } = model;
	const { count, size } = parameterLayout(model);
	const { prompts, groupSize, rounds = 1 } = spec.rollout;
	const B = prompts * groupSize;
	const sampled = expectedRounds(prompts, rounds);
	const rows = B * C;
	const forward = rows * (2 * count + 4 * L * d * C);
	const activations = (rows / spec.minibatches) * (L * (KEPT_WIDTHS * d + H * C) + 2 * V);
	const keysAndValues = rows * L * 2 * d;
	// Groups of earlier rounds wait in a record like that of the rollouts.
	const records = (rounds > 1 ? 2 : 1) * B * task.maxResponseLength * RECORD_NUMBERS;
	return {
		parameters: count,
		bytes: 4 * (5 * size + activations + keysAndValues + records),
		flops: forward * (sampled + 3 * spec.epochs),
		tokens: B * task.maxResponseLength * sampled,
	};
}

/**
 * Mean number of rounds that fill a batch of n groups when each group differs with probability ½, none after the `most`-th:
 * Σ over r < most of P(fewer than n of r·n groups differ).
 */
export function expectedRounds(n: number, most: number): number {
	let sum = 0;
	for (let r = 0; r < most; r++) sum += fewerHeads(r * n, n);
	return sum;
}

/** P(fewer than k heads in m throws of a coin); the terms are multiplied up from their logarithm, which does not underflow. */
function fewerHeads(m: number, k: number): number {
	let log = -m * Math.LN2;
	let sum = 0;
	for (let i = 0; i < Math.min(k, m + 1); i++) {
		sum += Math.exp(log);
		log += Math.log((m - i) / (i + 1));
	}
	return sum;
}
