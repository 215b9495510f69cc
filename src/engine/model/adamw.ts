import type { OptimizerPlan } from "../training/executor";
import type { ParameterLayout } from "./config";

/**
 * Learning rate of optimiser step `step`, counted from 0: the peak times (step + 1) / warmupSteps while warming up, then
 * f + (1 − f)·½(1 + cos(π·u)), u = (step − warmupSteps) / decaySteps up to 1, f = finalFraction; constant when decaySteps is 0.
 *
 * **Source** Loshchilov & Hutter 2017, "SGDR", https://arxiv.org/abs/1608.03983, eq. 5, one period.
 */
export function learningRateAt(
	plan: Pick<OptimizerPlan, "learningRate" | "warmupSteps" | "decaySteps" | "finalFraction">,
	step: number,
): number {
	const { learningRate, warmupSteps, decaySteps, finalFraction } = plan;
	if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
	if (decaySteps === 0) return learningRate;
	const u = Math.min(1, (step - warmupSteps) / decaySteps);
	return learningRate * (finalFraction + (1 - finalFraction) * 0.5 * (1 + Math.cos(Math.PI * u)));
}

/** Optimiser state in float64; flat buffers in the parameter layout. */
export interface AdamState {
	readonly firstMoment: Float64Array;
	readonly secondMoment: Float64Array;
	/** Steps taken. */
	step: number;
}

/** Moments at zero for a flat buffer of `size` parameters, no steps taken. */
export function createAdamState(size: number): AdamState {
	return { firstMoment: new Float64Array(size), secondMoment: new Float64Array(size), step: 0 };
}

/** ‖g‖₂ over all parameters. */
export function gradientNorm(gradients: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < gradients.length; i++) sum += gradients[i]! * gradients[i]!;
	return Math.sqrt(sum);
}

/** Factor that brings a gradient of this norm down to `clipNorm`; 1 below it and when `clipNorm` is 0. */
export function clipScale(norm: number, clipNorm: number): number {
	return clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
}

/**
 * One AdamW step in place, with step t = state.step + 1 and g the clipped gradient:
 * m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², θ ← θ − lr·λ·θ (matrices only) − lr · (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + eps).
 *
 * **Edges** a gradient whose norm is not finite changes nothing, the step count included.
 * @returns the norm before clipping.
 * **Source** Loshchilov & Hutter 2019, https://arxiv.org/abs/1711.05101, algorithm 2, with decay times the learning rate as in PyTorch.
 */
export function adamwStep(
	layout: ParameterLayout,
	parameters: Float64Array,
	gradients: Float64Array,
	state: AdamState,
	plan: OptimizerPlan,
	learningRate: number,
): number {
	const norm = gradientNorm(gradients);
	if (!Number.isFinite(norm)) return norm;
	const scale = clipScale(norm, plan.clipNorm);
	state.step++;
	const { firstMoment: m, secondMoment: v } = state;
	const { beta1, beta2, eps } = plan;
	const correction1 = 1 - beta1 ** state.step;
	const correction2 = 1 - beta2 ** state.step;
	for (const { offset, length, decay } of layout.tensors) {
		const keep = decay ? 1 - learningRate * plan.weightDecay : 1;
		for (let i = offset; i < offset + length; i++) {
			const g = gradients[i]! * scale;
			m[i] = beta1 * m[i]! + (1 - beta1) * g;
			v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
			const update = m[i]! / correction1 / (Math.sqrt(v[i]! / correction2) + eps);
			parameters[i] = parameters[i]! * keep - learningRate * update;
		}
	}
	return norm;
}
