import type { TrainingPlan } from "../../engine/training/executor";

/** Longest time that one submit may be predicted to take, ms: pause stays prompt and no watchdog ends the device. */
const LONGEST_SUBMIT_MS = 100;

/** As in `rolloutChoice.ts`: software measured on SwiftShader with two cores, hardware a guess at a weak integrated GPU. */
const RATES = {
	software: { perMs: 4e6, dispatchMs: 0.015 },
	hardware: { perMs: 500e6, dispatchMs: 0.006 },
} as const;

/** Predicted time on the GPU of one training step of so many dispatches, ms. */
export function predictTrainMs(plan: TrainingPlan, dispatches: number, software: boolean): number {
	const { layers, width: d, vocabSize } = plan.model;
	const N = plan.maxPromptLength + plan.maxResponseLength;
	const rows = plan.prompts * plan.groupSize * N;
	const forward = rows * (2 * (12 * layers * d * d + d * vocabSize) + 4 * layers * d * N);
	// Backward costs two forward passes, the reference one.
	const passes = 3 * plan.epochs + (plan.reference ? 1 : 0);
	const { perMs, dispatchMs } = software ? RATES.software : RATES.hardware;
	return (passes * forward) / perMs + dispatches * dispatchMs;
}

/**
 * Submits of a training step, from the class of the adapter and the shape alone.
 * @param split false keeps every step in one submit, however long.
 */
export function trainSubmits(plan: TrainingPlan, dispatches: number, software: boolean, split: boolean): number {
	return split ? Math.ceil(predictTrainMs(plan, dispatches, software) / LONGEST_SUBMIT_MS) : 1;
}
