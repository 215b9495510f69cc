import { allAlike } from "../credit/alike";
import type { RolloutBatch } from "../rollouts/batch";
import type { StepMetrics } from "./executor";

/** What one optimiser step reports. */
export type UpdateMetrics = Pick<
	StepMetrics,
	| "loss"
	| "learningRate"
	| "gradientNorm"
	| "clipFraction"
	| "klBehaviour"
	| "klReference"
	| "finite"
	| "stage"
	| "valueLoss"
>;

/** Metrics of a step that has nothing to report yet. */
export function emptyMetrics(step: number): StepMetrics {
	return {
		step,
		loss: 0,
		meanReturn: 0,
		success: 0,
		entropy: 0,
		klBehaviour: 0,
		klReference: 0,
		gradientNorm: 0,
		clipFraction: 0,
		meanLength: 0,
		deadGroups: 0,
		tokens: 0,
		learningRate: 0,
		finite: true,
	};
}

/** What a step's rollouts say, whatever was learned from them. */
export type BatchNumbers = Pick<
	StepMetrics,
	"meanReturn" | "success" | "entropy" | "meanLength" | "deadGroups" | "tokens"
>;

/**
 * Means over the rollouts of a batch (return, success, length), mean entropy over the policy's tokens, and the share of dead groups.
 * **Shapes** groups are `groupSize` neighbouring rollouts. **Edges** entropy is 0 without a policy token.
 */
export function batchNumbers(batch: RolloutBatch, groupSize: number): BatchNumbers {
	const { B, actionMask } = batch;
	const tokens = total(actionMask);
	return {
		meanReturn: total(batch.returns) / B,
		success: total(batch.success ?? []) / B,
		entropy: tokens > 0 ? total(batch.entropy ?? []) / tokens : 0,
		meanLength: total(batch.lengths) / B,
		deadGroups: deadShare(batch.returns, groupSize),
		tokens,
	};
}

/** Metrics of a training step: its rollouts' numbers, and means over its optimiser steps (learning rate: the last one's). */
export function meanOfMetrics(step: number, numbers: BatchNumbers, updates: readonly UpdateMetrics[]): StepMetrics {
	const mean = (of: (u: UpdateMetrics) => number) => updates.reduce((sum, u) => sum + of(u), 0) / updates.length;
	const broken = updates.find((u) => !u.finite);
	return {
		step,
		...numbers,
		loss: mean((u) => u.loss),
		klBehaviour: mean((u) => u.klBehaviour),
		klReference: mean((u) => u.klReference),
		gradientNorm: mean((u) => u.gradientNorm),
		clipFraction: mean((u) => u.clipFraction),
		learningRate: updates.at(-1)?.learningRate ?? 0,
		finite: !broken,
		...(broken?.stage ? { stage: broken.stage } : {}),
		...(updates.some((u) => u.valueLoss !== undefined) ? { valueLoss: mean((u) => u.valueLoss ?? 0) } : {}),
	};
}

/** Share of groups that are dead: no more than rounding tells their returns apart. */
export function deadShare(returns: Float64Array, groupSize: number): number {
	let dead = 0;
	for (let b = 0; b < returns.length; b += groupSize) {
		const group = returns.subarray(b, b + groupSize);
		if (allAlike(group)) dead++;
	}
	return (dead * groupSize) / returns.length;
}

function total(values: ArrayLike<number>): number {
	let sum = 0;
	for (let i = 0; i < values.length; i++) sum += values[i]!;
	return sum;
}
