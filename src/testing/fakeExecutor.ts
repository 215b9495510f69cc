import { WorkFailed } from "../engine/core/errors";
import { parameterLayout } from "../engine/model/config";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";
import type {
	GroupOutcomes,
	Outcomes,
	RolloutRequest,
	StepMetrics,
	SupervisedBatch,
	TrainingExecutor,
	TrainingPlan,
	TrainState,
} from "../engine/training/executor";
import { KeptRequest } from "../engine/training/keptGroups";

export interface FakeOptions {
	/** The device is lost when this step is trained. */
	readonly loseAt?: number;
	/** This step's numbers are not finite. */
	readonly breakAt?: number;
	/** Success rate after n supervised steps. */
	readonly successAfter?: (supervised: number) => number;
	/** Whether returns differ in a group of the batch with this random key. */
	readonly differs?: (key: number, group: number) => boolean;
}

/**
 * An executor without a model: each step mixes its request into the parameters, so that a run that samples, orders or
 * repeats anything differently ends elsewhere. Metrics stay queued until asked for, as on a GPU.
 */
export class FakeExecutor implements TrainingExecutor {
	readonly label = { kind: "cpu", adapter: "fake", plan: "0", software: true } as const;
	readonly counts = {
		trainDispatches: 1,
		trainSubmits: 1,
		creditDispatches: 0,
		rolloutDispatches: 1,
		rolloutSubmits: 1,
	};
	readonly calls: string[] = [];
	readonly supervised: SupervisedBatch[] = [];
	disposed = false;
	reference: Float32Array | null = null;
	private state: TrainState;
	private request: RolloutRequest | null = null;
	private queue: StepMetrics[] = [];
	private lost = false;
	private readonly kept: KeptRequest;

	constructor(
		readonly plan: TrainingPlan,
		private readonly options: FakeOptions = {},
	) {
		const zeros = () => new Float32Array(parameterLayout(plan.model).size);
		this.state = { parameters: zeros(), firstMoment: zeros(), secondMoment: zeros(), step: 0 };
		this.kept = new KeptRequest(plan);
	}

	upload(state: TrainState): void {
		this.state = copy(state);
		this.calls.push("upload");
	}
	async download(): Promise<TrainState> {
		const snapshot = copy(this.state);
		this.failIfLost();
		return snapshot;
	}
	freezeReference(): void {
		this.reference = this.state.parameters.slice();
	}
	rollout(request: RolloutRequest): void {
		if (!request.goesOn) this.kept.clear();
		this.request = request;
		this.calls.push(`rollout ${request.stream} ${request.step}`);
	}
	async readGroups(): Promise<GroupOutcomes> {
		this.failIfLost();
		const { prompts, groupSize } = this.plan;
		const { step } = this.request as RolloutRequest;
		const pays = (b: number) => b % groupSize === 0 && (this.options.differs?.(step, b / groupSize) ?? true);
		const returns = Float64Array.from({ length: prompts * groupSize }, (_, b) => (pays(b) ? 1 : 0));
		return { returns, tokens: new Float64Array(prompts).fill(groupSize) };
	}
	keep(groups: readonly number[]): void {
		this.calls.push(`keep ${groups.join(" ")}`.trim());
		this.request = this.kept.add(this.request as RolloutRequest, groups).whole ?? this.request;
	}
	train(step: number): void {
		this.lost ||= step === this.options.loseAt;
		const request = this.request as RolloutRequest;
		const words = [step, request.step, request.stream, ...request.promptTokens, ...request.startStates];
		this.advance(words.reduce((a, w, i) => (a * 31 + w + i) % 65_521, 7));
		this.push(step, this.plan.prompts * this.plan.groupSize, step !== this.options.breakAt);
		this.calls.push(`train ${step}`);
	}
	supervise(batch: SupervisedBatch): void {
		this.supervised.push(batch);
		this.advance(batch.tokens.reduce((a, w) => (a * 31 + w) % 65_521, batch.step));
		this.push(batch.step, 0, true);
	}
	async metrics(inFlight: number): Promise<StepMetrics[]> {
		this.failIfLost();
		return this.queue.splice(0, Math.max(0, this.queue.length - inFlight));
	}
	async readOutcomes(): Promise<Outcomes> {
		const B = this.plan.prompts * this.plan.groupSize;
		const rate = this.options.successAfter?.(this.supervised.length) ?? 0.5;
		const success = Uint8Array.from({ length: B }, (_, b) => (b < rate * B ? 1 : 0));
		return { success, returns: Float64Array.from(success) };
	}
	async readRollouts(): Promise<{ batch: RolloutBatch; credit: CreditResult }> {
		const { prompts, groupSize, maxResponseLength: T, maxPromptLength: P } = this.plan;
		const B = prompts * groupSize;
		const batch: RolloutBatch = {
			B,
			T,
			tokens: new Int32Array(B * T),
			actionMask: new Uint8Array(B * T).fill(1),
			lengths: new Int32Array(B).fill(T),
			promptTokens: new Int32Array(B * P),
			promptOffsets: Int32Array.from({ length: B + 1 }, (_, b) => b * P),
			groupIds: Int32Array.from({ length: B }, (_, b) => Math.floor(b / groupSize)),
			rewards: new Float64Array(B * T),
			returns: new Float64Array(B),
			truncated: new Uint8Array(B),
			signals: {},
		};
		const zero = new Float64Array(B * T);
		const cost = { extraTokens: 0, modelCalls: 0 };
		const { method } = this.plan;
		const credit = {
			method: method.id,
			params: {},
			advantage: zero,
			terms: { all: zero },
			mask: batch.actionMask,
			cost,
		};
		return { batch, credit };
	}
	dispose(): void {
		this.disposed = true;
	}

	private advance(word: number): void {
		const { parameters, firstMoment, secondMoment, step } = this.state;
		parameters.forEach((p, i) => {
			firstMoment[i] = Math.fround(0.9 * firstMoment[i]! + ((word * (i + 1)) % 97) / 97);
			parameters[i] = p + Math.fround(0.01 * firstMoment[i]!);
		});
		this.state = { parameters, firstMoment, secondMoment, step: step + 1 };
	}
	private push(step: number, tokens: number, finite: boolean): void {
		const zero = {
			meanReturn: 0,
			success: 0,
			entropy: 0,
			klBehaviour: 0,
			klReference: 0,
			gradientNorm: 1,
			clipFraction: 0,
		};
		const rest = { meanLength: 1, deadGroups: 0, tokens, learningRate: 0.001, finite };
		this.queue.push({ step, loss: 1, ...zero, ...rest, ...(finite ? {} : { stage: "loss" }) });
	}
	private failIfLost(): void {
		if (this.lost) throw new WorkFailed("device-lost", "The device was lost.");
	}
}

function copy({ parameters, firstMoment, secondMoment, step }: TrainState): TrainState {
	return { parameters: parameters.slice(), firstMoment: firstMoment.slice(), secondMoment: secondMoment.slice(), step };
}
