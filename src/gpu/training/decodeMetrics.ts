import type { StepMetrics, SupervisedBatch, TrainingPlan } from "../../engine/training/executor";
import { emptyMetrics, meanOfMetrics, type UpdateMetrics } from "../../engine/training/stepMetrics";
import { STEP, UPDATE } from "../loss/block";

/** Metrics of a training step, from a copy of the loss's metrics buffer. */
export function decodeMetrics(
	{ prompts, groupSize, critic }: TrainingPlan,
	step: number,
	words: Uint32Array<ArrayBuffer>,
	learningRates: readonly number[],
): StepMetrics {
	const told = new Float32Array(words.buffer, words.byteOffset, words.length);
	const B = prompts * groupSize;
	const tokens = told[STEP.tokens]!;
	const numbers = {
		meanReturn: told[STEP.returns]! / B,
		success: told[STEP.success]! / B,
		entropy: tokens > 0 ? told[STEP.entropy]! / tokens : 0,
		meanLength: told[STEP.lengths]! / B,
		deadGroups: (told[STEP.deadGroups]! * groupSize) / B,
		tokens: told[STEP.sampled]!,
	};
	return meanOfMetrics(
		step,
		numbers,
		learningRates.map((rate, u) => updateOf(words, told, u, rate, critic !== undefined)),
	);
}

/** Metrics of a supervised step. */
export function decodeSupervised(
	{ step, learningRate }: SupervisedBatch,
	words: Uint32Array<ArrayBuffer>,
): StepMetrics {
	const told = new Float32Array(words.buffer, words.byteOffset, words.length);
	const { loss, gradientNorm, ...verdict } = updateOf(words, told, 0, learningRate, false);
	return {
		...emptyMetrics(step),
		loss,
		gradientNorm,
		learningRate,
		finite: verdict.finite,
		...(verdict.stage ? { stage: verdict.stage } : {}),
	};
}

function updateOf(
	words: Uint32Array,
	told: Float32Array,
	u: number,
	learningRate: number,
	critic: boolean,
): UpdateMetrics {
	const at = STEP.length + u * UPDATE.length;
	const tokens = told[at + UPDATE.tokens]!;
	const share = (sum: number) => (tokens > 0 ? sum / tokens : 0);
	const finite = words[at + UPDATE.finite] === 1;
	const loss = told[at + UPDATE.loss]!;
	const isLoss = told[at + UPDATE.broken]! > 0 || !Number.isFinite(loss);
	return {
		loss,
		learningRate,
		gradientNorm: told[at + UPDATE.gradientNorm]!,
		clipFraction: share(told[at + UPDATE.clipped]!),
		klBehaviour: share(told[at + UPDATE.klBehaviour]!),
		klReference: share(told[at + UPDATE.klReference]!),
		...(critic ? { valueLoss: share(told[at + UPDATE.valueLoss]!) } : {}),
		finite,
		...(finite ? {} : { stage: isLoss ? "loss" : "gradient" }),
	};
}
