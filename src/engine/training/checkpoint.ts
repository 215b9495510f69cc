import type { TrainState } from "./executor";

/** All that a run needs to go on: everything else follows from its spec, since randomness is keyed by the step. */
export interface Checkpoint {
	/** Training steps done. */
	readonly step: number;
	readonly state: TrainState;
	/** Parameters of the frozen reference policy; null where the plan keeps none. */
	readonly reference: Float32Array | null;
}

/** A state to start from: these parameters, moments at zero, no steps taken. */
export function freshState(parameters: Float32Array): TrainState {
	return {
		parameters,
		firstMoment: new Float32Array(parameters.length),
		secondMoment: new Float32Array(parameters.length),
		step: 0,
	};
}
