import { InvalidInput } from "../engine/core/errors";
import { initParameters, toFloat32 } from "../engine/model/parameters";
import { freshState } from "../engine/training/checkpoint";
import type { RolloutRequest, TrainingExecutor, TrainingPlan } from "../engine/training/executor";
import { GpuExecutor } from "../gpu/gpuExecutor";

/**
 * Trains one step from the initial parameters and tells the time of each kernel, the longest first; the executor's state is of no
 * use afterwards.
 * @throws InvalidInput for executors other than the GPU's.
 */
export async function tellProfile(
	executor: TrainingExecutor,
	plan: TrainingPlan,
	request: RolloutRequest,
	note: (text: string) => void,
): Promise<void> {
	if (!(executor instanceof GpuExecutor)) throw new InvalidInput("--profile times kernels; it needs --backend gpu.");
	executor.upload(freshState(toFloat32(initParameters(plan.model, plan.seed))));
	executor.freezeReference();
	executor.rollout(request);
	const times = await executor.profile();
	const total = times.reduce((sum, { ms }) => sum + ms, 0);
	note(`ascribe: a training step on ${executor.label.adapter}, each kernel in a pass of its own`);
	for (const { kernel, dispatches, ms } of times)
		note(
			`${kernel.padEnd(28)} ${String(dispatches).padStart(4)} × ${ms.toFixed(3).padStart(10)} ms ${((100 * ms) / total).toFixed(1).padStart(5)} %`,
		);
}
