import { Cancelled } from "../engine/core/errors";
import type { RolloutBatch } from "../engine/rollouts/batch";
import type { TaskSource } from "../engine/signals/sources";
import { BatchPolicy } from "./batchPolicy";
import { breathe } from "./breathe";
import type { TracePolicy } from "./labApi";
import { openedTask } from "./openedTask";

/** Longest time without letting messages in. */
const BREATHE_MS = 30;

/** Policies of batches: the latest is kept, so that methods and questions about the same rollouts share the passes over them. */
export class BatchPolicies {
	private latest: {
		readonly parameters: Float32Array;
		readonly batch: RolloutBatch;
		readonly temperature: number;
		readonly policy: BatchPolicy;
	} | null = null;

	/**
	 * @param goesOn asked now and then.
	 * @throws Cancelled once nobody wants it any more; InvalidInput where the model cannot read the rollouts.
	 */
	async of(
		{ spec, parameters }: TracePolicy,
		batch: RolloutBatch,
		task: TaskSource | undefined,
		goesOn: () => boolean = () => true,
	): Promise<BatchPolicy> {
		const { temperature } = spec.rollout;
		const known = this.latest;
		if (
			known &&
			known.temperature === temperature &&
			alike(known.parameters, parameters) &&
			sameRollouts(known.batch, batch)
		)
			return known.policy;
		const { model } = openedTask(spec);
		let at = performance.now();
		const scorer = { model, parameters: Float64Array.from(parameters), temperature, task };
		const policy = await BatchPolicy.of(scorer, batch, async () => {
			if (performance.now() - at >= BREATHE_MS) {
				await breathe();
				at = performance.now();
			}
			if (!goesOn()) throw new Cancelled();
		});
		this.latest = { parameters, batch, temperature, policy };
		return policy;
	}
}

/** A batch is another object each time it comes from the page. */
const sameRollouts = (a: RolloutBatch, b: RolloutBatch): boolean =>
	a.T === b.T &&
	alike(a.lengths, b.lengths) &&
	alike(a.tokens, b.tokens) &&
	alike(a.actionMask, b.actionMask) &&
	alike(a.promptOffsets, b.promptOffsets) &&
	alike(a.promptTokens, b.promptTokens);

function alike(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
	if (a.length !== b.length) return false;
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
	return true;
}
