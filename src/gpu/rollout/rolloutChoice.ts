import type { TrainingPlan } from "../../engine/training/executor";
import type { RolloutOptions } from "./rolloutPlan";

/** Longest time that one submit may be predicted to take, ms: pause stays prompt and no watchdog ends the device. */
const LONGEST_SUBMIT_MS = 100;

/**
 * Floating-point operations per millisecond, and milliseconds per dispatch, that predictions go by. Software: 2 layers of width 64 and
 * 4 of width 128 both sampled at about 4 GFLOP/s on SwiftShader with two cores. Hardware: a guess at a weak integrated GPU.
 */
const RATES = {
	software: { perMs: 4e6, dispatchMs: 0.015 },
	hardware: { perMs: 500e6, dispatchMs: 0.006 },
} as const;

/** Predicted time on the GPU of one rollout batch, ms. */
export function predictRolloutMs(plan: TrainingPlan, software: boolean): number {
	const { layers, width: d, vocabSize } = plan.model;
	const B = plan.prompts * plan.groupSize;
	const N = plan.maxPromptLength + plan.maxResponseLength;
	const linear = 2 * (12 * layers * d * d + d * vocabSize);
	const attention = 4 * layers * d * (N / 2);
	const { perMs, dispatchMs } = software ? RATES.software : RATES.hardware;
	return (N * B * (linear + attention)) / perMs + N * (5 * layers + 2) * dispatchMs;
}

/**
 * Kernel variant and splits of a rollout plan, from the class of the adapter and the shape alone, so that the same plan has the same
 * bits on the same adapter.
 * @param split false keeps every batch in one submit, however long.
 */
export function chooseRolloutOptions(plan: TrainingPlan, software: boolean, split = true): RolloutOptions {
	const submits = split ? Math.ceil(predictRolloutMs(plan, software) / LONGEST_SUBMIT_MS) : 1;
	return { variant: software ? "registers" : "lanes", submits };
}
