import { InvalidInput } from "../../engine/core/errors";
import type { RolloutBatch } from "../../engine/rollouts/batch";
import { TURNS_NOTE } from "../../engine/tasks/turnTable";
import { type Continuation, type RolloutRecord, rolloutBatch } from "../../engine/training/cpuRollout";
import type { Outcomes, RolloutRequest, TrainingPlan } from "../../engine/training/executor";
import type { DispatchCompiler } from "../device/dispatch";
import { Readback } from "../device/readback";
import { decodeNumbers, decodeOutcomes, decodeRecord } from "./readRollout";
import { RECORD } from "./rolloutBuffers";
import { createRolloutPlan, type RolloutOptions, type RolloutPlan } from "./rolloutPlan";

/**
 * The acting half of an executor on the GPU: samples rollout batches with the parameters in a buffer and reads them back when
 * asked. Sampling changes nothing but its own buffers, so that evaluation leaves training as it was.
 */
export class GpuRollouts {
	private latest: RolloutRequest | null = null;

	private constructor(
		private readonly plan: TrainingPlan,
		/** Compiled kernels and buffers, for those who go on with the rollouts on the GPU. */
		readonly compiled: RolloutPlan,
		private readonly readback: Readback,
	) {}

	/** @throws InvalidInput when the plan does not fit the kernels or the adapter. */
	static async create(compiler: DispatchCompiler, plan: TrainingPlan, parameters: GPUBuffer, options: RolloutOptions) {
		if (plan.turns) throw new InvalidInput(TURNS_NOTE);
		const compiled = await createRolloutPlan(compiler, plan, parameters, options);
		return new GpuRollouts(plan, compiled, new Readback(compiler.device));
	}

	/** Enqueues one batch. @param continuation where the plan was compiled to go on from prefixes. */
	sample(request: RolloutRequest, continuation?: Continuation): void {
		this.compiled.run(request, continuation);
		this.latest = {
			...request,
			promptTokens: request.promptTokens.slice(),
			promptLengths: request.promptLengths.slice(),
			startStates: request.startStates.slice(),
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
		this.compiled.dispose();
	}

	private request(): RolloutRequest {
		if (!this.latest) throw new Error("The executor was asked about rollouts before any were sampled.");
		return this.latest;
	}
}
