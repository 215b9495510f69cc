import { learningRateAt } from "../../engine/model/adamw";
import type { StepMetrics, SupervisedBatch, TrainingPlan } from "../../engine/training/executor";
import { dispatchesPerSubmit, SubmitPass } from "../device/passes";
import { type KernelTime, ProfilePass } from "../device/profilePass";
import type { Readback } from "../device/readback";
import { decodeMetrics, decodeSupervised } from "./decodeMetrics";
import type { GpuParts } from "./gpuParts";
import { Supervision } from "./supervision";

/**
 * Enqueues training steps: replays what was compiled and writes one small block of control words, a slot for each optimiser
 * step. The parts of a step are asked for in order, so that credit may come from elsewhere in between.
 */
export class TrainStep {
	/** Optimiser steps taken. */
	taken = 0;
	/** Whether the reference policy is there. */
	hasReference = false;
	/** Dispatches of a step without credit, those of credit and of what it reads, and the submits of both. */
	readonly dispatches: number;
	readonly creditDispatches: number;
	readonly submits: number;
	private readonly updates: number;
	private readonly stride: number;
	/** Learning rate, first row, number of the update, whether there is a reference: as words and as floats. */
	private readonly words: Uint32Array<ArrayBuffer>;
	private readonly rates: Float32Array<ArrayBuffer>;
	/** What dispatches go into: submits as planned, or for one step what times them. */
	private pass: SubmitPass | ProfilePass;
	private readonly supervision: Supervision;

	/** @param submitsFor submits that a step of so many dispatches takes. */
	constructor(
		private readonly device: GPUDevice,
		private readonly plan: TrainingPlan,
		private readonly parts: GpuParts,
		private readonly readback: Readback,
		submitsFor: (dispatches: number) => number,
	) {
		const { model, loss, credit, critic, supervised, wholeModel } = parts;
		this.updates = plan.epochs * plan.minibatches;
		this.stride = model.controlStride;
		this.words = new Uint32Array((this.updates * this.stride) / 4);
		this.rates = new Float32Array(this.words.buffer);
		const { forward, backward, update } = model.dispatches;
		const reference = plan.reference ? plan.minibatches * (forward + 2) : 0;
		this.dispatches =
			reference + (critic?.dispatches ?? 0) + this.updates * (forward + backward + update + loss.dispatches);
		this.creditDispatches = (credit.plan?.dispatches ?? 0) + this.attentionDispatches();
		const total = this.dispatches + this.creditDispatches;
		const most = dispatchesPerSubmit(total, submitsFor(total));
		this.submits = Math.ceil(total / most);
		this.pass = new SubmitPass(device, most);
		this.supervision = new Supervision(device, plan, supervised, wholeModel.buffers);
	}

	/** Control words of the step; what its rollouts need beside them: reference log-probabilities, targets of a value head. */
	begin(): readonly number[] {
		const { prompts, groupSize, minibatches, optimizer } = this.plan;
		const rows = (prompts / minibatches) * groupSize;
		const learningRates = Array.from({ length: this.updates }, (_, u) => learningRateAt(optimizer, this.taken + u));
		learningRates.forEach((rate, u) => {
			const at = (u * this.stride) / 4;
			this.rates[at] = rate;
			this.words[at + 1] = (u % minibatches) * rows;
			this.words[at + 2] = u;
			this.words[at + 3] = this.hasReference ? 1 : 0;
		});
		this.device.queue.writeBuffer(this.parts.model.buffers.control, 0, this.words);
		if (this.hasReference) this.encodeReference();
		this.parts.critic?.encode(this.pass);
		return learningRates;
	}

	/** The training step that `work` enqueues, with the time that each kernel of it takes. Needs the feature "timestamp-query". */
	async profile(work: () => Promise<StepMetrics>): Promise<readonly KernelTime[]> {
		const planned = this.pass;
		const timed = new ProfilePass(this.device, this.dispatches + this.creditDispatches);
		this.pass = timed;
		try {
			await work();
			return await timed.read(this.readback);
		} finally {
			this.pass = planned;
			timed.dispose();
		}
	}

	credit(): void {
		this.encodeAttention();
		this.parts.credit.plan?.encode(this.pass);
	}

	/** Submits what was asked for so far. */
	flush(): void {
		this.pass.finish();
	}

	/** Everything after credit, and the way back of the metrics. */
	finish(step: number, learningRates: readonly number[]): Promise<StepMetrics> {
		for (let u = 0; u < this.updates; u++) this.encodeUpdate(u);
		this.taken += this.updates;
		return this.submit(this.parts.loss.metrics).then((words) => decodeMetrics(this.plan, step, words, learningRates));
	}

	supervise(batch: SupervisedBatch): Promise<StepMetrics> {
		const { wholeModel, supervised } = this.parts;
		this.supervision.write(batch);
		this.words.fill(0);
		this.rates[0] = batch.learningRate;
		this.device.queue.writeBuffer(wholeModel.buffers.control, 0, this.words);
		wholeModel.encodeForward(this.pass);
		supervised.encodeLoss(this.pass, 0);
		wholeModel.encodeBackward(this.pass);
		wholeModel.encodeUpdate(this.pass, 0);
		supervised.encodeMetrics(this.pass, 0);
		this.taken++;
		return this.submit(supervised.metrics).then((words) => decodeSupervised(batch, words));
	}

	private encodeReference(): void {
		const { model, loss } = this.parts;
		for (let m = 0; m < this.plan.minibatches; m++) {
			loss.encodeGather(this.pass, m * this.stride);
			model.encodeForward(this.pass, "reference");
			loss.encodeReference(this.pass, m * this.stride);
		}
	}

	/** Where credit reads attention: what it takes beside the step, whose first forward pass it uses if that has the whole batch. */
	private attentionDispatches(): number {
		const attention = this.parts.credit.signals?.attention;
		if (!attention) return 0;
		const { rows, choice } = attention.dispatches;
		const { minibatches } = this.plan;
		const forward = minibatches > 1 ? this.parts.model.dispatches.forward : 0;
		return minibatches * (1 + forward + rows) + choice;
	}

	private encodeAttention(): void {
		const attention = this.parts.credit.signals?.attention;
		if (!attention) return;
		const { model, loss } = this.parts;
		for (let m = 0; m < this.plan.minibatches; m++) {
			loss.encodeGather(this.pass, m * this.stride);
			model.encodeForward(this.pass);
			attention.encodeRows(this.pass, m * this.stride);
		}
		attention.encodeChoice(this.pass);
	}

	/** The activations of the first update where attention was read from a pass over the same rows. */
	private hasForward(u: number): boolean {
		return u === 0 && this.plan.minibatches === 1 && this.parts.credit.signals?.attention != null;
	}

	private encodeUpdate(u: number): void {
		const { model, loss } = this.parts;
		const slot = u * this.stride;
		loss.encodeGather(this.pass, slot);
		if (!this.hasForward(u)) model.encodeForward(this.pass);
		loss.encodeLoss(this.pass, slot);
		model.encodeBackward(this.pass);
		model.encodeUpdate(this.pass, u);
		loss.encodeMetrics(this.pass, slot);
	}

	private async submit(metrics: GPUBuffer): Promise<Uint32Array<ArrayBuffer>> {
		let arrive = (): Promise<Uint32Array<ArrayBuffer>[]> => Promise.resolve([]);
		this.pass.finish((encoder) => {
			arrive = this.readback.copy(encoder, [metrics]);
		});
		const [words] = await arrive();
		return words!;
	}
}
