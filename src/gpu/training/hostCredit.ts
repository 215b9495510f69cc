import type { CreditResult, RolloutBatch } from "../../engine/rollouts/batch";
import type { PolicySource, SignalMemory } from "../../engine/signals/sources";
import { BranchSampler, branchPlanOf } from "../../engine/training/branchSampler";
import type { Objective } from "../../engine/training/cpuExecutor";
import { CpuLearner } from "../../engine/training/cpuLearner";
import { CpuRollout, type RolloutRecord } from "../../engine/training/cpuRollout";
import type { RolloutRequest, TrainingPlan, TrainState } from "../../engine/training/executor";
import { HostPolicy } from "../../engine/training/policySource";

/** A batch read back from the device, and the policy that sampled it. */
export interface ReadRollouts {
	readonly request: RolloutRequest;
	readonly record: RolloutRecord;
	readonly batch: RolloutBatch;
}

const absent = (): never => {
	throw new Error("A signal that was to be looked up asked for the policy.");
};
const NO_POLICY: PolicySource = { logProbs: absent, entropy: absent, attention: absent, branch: absent };

export interface Credited {
	readonly batch: RolloutBatch;
	readonly credit: CreditResult;
}

/** Credit in float64 for rollouts of the device, with the signals that the method reads. */
export class HostCredit {
	private learner: CpuLearner | null = null;
	private brancher: BranchSampler | undefined;
	/** What signals keep of earlier batches. */
	memory: SignalMemory | undefined;

	constructor(
		private readonly plan: TrainingPlan,
		private readonly objective: Objective,
	) {}

	/** Whether the method reads what needs the policy's parameters. */
	get readsPolicy(): boolean {
		return this.objective.annotate !== undefined;
	}

	/** @param policy parameters that sampled the batch, and those of the reference; needed where `readsPolicy`. */
	creditOf(read: ReadRollouts, policy: { state: TrainState; reference: TrainState | null } | null): Credited {
		const { annotate } = this.objective;
		if (!annotate || !policy) return { batch: read.batch, credit: this.objective.credit(read.batch) };
		const learner = this.learnerOf(policy);
		const source = new HostPolicy(this.plan, learner, this.brancher, read.request, read.record);
		const { batch, cost } = annotate(read.batch, source, this.memory ?? {});
		return { batch, credit: { ...this.objective.credit(batch), cost } };
	}

	/** After a batch was trained on. */
	remember(batch: RolloutBatch): void {
		this.memory = this.objective.remember?.(batch, this.memory ?? {});
	}

	/** A batch with what the method reads, where the device has made all of it that needs the policy. */
	annotated(batch: RolloutBatch, made: RolloutBatch["signals"]): RolloutBatch {
		return this.objective.annotate?.(batch, NO_POLICY, {}, made).batch ?? batch;
	}

	private learnerOf({ state, reference }: { state: TrainState; reference: TrainState | null }): CpuLearner {
		if (!this.learner) {
			this.learner = new CpuLearner(this.plan);
			const children = this.objective.children ?? 0;
			const sampler = () => new CpuRollout(branchPlanOf(this.plan, children), this.learner!.parameters);
			this.brancher = children > 0 ? new BranchSampler(this.plan, children, sampler()) : undefined;
		}
		if (reference) {
			this.learner.upload(reference);
			this.learner.freezeReference();
		}
		this.learner.upload(state);
		return this.learner;
	}
}
