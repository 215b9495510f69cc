import type { openSpec } from "../spec/registries";
import type { RunEvent } from "./events";
import type { TrainingExecutor, TrainingPlan } from "./executor";
import { Run, type RunHost } from "./run";
import { TapedExecutor, type TapedStep } from "./tapedExecutor";

export interface TapeOptions {
	createExecutor(plan: TrainingPlan): Promise<TrainingExecutor>;
	readonly host: RunHost;
}

/**
 * Trains to the end.
 * @returns what the run told, and by rising step the rollouts of some steps with the parameters that sampled them.
 * @throws whatever a failed run threw.
 */
export async function tapeRun(
	{ spec, task }: Pick<ReturnType<typeof openSpec>, "spec" | "task">,
	steps: ReadonlySet<number>,
	options: TapeOptions,
): Promise<{ readonly events: readonly RunEvent[]; readonly tape: readonly TapedStep[] }> {
	const events: RunEvent[] = [];
	let taped: TapedExecutor | null = null;
	const createExecutor = async (plan: TrainingPlan) => {
		taped = new TapedExecutor(await options.createExecutor(plan), steps);
		return taped;
	};
	const run = new Run({ spec, task, createExecutor, onEvent: (event) => void events.push(event), host: options.host });
	const outcome = await run.execute();
	if (outcome.reason !== "done" || taped === null) throw outcome.error;
	return { events, tape: await (taped as TapedExecutor).tape() };
}
