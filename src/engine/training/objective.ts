import { creditOf } from "../credit/run";
import { lossConfig } from "../losses/registry";
import { surrogate } from "../losses/surrogate";
import type { Objective } from "./cpuExecutor";
import type { TrainingPlan } from "./executor";

/** The plan's method and loss, in float64. @throws InvalidInput when either is unknown. */
export function objectiveOf({ method, loss, maxResponseLength }: TrainingPlan): Objective {
	const config = lossConfig(loss.id, loss.params, maxResponseLength);
	return {
		credit: (batch) => creditOf(method.id, method.params, batch),
		loss: (input) => surrogate(config, input),
	};
}
