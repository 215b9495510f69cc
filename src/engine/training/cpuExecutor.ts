import { learningRateAt } from "../model/adamw";
import type { CreditResult, RolloutBatch } from "../rollouts/batch";
import type { PolicySource, SignalMemory } from "../signals/sources";
import { BranchSampler, branchPlanOf } from "./branchSampler";
import { CpuLearner, type Learned, type Learner } from "./cpuLearner";
import { CpuRollout, type RolloutRecord, type RolloutSampler, rolloutBatch } from "./cpuRollout";
import { valueLoss, valueTargets } from "./critic";
import type {
	ExecutorLabel,
	GroupOutcomes,
	Outcomes,
	RolloutRequest,
	StepMetrics,
	SupervisedBatch,
	TrainingExecutor,
	TrainingPlan,
	TrainState,
} from "./executor";
import { KeptGroups } from "./keptGroups";
import { HostPolicy } from "./policySource";
import { type SequenceBlock, sequenceBlock } from "./sequences";
import { batchNumbers, emptyMetrics, meanOfMetrics, type UpdateMetrics } from "./stepMetrics";
import { groupTokens, sampledTokens } from "./treeTopology";
import { samplerFor } from "./turnSampler";

/** One minibatch as the surrogate loss sees it: n scored tokens of some rows. */
export interface SurrogateInput {
	/** Rows, and the row of each token, counted within the minibatch `[n]`. */
	readonly B: number;
	readonly rows: Int32Array;
	/** log p now, when sampled, and under the reference where there is one `[n]`. */
	readonly logProbs: Float64Array;
	readonly oldLogProbs: Float64Array;
	readonly refLogProbs: Float64Array | null;
	readonly entropy: Float64Array;
	/** Of the distribution sampled from `[n]`. */
	readonly oldEntropy: Float64Array;
	readonly advantage: Float64Array;
}

export interface SurrogateOutput {
	readonly loss: number;
	/** dL/dlogp and dL/dH `[n]`; null where the loss has no entropy term. */
	readonly dlogProbs: Float64Array;
	readonly dentropy: Float64Array | null;
	readonly clipFraction: number;
}

/** Method and loss of a plan, as functions of numbers. */
export interface Objective {
	/**
	 * Adds to a batch what `credit` reads beyond it; absent where it reads nothing more.
	 * @param memory what signals keep of earlier batches.
	 * @param made signals of the planned providers that an executor has made itself.
	 */
	annotate?(
		batch: RolloutBatch,
		policy: PolicySource,
		memory: SignalMemory,
		made?: RolloutBatch["signals"],
	): { batch: RolloutBatch; cost: CreditResult["cost"] };
	/** What is kept of a batch once it was trained on; absent where nothing is. */
	remember?(batch: RolloutBatch, before: SignalMemory): SignalMemory;
	/** Continuations of one prefix that `annotate` asks for at a time; absent or 0: it asks for none. */
	readonly children?: number;
	/** Their temperature; 0 or absent: that of the rollouts. */
	readonly branchTemperature?: number;
	credit(batch: RolloutBatch): CreditResult;
	loss(input: SurrogateInput): SurrogateOutput;
}

/** What computes for a host executor: a policy that learns and a sampler that acts by it. */
export interface HostEngine {
	readonly label: ExecutorLabel;
	readonly learner: Learner;
	readonly sampler: RolloutSampler;
	/** Absent where the objective asks for no continuations. */
	readonly brancher?: BranchSampler;
	dispose?(): void;
}

/** Float64 TypeScript. */
function float64Engine(plan: TrainingPlan, { children = 0, branchTemperature }: Objective): HostEngine {
	const learner = new CpuLearner(plan);
	const sampler = new CpuRollout(plan, learner.parameters);
	const branchPlan = branchPlanOf(plan, children, { temperature: branchTemperature ?? 0 });
	const branches = () => new CpuRollout(branchPlan, learner.parameters);
	const brancher =
		children > 0 ? { brancher: new BranchSampler(plan, children, samplerFor(branchPlan, branches())) } : {};
	return {
		label: { kind: "cpu", adapter: "float64 TypeScript", plan: "reference", software: true },
		learner,
		sampler,
		...brancher,
	};
}

/**
 * The training executor of the processor. Work is done when it is asked for; nothing stays queued. With its own engine it is
 * the float64 definition that others are compared with.
 */
export class CpuExecutor implements TrainingExecutor {
	readonly label: ExecutorLabel;
	readonly counts = {
		trainDispatches: 0,
		trainSubmits: 0,
		creditDispatches: 0,
		rolloutDispatches: 0,
		rolloutSubmits: 0,
	} as const;
	private readonly learner: Learner;
	private readonly sampler: RolloutSampler;
	private readonly kept: KeptGroups;
	private frozen = false;
	private latest: { request: RolloutRequest; record: RolloutRecord; batch: RolloutBatch } | null = null;
	private trained: { batch: RolloutBatch; credit: CreditResult } | null = null;
	private finished: StepMetrics[] = [];
	private memory: SignalMemory | undefined;

	constructor(
		private readonly plan: TrainingPlan,
		private readonly objective: Objective,
		private readonly engine: HostEngine = float64Engine(plan, objective),
	) {
		this.label = engine.label;
		this.learner = engine.learner;
		this.sampler = samplerFor(plan, engine.sampler);
		this.kept = new KeptGroups(plan);
	}

	upload(state: TrainState): void {
		this.learner.upload(state);
		this.memory = state.memory;
	}
	async download(): Promise<TrainState> {
		return { ...this.learner.download(), ...(this.memory ? { memory: this.memory } : {}) };
	}
	freezeReference(): void {
		this.learner.freezeReference();
		this.frozen = true;
	}

	rollout(request: RolloutRequest): void {
		if (!request.goesOn) this.kept.clear();
		this.take(request, this.sampler.sample(request));
	}

	async readGroups(): Promise<GroupOutcomes> {
		const { sampling, prompts } = this.plan;
		const { returns, T, actionMask } = this.rollouts().batch;
		return { returns, tokens: groupTokens(sampling, prompts, T, actionMask) };
	}

	keep(groups: readonly number[]): void {
		const { request, record } = this.rollouts();
		const whole = this.kept.add(request, record, groups);
		if (whole) this.take(whole.request, whole.record);
	}

	private take(request: RolloutRequest, record: RolloutRecord): void {
		this.latest = { request, record, batch: rolloutBatch(this.plan, request, record) };
	}

	train(step: number): void {
		const { request, record, batch } = this.rollouts();
		const { epochs, minibatches, prompts, groupSize } = this.plan;
		const source = { ...request, rowsPerPrompt: groupSize };
		const whole = sequenceBlock(this.plan, source, record, 0, batch.B);
		const refLogProbs = this.plan.reference && this.frozen ? this.referenceLogProbs(whole) : undefined;
		const scored = refLogProbs ? { ...batch, refLogProbs } : batch;
		const { batch: annotated, credit } = this.credit(scored);
		const targets = this.plan.critic && batch.values ? valueTargets(scored, this.plan.critic) : null;
		const counted = { ...record, mask: record.mask.map((m, i) => (m && !Number.isNaN(credit.advantage[i]!) ? 1 : 0)) };
		const updates: UpdateMetrics[] = [];
		const rows = (prompts / minibatches) * groupSize;
		for (let epoch = 0; epoch < epochs; epoch++)
			for (let first = 0; first < batch.B; first += rows)
				updates.push(
					this.update(
						sequenceBlock(this.plan, source, counted, first, rows),
						first,
						annotated,
						credit.advantage,
						targets,
					),
				);
		this.trained = { batch: annotated, credit };
		this.memory = this.objective.remember?.(annotated, this.memory ?? {});
		this.finished.push({
			...meanOfMetrics(step, batchNumbers(annotated, groupSize), updates),
			tokens: sampledTokens(this.plan.sampling, groupSize, batch.T, batch.actionMask),
			...(credit.cost.extraTokens > 0 ? { extraTokens: credit.cost.extraTokens } : {}),
		});
	}

	supervise(batch: SupervisedBatch): void {
		const B = this.plan.prompts * this.plan.groupSize;
		const source = { ...batch, rowsPerPrompt: 1 };
		const block = sequenceBlock(this.plan, source, { ...batch, mask: batch.weights }, 0, B);
		const total = block.entries.reduce((sum, at) => sum + batch.weights[at]!, 0);
		const dlogProbs = Float64Array.from(block.entries, (at) => -batch.weights[at]! / total);
		const { logProbs } = this.learner.score(block);
		const loss = logProbs.reduce((sum, lp, i) => sum + lp * dlogProbs[i]!, 0);
		const learned = this.learner.learn(block, { dlogProbs, dentropy: null, dvalues: null }, batch.learningRate);
		this.finished.push({
			...emptyMetrics(batch.step),
			loss,
			gradientNorm: learned.gradientNorm,
			learningRate: batch.learningRate,
			...verdict(loss, learned),
		});
	}

	async metrics(_inFlight: number): Promise<StepMetrics[]> {
		return this.finished.splice(0);
	}

	async readOutcomes(): Promise<Outcomes> {
		const { batch, record } = this.rollouts();
		return { returns: batch.returns, success: record.success };
	}

	async readRollouts(): Promise<{ batch: RolloutBatch; credit: CreditResult }> {
		if (this.trained) return this.trained;
		return this.credit(this.rollouts().batch);
	}

	/** The latest batch with what the method reads, and the method's credit with what that cost. */
	private credit(batch: RolloutBatch): { batch: RolloutBatch; credit: CreditResult } {
		const { request, record } = this.rollouts();
		if (!this.objective.annotate) return { batch, credit: this.objective.credit(batch) };
		const policy = new HostPolicy(this.plan, this.learner, this.engine.brancher, request, record);
		const { batch: annotated, cost } = this.objective.annotate(batch, policy, this.memory ?? {});
		return { batch: annotated, credit: { ...this.objective.credit(annotated), cost } };
	}

	dispose(): void {
		this.latest = null;
		this.trained = null;
		this.engine.dispose?.();
	}

	/** One optimiser step on one minibatch whose first row is `first`. */
	private update(
		block: SequenceBlock,
		first: number,
		batch: RolloutBatch,
		advantage: Float64Array,
		targets: Float64Array | null,
	): UpdateMetrics {
		const pick = (from: Float64Array) => Float64Array.from(block.entries, (at) => from[at]!);
		const { logProbs, entropy, values } = this.learner.score(block);
		const oldLogProbs = pick(batch.logProbs!);
		const refLogProbs = batch.refLogProbs ? pick(batch.refLogProbs) : null;
		const { loss, dlogProbs, dentropy, clipFraction } = this.objective.loss({
			B: block.batch.B,
			rows: block.entries.map((at) => Math.floor(at / batch.T) - first),
			logProbs,
			oldLogProbs,
			refLogProbs,
			entropy,
			oldEntropy: pick(batch.entropy!),
			advantage: pick(advantage),
		});
		const critic =
			values && targets
				? valueLoss({ values, oldValues: pick(batch.values!), targets: pick(targets) }, this.plan.critic!)
				: null;
		const learningRate = learningRateAt(this.plan.optimizer, this.learner.step);
		const gradients = { dlogProbs, dentropy, dvalues: critic?.dvalues ?? null };
		const learned = this.learner.learn(block, gradients, learningRate);
		return {
			loss,
			learningRate,
			clipFraction,
			gradientNorm: learned.gradientNorm,
			klBehaviour: meanK3(logProbs, oldLogProbs),
			klReference: refLogProbs ? meanK3(logProbs, refLogProbs) : 0,
			...(critic ? { valueLoss: critic.loss } : {}),
			...verdict(loss, learned),
		};
	}

	/** Log-probabilities of a block under the reference, spread over `[B·T]`. */
	private referenceLogProbs(block: SequenceBlock): Float64Array {
		const out = new Float64Array(this.plan.prompts * this.plan.groupSize * this.plan.maxResponseLength);
		const { logProbs } = this.learner.score(block, "reference");
		block.entries.forEach((at, i) => {
			out[at] = logProbs[i]!;
		});
		return out;
	}

	private rollouts() {
		if (!this.latest) throw new Error("The executor was asked about rollouts before any were sampled.");
		return this.latest;
	}
}

/**
 * Mean over tokens of r − 1 − log r with r = p_other / p, an unbiased, never negative estimate of KL(p ‖ other), nats.
 * **Source** Schulman 2020, "Approximating KL Divergence", http://joschu.net/blog/kl-approx.html (k3).
 */
function meanK3(logProbs: Float64Array, other: Float64Array): number {
	let sum = 0;
	for (let i = 0; i < logProbs.length; i++) {
		const logRatio = other[i]! - logProbs[i]!;
		sum += Math.expm1(logRatio) - logRatio;
	}
	return logProbs.length > 0 ? sum / logProbs.length : 0;
}

function verdict(loss: number, { finite }: Learned): Pick<StepMetrics, "finite" | "stage"> {
	if (finite) return { finite };
	return { finite, stage: Number.isFinite(loss) ? "gradient" : "loss" };
}
