import { InvalidInput } from "../../engine/core/errors";
import type { RolloutBatch } from "../../engine/rollouts/batch";
import { TURNS_NOTE } from "../../engine/tasks/turnTable";
import { type Continuation, type RolloutRecord, rolloutBatch } from "../../engine/training/cpuRollout";
import type { GroupOutcomes, Outcomes, RolloutRequest, TrainingPlan } from "../../engine/training/executor";
import { groupTokens } from "../../engine/training/treeTopology";
import type { DispatchCompiler } from "../device/dispatch";
import { Readback } from "../device/readback";
import { GroupStore } from "./groupStore";
import { decodeNumbers, decodeOutcomes, decodeRecord } from "./readRollout";
import { RECORD } from "./rolloutBuffers";
import { createRolloutPlan, type RolloutOptions, type RolloutPlan } from "./rolloutPlan";

/**
 * The acting half of an executor on the GPU: samples rollout batches with the parameters in a buffer and reads them back when
 * asked. Sampling changes nothing but its own buffers, so that evaluation leaves training as it was.
 */
export class GpuRollouts {
	private latest: RolloutRequest | null = null;
	/** Null where the plan samples no rounds. */
	private readonly store: GroupStore | null;

	private constructor(
		private readonly plan: TrainingPlan,
		/** Compiled kernels and buffers, for those who go on with the rollouts on the GPU. */
		readonly compiled: RolloutPlan,
		private readonly readback: Readback,
		device: GPUDevice,
	) {
		this.store = (plan.sampling.rounds ?? 1) > 1 ? new GroupStore(device, plan, compiled) : null;
	}

	/** @throws InvalidInput when the plan does not fit the kernels or the adapter. */
	static async create(compiler: DispatchCompiler, plan: TrainingPlan, parameters: GPUBuffer, options: RolloutOptions) {
		if (plan.turns) throw new InvalidInput(TURNS_NOTE);
		const compiled = await createRolloutPlan(compiler, plan, parameters, options);
		return new GpuRollouts(plan, compiled, new Readback(compiler.device), compiler.device);
	}

	/** Enqueues one batch. @param continuation where the plan was compiled to go on from prefixes. */
	sample(request: RolloutRequest, continuation?: Continuation): void {
		if (!request.goesOn) this.store?.clear();
		this.compiled.run(request, continuation);
		this.latest = {
			...request,
			promptTokens: request.promptTokens.slice(),
			promptLengths: request.promptLengths.slice(),
			startStates: request.startStates.slice(),
		};
	}

	/** Sets groups of the latest batch aside. @returns the request of the whole where they complete it; it is then the latest batch. */
	keep(groups: readonly number[]): RolloutRequest | null {
		const whole = this.rounds().add(this.request(), groups);
		if (whole) this.latest = whole;
		return whole;
	}

	/** Returns and tokens of the latest batch by group, as it is now. @throws WorkFailed when the device was lost. */
	async readGroups(): Promise<GroupOutcomes> {
		const { sampling, prompts } = this.plan;
		const { shape } = this.compiled;
		const [rows, mask] = await this.readback.read(this.rounds().told);
		const acted = Uint8Array.from(mask!.subarray(0, shape.B * shape.T));
		return {
			returns: decodeOutcomes(shape, rows!).returns,
			tokens: groupTokens(sampling, prompts, shape.T, acted),
		};
	}

	/** Returns and successes of the latest batch, as it is now. @throws WorkFailed when the device was lost. */
	async readOutcomes(): Promise<Outcomes> {
		this.request();
		const [rows] = await this.readback.read([this.compiled.buffers.rows]);
		return decodeOutcomes(this.compiled.shape, rows!);
	}

	/**
	 * The latest batch, as it is now.
	 * @param reference with the log-probabilities that training wrote beside it.
	 * @throws WorkFailed when the device was lost.
	 */
	async read(reference = false): Promise<{ request: RolloutRequest; record: RolloutRecord; batch: RolloutBatch }> {
		const request = this.request();
		const { words, record } = await this.readWords();
		const batch = rolloutBatch(this.plan, request, record);
		const { shape } = this.compiled;
		const refLogProbs = reference && { refLogProbs: decodeNumbers(shape, words, RECORD.refLogProbs) };
		return { request, record, batch: { ...batch, ...refLogProbs } };
	}

	/** The record of the latest batch alone, of which no batch is made. */
	async readRecord(): Promise<RolloutRecord> {
		return (await this.readWords()).record;
	}

	private async readWords(): Promise<{ words: Uint32Array<ArrayBuffer>; record: RolloutRecord }> {
		const { shape, buffers } = this.compiled;
		const [rows, words] = await this.readback.read([buffers.rows, buffers.record]);
		return { words: words!, record: decodeRecord(shape, rows!, words!, this.plan.model.valueHead) };
	}

	/** The batch of `read` alone. */
	async readBatch(reference = false): Promise<RolloutBatch> {
		return (await this.read(reference)).batch;
	}

	dispose(): void {
		this.readback.dispose();
		this.store?.dispose();
		this.compiled.dispose();
	}

	private rounds(): GroupStore {
		if (!this.store) throw new Error("Groups were asked for of a plan that samples no rounds.");
		return this.store;
	}

	private request(): RolloutRequest {
		if (!this.latest) throw new Error("The executor was asked about rollouts before any were sampled.");
		return this.latest;
	}
}
