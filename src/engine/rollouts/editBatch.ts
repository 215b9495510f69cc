import type { RolloutBatch, SpanTable } from "./batch";

/** A change by hand to one token of a batch. */
export interface TokenEdit {
	readonly rollout: number;
	readonly token: number;
	/** What is paid after the token, in place of what was. */
	readonly reward?: number;
	/** The annotated reward of the step that holds the token: what process-reward methods read. It is not part of the return. */
	readonly stepReward?: number;
}

/** Index of the step that holds a token, in the table of all rollouts; −1 where none does. */
export function stepOf(steps: SpanTable | undefined, rollout: number, token: number): number {
	if (!steps) return -1;
	for (let s = steps.offsets[rollout]!; s < steps.offsets[rollout + 1]!; s++)
		if (steps.start[s]! <= token && token < steps.end[s]!) return s;
	return -1;
}

/** The batch with one token paid otherwise, or its step annotated otherwise; the return follows the rewards. The old batch stays. */
export function editBatch(batch: RolloutBatch, { rollout, token, reward, stepReward }: TokenEdit): RolloutBatch {
	const s = stepOf(batch.steps, rollout, token);
	const i = rollout * batch.T + token;
	const gain = reward === undefined ? 0 : reward - batch.rewards[i]!;
	const steps = batch.steps && s >= 0 ? editStep(batch.steps, s, gain, stepReward) : batch.steps;
	return {
		...batch,
		rewards: replaced(batch.rewards, i, batch.rewards[i]! + gain),
		returns: replaced(batch.returns, rollout, batch.returns[rollout]! + gain),
		...(steps ? { steps } : {}),
	};
}

function editStep(steps: SpanTable, s: number, gain: number, stepReward: number | undefined): SpanTable {
	const { reward } = steps;
	if (stepReward !== undefined)
		return {
			...steps,
			reward: replaced(reward ?? new Float64Array(steps.start.length).fill(Number.NaN), s, stepReward),
		};
	return reward ? { ...steps, reward: replaced(reward, s, reward[s]! + gain) } : steps;
}

function replaced(values: Float64Array, i: number, value: number): Float64Array {
	const out = values.slice();
	out[i] = value;
	return out;
}
