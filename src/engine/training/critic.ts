import { gae } from "../credit/methods/gae";
import { withRewards } from "../credit/rewards/compose";
import { creditBy } from "../credit/run";
import type { RolloutBatch } from "../rollouts/batch";
import type { CriticPlan } from "./executor";

/**
 * What the value head should say before each token: λ-returns, GAE(γ, λ) + V with the values of sampling time `[B·T]`. λ = 1 is the
 * return that followed. Where the method reads values, its discount of tokens and whether it bootstraps are those of the targets, its penalty in the
 * reward is part of them, and so is what writers of rewards pay.
 *
 * **Source** Schulman et al. 2016, https://arxiv.org/abs/1506.02438, section 6.1; the penalty as in verl (`apply_kl_penalty` before
 * `compute_gae_advantage_return`, whose returns are the targets), https://github.com/volcengine/verl.
 */
export function valueTargets(batch: RolloutBatch, critic: CriticPlan): Float64Array {
	const { advantage } = creditBy(withRewards(gae, critic.rewards ?? []), targetParams(critic), batch);
	return advantage.map((a, i) => (batch.actionMask[i] ? a + batch.values![i]! : 0));
}

/** Options of GAE whose result, V added, is what the value head learns. */
export const targetParams = ({ discount, lambda, bootstrap, klCoef, klEstimator }: CriticPlan) => ({
	discount,
	lambda,
	bootstrap,
	klCoef,
	klEstimator,
});

/** The values of one minibatch `[n]`: now, when sampled, and what they should have been. */
export interface ValueInput {
	readonly values: Float64Array;
	readonly oldValues: Float64Array;
	readonly targets: Float64Array;
}

/**
 * Mean of ½·max((V − target)², (V_c − target)²), V_c = V kept within ± clip of the value of sampling time, and coef times its gradient in V
 * `[n]`. Where the kept value is the worse one, V has no gradient. **Edges** clip 0: ½(V − target)²; no tokens: loss 0.
 *
 * **Source** Schulman et al. 2017 clip the policy; of the value see https://github.com/openai/baselines (`ppo2`) and verl's
 * `compute_value_loss`.
 */
export function valueLoss(
	{ values, oldValues, targets }: ValueInput,
	{ coef, clip }: Pick<CriticPlan, "coef" | "clip">,
) {
	const n = values.length;
	const dvalues = new Float64Array(n);
	let sum = 0;
	for (let i = 0; i < n; i++) {
		const [v, old] = [values[i]!, oldValues[i]!];
		const free = v - targets[i]!;
		const kept = Math.min(old + clip, Math.max(old - clip, v)) - targets[i]!;
		const clipped = clip > 0 && Math.abs(kept) > Math.abs(free);
		sum += clipped ? kept * kept : free * free;
		dvalues[i] = clipped ? 0 : (coef * free) / n;
	}
	return { loss: n === 0 ? 0 : sum / (2 * n), dvalues };
}
