import { WorkFailed } from "../core/errors";
import type { ExperimentSpec } from "../spec/experiment";
import type { Task } from "../tasks/task";
import { demonstrationBatch } from "./demonstrations";
import { evaluate } from "./evaluate";
import type { RunEvent } from "./events";
import type { StepMetrics, TrainingExecutor, TrainingPlan } from "./executor";
import type { PromptPool } from "./prompts";
import { type Requests, WARM_STEP_KEY } from "./requests";

/** Supervised steps between two measurements of success. */
const MEASURE_EVERY = 10;
const QUEUED_STEPS = 2;

export interface WarmStartScene {
	readonly plan: TrainingPlan;
	readonly task: Task;
	readonly pool: PromptPool;
	readonly requests: Requests;
	readonly executor: TrainingExecutor;
	emit(event: RunEvent): void;
	/** Asked before each step; waits while the run is paused. @throws Cancelled */
	proceed(): Promise<void>;
}

/**
 * Supervised steps on demonstrations until the sampled success rate first reaches `goal.success`, measured every ten steps
 * on the evaluation prompts. A success rate, not a step count: 40 and 60 steps can be worlds apart.
 * @returns supervised steps taken.
 * @throws WorkFailed when `goal.maxSteps` do not suffice.
 */
export async function warmStart(
	scene: WarmStartScene,
	goal: NonNullable<ExperimentSpec["warmStart"]>,
): Promise<number> {
	const { plan, task, pool, requests, executor, emit } = scene;
	let best = 0;
	for (let step = 0; ; step++) {
		await scene.proceed();
		let success: number | null = null;
		if (step % MEASURE_EVERY === 0 || step === goal.maxSteps) {
			success = (await evaluate(executor, requests, WARM_STEP_KEY + step, plan.groupSize)).success;
			best = Math.max(best, success);
			const note = `success ${success.toFixed(2)} of ${goal.success}`;
			emit({ type: "phase", phase: "warm-start", done: step, total: goal.maxSteps, note });
		}
		const loss = report(await executor.metrics(success === null ? QUEUED_STEPS : 0));
		if (success !== null) emit({ type: "warm", step, loss, success });
		if (success !== null && success >= goal.success) return step;
		if (step === goal.maxSteps) throw tooWeak(goal, best);
		executor.supervise(demonstrationBatch(plan, task, pool, step + 1, goal.learningRate));
	}
}

/** The latest loss among finished steps, NaN if none finished. */
function report(metrics: readonly StepMetrics[]): number {
	for (const { step, finite, stage } of metrics)
		if (!finite)
			throw new WorkFailed(
				"not-finite",
				`Warm start, step ${step}: a number${stage ? ` in ${stage}` : ""} is not finite; a smaller learning rate usually helps.`,
			);
	return metrics.at(-1)?.loss ?? Number.NaN;
}

function tooWeak({ maxSteps, success }: { maxSteps: number; success: number }, best: number): WorkFailed {
	return new WorkFailed(
		"warm-start",
		`After ${maxSteps} supervised steps the policy succeeds in ${best.toFixed(2)} of rollouts at best, not in ${success}; allow more steps or ask for less.`,
	);
}
