import type { Branches, BranchRequest, PolicySource, RolloutAttention } from "../signals/sources";
import type { BranchSampler } from "./branchSampler";
import type { Learner } from "./cpuLearner";
import type { RolloutRecord } from "./cpuRollout";
import type { RolloutRequest, TrainingPlan } from "./executor";
import { type SequenceBlock, sequenceBlock } from "./sequences";

/** The policy of a host executor, as providers of signals see it, for one batch of its rollouts. */
export class HostPolicy implements PolicySource {
	private block: SequenceBlock | null = null;

	constructor(
		private readonly plan: TrainingPlan,
		private readonly learner: Pick<Learner, "score" | "attention">,
		private readonly brancher: Pick<BranchSampler, "branch"> | undefined,
		private readonly request: RolloutRequest,
		private readonly record: RolloutRecord,
	) {}

	logProbs(by: "policy" | "reference"): Float64Array {
		return this.spread(this.learner.score(this.whole(), by).logProbs);
	}

	entropy(): Float64Array {
		return this.spread(this.learner.score(this.whole()).entropy);
	}

	attention(): readonly RolloutAttention[] {
		const { promptLengths } = this.request;
		return this.learner.attention(this.whole()).map(({ N, layers }, b) => {
			const promptLength = promptLengths[Math.floor(b / this.plan.groupSize)]!;
			return { N, layers, promptLength };
		});
	}

	branch(request: BranchRequest): Branches {
		if (!this.brancher) throw new Error("Continuations were asked for that the objective had not announced.");
		return this.brancher.branch(this.request, this.record, request);
	}

	private whole(): SequenceBlock {
		const { prompts, groupSize } = this.plan;
		this.block ??= sequenceBlock(
			this.plan,
			{ ...this.request, rowsPerPrompt: groupSize },
			this.record,
			0,
			prompts * groupSize,
		);
		return this.block;
	}

	/** Numbers of scored tokens as `[B·T]`. */
	private spread(from: Float64Array): Float64Array {
		const { prompts, groupSize, maxResponseLength: T } = this.plan;
		const out = new Float64Array(prompts * groupSize * T);
		this.whole().entries.forEach((at, i) => {
			out[at] = from[i]!;
		});
		return out;
	}
}
