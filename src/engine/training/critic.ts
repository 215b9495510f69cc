import { gae } from "../credit/methods/gae";
import { creditBy } from "../credit/run";
import type { RolloutBatch } from "../rollouts/batch";
import type { CriticPlan } from "./executor";

/**
 * What the value head should say before each token: λ-returns, GAE(γ, λ) + V with the values of sampling time `[B·T]`. λ = 1 is the
 * return that followed.
 */
export function valueTargets(batch: RolloutBatch, { discount, lambda }: CriticPlan): Float64Array {
	const { advantage } = creditBy(gae, { discount, lambda }, batch);
	return advantage.map((a, i) => (batch.actionMask[i] ? a + batch.values![i]! : 0));
}

/** coef · mean of ½(V − target)² and its gradient in V `[n]`. */
export function valueLoss(values: Float64Array, targets: Float64Array, coef: number) {
	const n = values.length;
	const error = values.map((v, i) => v - targets[i]!);
	return {
		loss: n === 0 ? 0 : error.reduce((sum, e) => sum + e * e, 0) / (2 * n),
		dvalues: error.map((e) => (coef * e) / n),
	};
}
