import type { SupervisedBatch, TrainingPlan } from "../../engine/training/executor";
import { ACTED, SCORED } from "../loss/block";
import type { LossPlan } from "../loss/lossPlan";
import type { TransformerBuffers } from "../model/transformer";

/** Lays demonstrations out for the transformer and the supervised loss. Host arrays are made once. */
export class Supervision {
	private readonly tokens: Uint32Array<ArrayBuffer>;
	private readonly lengths: Uint32Array<ArrayBuffer>;
	private readonly words: Uint32Array<ArrayBuffer>;
	private readonly floats: Float32Array<ArrayBuffer>;

	constructor(
		private readonly device: GPUDevice,
		private readonly plan: TrainingPlan,
		private readonly loss: LossPlan,
		private readonly model: Pick<TransformerBuffers, "tokens" | "lengths">,
	) {
		const { R } = loss.layout;
		this.tokens = new Uint32Array(R * (plan.maxPromptLength + plan.maxResponseLength));
		this.lengths = new Uint32Array(R);
		this.words = new Uint32Array(loss.layout.words);
		this.floats = new Float32Array(this.words.buffer);
	}

	/** Each row its prompt followed by its response without a gap, and what the loss counts in it. */
	write(batch: SupervisedBatch): void {
		const { layout, block } = this.loss;
		const { maxPromptLength: P, maxResponseLength: T } = this.plan;
		this.tokens.fill(0);
		this.words.fill(0);
		for (let b = 0; b < layout.R; b++) {
			const prompt = batch.promptLengths[b]!;
			const length = batch.lengths[b]!;
			this.tokens.set(batch.promptTokens.subarray(b * P, b * P + prompt), b * (P + T));
			this.tokens.set(batch.tokens.subarray(b * T, b * T + length), b * (P + T) + prompt);
			this.lengths[b] = prompt + length;
			this.words[layout.row("prompt") + b] = prompt;
			for (let at = b * T; at < b * T + length; at++) this.token(batch, at);
		}
		this.device.queue.writeBuffer(this.model.tokens, 0, this.tokens);
		this.device.queue.writeBuffer(this.model.lengths, 0, this.lengths);
		this.device.queue.writeBuffer(block, 0, this.words);
	}

	private token(batch: SupervisedBatch, at: number): void {
		const { layout } = this.loss;
		const weight = batch.weights[at]!;
		this.words[layout.token("target") + at] = batch.tokens[at]!;
		this.words[layout.token("state") + at] = batch.states[at]!;
		this.words[layout.token("flags") + at] = weight === 0 ? 0 : ACTED | SCORED;
		this.floats[layout.token("advantage") + at] = weight;
	}
}
