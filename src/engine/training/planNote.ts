import { MissingSignal } from "../core/errors";
import { creditorOf } from "../credit/choice";
import { creditBy } from "../credit/run";
import type { RolloutBatch } from "../rollouts/batch";
import type { ExperimentSpec } from "../spec/experiment";
import { methodOf } from "./plan";

/** Two prompts with one rollout each; one of them was paid. */
const LONERS: RolloutBatch = {
	B: 2,
	T: 1,
	tokens: new Int32Array(2),
	actionMask: Uint8Array.of(1, 1),
	lengths: Int32Array.of(1, 1),
	promptTokens: new Int32Array(2),
	promptOffsets: Int32Array.of(0, 1, 2),
	groupIds: Int32Array.of(0, 1),
	logProbs: new Float64Array(2),
	refLogProbs: new Float64Array(2),
	rewards: Float64Array.of(1, 0),
	returns: Float64Array.of(1, 0),
	truncated: new Uint8Array(2),
	signals: {},
};

/** What a person should know of an experiment that can be trained but will not learn; empty when there is nothing. */
export function planNote(spec: ExperimentSpec): string {
	if (spec.rollout.groupSize > 1 || !losesLoners(spec)) return "";
	const title = methodOf(spec)?.method.title;
	return `${title} compares rollouts of one prompt, and every group has one: all credit is 0. Raise the rollouts of a prompt.`;
}

/** Whether groups of one get nothing: the method is asked; where it reads more than rollouts, its declared traits are. */
function losesLoners(spec: ExperimentSpec): boolean {
	const known = methodOf(spec);
	if (!known) return false;
	try {
		const { advantage } = creditBy(creditorOf(spec.method), spec.method.params, LONERS);
		return advantage.every((a) => a === 0 || Number.isNaN(a));
	} catch (error) {
		if (!(error instanceof MissingSignal)) throw error;
		const { singleton } = known.params as Readonly<Record<string, unknown>>;
		return known.method.traits.zeroWhenEqual && known.method.traits.groupLocal && singleton !== "raw";
	}
}
