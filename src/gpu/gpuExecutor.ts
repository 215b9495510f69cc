import { InvalidInput, WorkFailed } from "../engine/core/errors";
import { Sha256 } from "../engine/core/sha256";
import { encodeUtf8 } from "../engine/core/utf8";
import type { CreditResult, RolloutBatch } from "../engine/rollouts/batch";
import type {
	ExecutorLabel,
	GroupOutcomes,
	Outcomes,
	PlanCounts,
	RolloutRequest,
	StepMetrics,
	SupervisedBatch,
	TrainingExecutor,
	TrainingPlan,
	TrainState,
} from "../engine/training/executor";
import { objectiveOf } from "../engine/training/objective";
import type { OpenDevice } from "./device/adapter";
import type { KernelTime } from "./device/profilePass";
import { Readback } from "./device/readback";
import { compileParts, type GpuOptions, type GpuParts } from "./training/gpuParts";
import { type Credited, HostCredit } from "./training/hostCredit";
import { MetricsQueue } from "./training/metricsQueue";
import { downloadState, readPolicy, uploadState } from "./training/modelState";
import { trainSubmits } from "./training/trainChoice";
import { TrainStep } from "./training/trainStep";
import { Turns } from "./turns";

/**
 * Compiles a training plan for a device, which the executor then owns. A step of it is one small write and one submit, or several
 * where one would take too long; nothing is created and nothing read back on the way.
 * @throws InvalidInput when the plan does not fit the adapter, or method or loss are unknown; WorkFailed when a kernel does not
 * compile or memory runs out.
 */
export async function createGpuExecutor(
	opened: OpenDevice,
	plan: TrainingPlan,
	options: GpuOptions = {},
): Promise<GpuExecutor> {
	const { device } = opened;
	try {
		device.pushErrorScope("out-of-memory");
		const objective = objectiveOf(plan);
		const parts = await compileParts(opened, plan, objective, options.split ?? true);
		const shortage = await device.popErrorScope();
		if (!shortage) return new GpuExecutor(opened, plan, parts, new HostCredit(plan, objective), options);
		parts.dispose();
		throw new WorkFailed("out-of-memory", "The adapter has not enough memory for this plan; use fewer rollouts.");
	} catch (error) {
		device.destroy();
		throw error;
	}
}

/**
 * The training executor on WebGPU. Credit that reads what the device does not have is computed on the processor, between rollout
 * and loss; `note` then says why, and what comes after waits for it.
 */
export class GpuExecutor implements TrainingExecutor {
	readonly label: ExecutorLabel;
	readonly counts: PlanCounts;
	/** Why credit is computed on the processor; empty where it is not. */
	readonly note: string;
	private readonly device: GPUDevice;
	private readonly readback: Readback;
	private readonly steps: TrainStep;
	private readonly turns = new Turns();
	private readonly queue = new MetricsQueue();
	/** Whether the latest rollouts were trained on. */
	private trained = false;
	/** Their credit, where the processor computed it. */
	private credited: Credited | null = null;
	private failure: Error | null = null;

	constructor(
		opened: OpenDevice,
		private readonly plan: TrainingPlan,
		private readonly parts: GpuParts,
		private readonly host: HostCredit,
		{ split = true, mostDispatches }: GpuOptions,
	) {
		const { device, adapter, software } = opened;
		const { rollouts, credit } = parts;
		this.device = device;
		this.note = credit.note;
		this.readback = new Readback(device);
		const submitsFor = (dispatches: number) =>
			mostDispatches ? Math.ceil(dispatches / mostDispatches) : trainSubmits(plan, dispatches, software, split);
		this.steps = new TrainStep(device, plan, parts, this.readback, submitsFor);
		this.counts = {
			trainDispatches: this.steps.dispatches,
			trainSubmits: this.steps.submits,
			creditDispatches: this.steps.creditDispatches,
			rolloutDispatches: rollouts.compiled.dispatches,
			rolloutSubmits: rollouts.compiled.submits,
		};
		this.label = { kind: "gpu", adapter, plan: planHash(parts.signature, this.counts), software };
		device.addEventListener("uncapturederror", this.onError);
	}

	upload(state: TrainState): void {
		this.turns.do(() => {
			uploadState(this.device, this.parts.model.buffers, this.plan, state);
			this.steps.taken = state.step;
			this.host.memory = state.memory;
		});
	}

	download(): Promise<TrainState> {
		return this.turns.ask(async () => {
			const { memory } = this.host;
			const state = await downloadState(this.readback, this.parts.model.buffers, this.plan);
			return memory ? { ...state, memory } : state;
		});
	}

	freezeReference(): void {
		this.turns.do(() => {
			const { parameters, reference } = this.parts.model.buffers;
			if (!reference) return;
			const encoder = this.device.createCommandEncoder();
			encoder.copyBufferToBuffer(parameters, 0, reference, 0, parameters.size);
			this.device.queue.submit([encoder.finish()]);
			this.steps.hasReference = true;
		});
	}

	rollout(request: RolloutRequest): void {
		this.turns.do(() => {
			this.parts.rollouts.sample(request);
			this.parts.credit.signals?.begin(request);
			this.trained = false;
			this.credited = null;
		});
	}

	readGroups(): Promise<GroupOutcomes> {
		return this.turns.ask(() => this.parts.rollouts.readGroups());
	}

	keep(groups: readonly number[]): void {
		this.turns.do(() => {
			const whole = this.parts.rollouts.keep(groups);
			if (whole) this.parts.credit.signals?.begin(whole);
		});
	}

	train(step: number): void {
		if (!this.parts.credit.plan) this.queue.add(this.turns.hold(() => this.trainByHost(step)));
		else this.queue.add(this.turns.ask(() => this.trainOnDevice(step)));
	}

	supervise(batch: SupervisedBatch): void {
		this.queue.add(this.turns.ask(() => this.steps.supervise(batch)));
	}

	async metrics(inFlight: number): Promise<StepMetrics[]> {
		if (this.failure) throw this.failure;
		return this.queue.take(inFlight);
	}

	readOutcomes(): Promise<Outcomes> {
		return this.turns.ask(() => this.parts.rollouts.readOutcomes());
	}

	readRollouts(): Promise<{ batch: RolloutBatch; credit: CreditResult }> {
		// Continuations are sampled after the rollouts are read, and before anything that comes later.
		const waits = !this.trained && this.parts.brancher !== null;
		return this.turns[waits ? "hold" : "ask"](async () => {
			const { rollouts, credit } = this.parts;
			if (!this.trained) return this.creditByHost();
			if (this.credited) return this.credited;
			const { at, signals } = credit;
			const copies = this.readback.read([at.buffer, ...(signals ? [signals.buffer] : [])]);
			const [batch, [words, beside]] = await Promise.all([rollouts.readBatch(this.hasReference), copies]);
			const made = signals && beside ? signals.decode(beside, batch) : {};
			return { batch: this.host.annotated(batch, made), credit: credit.decode(words!, batch) };
		});
	}

	/**
	 * Time of each kernel in one training step on the latest rollouts, in a pass of its own; the longest first. Trains like any step.
	 * @throws InvalidInput where the adapter has no timestamps, or credit is computed on the processor.
	 */
	async profile(): Promise<readonly KernelTime[]> {
		if (!this.device.features.has("timestamp-query"))
			throw new InvalidInput("This adapter has no timestamps to profile with.");
		if (!this.parts.credit.plan) throw new InvalidInput(`A step with a pause in it has no profile. ${this.note}`);
		return this.turns.ask(() => this.steps.profile(() => this.trainOnDevice(0)));
	}

	dispose(): void {
		this.device.removeEventListener("uncapturederror", this.onError);
		this.readback.dispose();
		this.parts.dispose();
		this.device.destroy();
	}

	private trainOnDevice(step: number): Promise<StepMetrics> {
		this.trained = true;
		const learningRates = this.steps.begin();
		this.steps.credit();
		return this.steps.finish(step, learningRates);
	}

	/** The rollouts come back for their credit; the rest is as on the device. */
	private async trainByHost(step: number): Promise<StepMetrics> {
		this.trained = true;
		const learningRates = this.steps.begin();
		this.steps.flush();
		this.credited = await this.creditByHost();
		const { batch, credit } = this.credited;
		this.parts.credit.write(credit, batch);
		this.host.remember(batch);
		const { extraTokens } = credit.cost;
		const metrics = await this.steps.finish(step, learningRates);
		return extraTokens > 0 ? { ...metrics, extraTokens } : metrics;
	}

	private async creditByHost(): Promise<Credited> {
		const { rollouts, model, brancher } = this.parts;
		const reading = rollouts.read(this.hasReference);
		const policy = this.host.readsParameters ? readPolicy(this.readback, model.buffers, this.plan) : null;
		return this.host.creditOf(await reading, await policy, brancher);
	}

	private get hasReference(): boolean {
		return this.plan.reference && this.steps.hasReference;
	}

	private readonly onError = ({ error }: GPUUncapturedErrorEvent): void => {
		this.failure ??= new WorkFailed("gpu-error", `The GPU refused a command: ${error.message}`);
	};
}

/** 16 hexadecimal digits of everything compiled and how it is split. */
function planHash(signature: readonly string[], counts: PlanCounts): string {
	const hash = new Sha256();
	for (const text of signature) hash.update(encodeUtf8(`${text}\0`));
	hash.update(encodeUtf8(JSON.stringify(counts)));
	return hash.hex().slice(0, 16);
}
