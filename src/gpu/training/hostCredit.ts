import type { CreditResult, RolloutBatch } from "../../engine/rollouts/batch";
import type { Branches, BranchRequest, PolicySource, SignalMemory } from "../../engine/signals/sources";
import type { BranchSampler } from "../../engine/training/branchSampler";
import type { Objective } from "../../engine/training/cpuExecutor";
import { CpuLearner } from "../../engine/training/cpuLearner";
import type { RolloutRecord } from "../../engine/training/cpuRollout";
import type { RolloutRequest, TrainingPlan, TrainState } from "../../engine/training/executor";
import { signalsOf } from "../../engine/training/objective";
import { HostPolicy } from "../../engine/training/policySource";
import type { GpuBrancher } from "./gpuBrancher";

/** A batch read back from the device, and the policy that sampled it. */
export interface ReadRollouts {
	readonly request: RolloutRequest;
	readonly record: RolloutRecord;
	readonly batch: RolloutBatch;
}

const absent = (): never => {
	throw new Error("A signal that was to be looked up asked for the policy.");
};
const NO_LEARNER = { score: absent, attention: absent };
/** A policy that can only be asked what it wrote beside its rollouts. */
const writtenIn = ({ refLogProbs, entropy }: RolloutBatch): PolicySource => ({
	logProbs: (by) => (by === "reference" ? (refLogProbs ?? absent()) : absent()),
	entropy: () => entropy ?? absent(),
	attention: absent,
	branch: absent,
});

export interface Credited {
	readonly batch: RolloutBatch;
	readonly credit: CreditResult;
}

/** Continuations that a signal asked for and that are not sampled yet. */
class Unanswered extends Error {
	constructor(readonly asked: BranchRequest) {
		super("Continuations were asked for that are still to be sampled.");
	}
}

/** Credit in float64 for rollouts of the device, with the signals that the method reads; continuations are sampled on the device. */
export class HostCredit {
	private learner: CpuLearner | null = null;
	/** What signals keep of earlier batches. */
	memory: SignalMemory | undefined;
	/** Whether a signal takes a pass of the policy or its reference on the processor. */
	readonly readsParameters: boolean;

	constructor(
		private readonly plan: TrainingPlan,
		private readonly objective: Objective,
	) {
		this.readsParameters = signalsOf(plan).some(
			({ provider }) => provider.cost === "forward pass" || (provider.cost === "rollouts" && !provider.children),
		);
	}

	/**
	 * @param policy parameters that sampled the batch, and those of the reference; needed where `readsParameters`.
	 * @param brancher with the policy that sampled the batch.
	 */
	async creditOf(
		read: ReadRollouts,
		policy: { state: TrainState; reference: TrainState | null } | null,
		brancher: GpuBrancher | null,
	): Promise<Credited> {
		const { annotate } = this.objective;
		if (!annotate) return { batch: read.batch, credit: this.objective.credit(read.batch) };
		const learner = policy ? this.learnerOf(policy) : NO_LEARNER;
		const answers: Branches[] = [];
		// Signals are pure: they are computed again, from the start, with the continuations that they stopped for.
		for (;;) {
			const source = new HostPolicy(this.plan, learner, answering(answers), read.request, read.record);
			try {
				const { batch, cost } = annotate(read.batch, source, this.memory ?? {});
				return { batch, credit: { ...this.objective.credit(batch), cost } };
			} catch (error) {
				if (!(error instanceof Unanswered) || !brancher) throw error;
				answers.push(await brancher.branch(read.request, read.record, error.asked));
			}
		}
	}

	/** After a batch was trained on. */
	remember(batch: RolloutBatch): void {
		this.memory = this.objective.remember?.(batch, this.memory ?? {});
	}

	/** A batch with what the method reads, where the device has made all of it that needs the policy. */
	annotated(batch: RolloutBatch, made: RolloutBatch["signals"]): RolloutBatch {
		return this.objective.annotate?.(batch, writtenIn(batch), {}, made).batch ?? batch;
	}

	private learnerOf({ state, reference }: { state: TrainState; reference: TrainState | null }): CpuLearner {
		this.learner ??= new CpuLearner(this.plan);
		if (reference) {
			this.learner.upload(reference);
			this.learner.freezeReference();
		}
		this.learner.upload(state);
		return this.learner;
	}
}

/** Gives the answers in the order in which they were asked for. */
function answering(answers: readonly Branches[]): Pick<BranchSampler, "branch"> {
	let next = 0;
	return {
		branch(_, __, asked) {
			const answer = answers[next++];
			if (!answer) throw new Unanswered(asked);
			return answer;
		},
	};
}
