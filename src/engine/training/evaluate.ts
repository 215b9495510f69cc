import type { Outcomes, TrainingExecutor } from "./executor";
import type { Requests } from "./requests";

export interface Evaluation {
	/** Share of successful rollouts. */
	readonly success: number;
	readonly meanReturn: number;
	readonly rollouts: number;
}

/**
 * Enqueues the rollouts that measure the present parameters; work enqueued later does not change what they measure.
 * @param step keys the random numbers: training step, or `WARM_STEP_KEY` + supervised step.
 */
export async function evaluate(
	executor: TrainingExecutor,
	requests: Requests,
	step: number,
	groupSize: number,
): Promise<Evaluation> {
	const batches = requests.evaluation(step).map(({ request, counted }) => {
		executor.rollout(request);
		return { outcomes: executor.readOutcomes(), rollouts: counted * groupSize };
	});
	let success = 0;
	let total = 0;
	let rollouts = 0;
	const read: Outcomes[] = await Promise.all(batches.map((batch) => batch.outcomes));
	for (const [i, batch] of batches.entries()) {
		const outcomes = read[i]!;
		for (let b = 0; b < batch.rollouts; b++) {
			success += outcomes.success[b]!;
			total += outcomes.returns[b]!;
		}
		rollouts += batch.rollouts;
	}
	return { success: success / rollouts, meanReturn: total / rollouts, rollouts };
}
