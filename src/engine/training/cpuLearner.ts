import { type Activations, createActivations } from "../model/activations";
import { type AdamState, adamwStep, createAdamState } from "../model/adamw";
import { type BackwardScratch, backward, createBackwardScratch } from "../model/backward";
import { type ParameterLayout, parameterLayout } from "../model/config";
import { forward } from "../model/forward";
import { tokenLogProbs, tokenLogProbsBackward } from "../model/tokenLogProbs";
import type { TrainingPlan, TrainState } from "./executor";
import type { SequenceBlock } from "./sequences";

/** Log-probabilities of scored tokens and entropies of the distributions they came from `[n]`, nats. */
export interface Scores {
	readonly logProbs: Float64Array;
	readonly entropy: Float64Array;
	/** Values of the prefixes before them `[n]`; absent without a value head. */
	readonly values?: Float64Array;
}

/** The loss's gradients in what `score` gave `[n]`; null where it does not depend on it. */
export interface ScoreGradients {
	readonly dlogProbs: Float64Array;
	readonly dentropy: Float64Array | null;
	readonly dvalues: Float64Array | null;
}

/** What one optimiser step did. */
export interface Learned {
	/** Before clipping. */
	readonly gradientNorm: number;
	/** False when the gradient was not finite and nothing changed. */
	readonly finite: boolean;
}

/** Attention of one sequence of N tokens: maps `[N·N]` by layer, then head. */
export interface SequenceAttention {
	readonly N: number;
	readonly layers: readonly (readonly ArrayLike<number>[])[];
}

/** Policy, reference and optimiser of an executor that computes when it is asked. */
export interface Learner {
	/** Optimiser steps taken. */
	readonly step: number;
	upload(state: TrainState): void;
	download(): TrainState;
	/** Keeps the present parameters as the reference. */
	freezeReference(): void;
	/** Teacher-forced scores of a block, by the policy or by the reference. `learn` may follow for a block just scored by the policy. */
	score(block: SequenceBlock, by?: "policy" | "reference"): Scores;
	/** One AdamW step from the loss's gradients in what `score` gave for this block. */
	learn(block: SequenceBlock, gradients: ScoreGradients, learningRate: number): Learned;
	/** Attention of every sequence of a block under the policy, last tokens included. */
	attention(block: SequenceBlock): readonly SequenceAttention[];
}

/**
 * Policy and optimiser of the CPU executor. Computes in float64; parameters and moments are rounded to float32 after each
 * step, because that is what checkpoints hold: a resumed run then repeats an uninterrupted one bit for bit.
 */
export class CpuLearner implements Learner {
	readonly parameters: Float64Array;
	private reference: Float64Array | null = null;
	private readonly layout: ParameterLayout;
	private readonly adam: AdamState;
	private readonly gradients: Float64Array;
	private readonly acts: Activations;
	private readonly scratch: BackwardScratch;
	private readonly dlogits: Float64Array;

	constructor(private readonly plan: TrainingPlan) {
		const B = plan.prompts * plan.groupSize;
		const N = plan.maxPromptLength + plan.maxResponseLength;
		this.layout = parameterLayout(plan.model);
		this.parameters = new Float64Array(this.layout.size);
		this.gradients = new Float64Array(this.layout.size);
		this.adam = createAdamState(this.layout.size);
		this.acts = createActivations(plan.model, B, N);
		this.scratch = createBackwardScratch(plan.model, B, N);
		this.dlogits = new Float64Array(B * N * plan.model.vocabSize);
	}

	get step(): number {
		return this.adam.step;
	}

	upload({ parameters, firstMoment, secondMoment, step }: TrainState): void {
		this.parameters.set(parameters);
		this.adam.firstMoment.set(firstMoment);
		this.adam.secondMoment.set(secondMoment);
		this.adam.step = step;
	}

	download(): TrainState {
		return {
			parameters: Float32Array.from(this.parameters),
			firstMoment: Float32Array.from(this.adam.firstMoment),
			secondMoment: Float32Array.from(this.adam.secondMoment),
			step: this.adam.step,
		};
	}

	freezeReference(): void {
		this.reference = this.parameters.slice();
	}

	score({ batch, scored }: SequenceBlock, by: "policy" | "reference" = "policy"): Scores {
		const parameters = by === "policy" ? this.parameters : this.reference;
		if (!parameters) throw new Error("The reference was asked for before it was frozen.");
		forward(this.plan.model, parameters, batch, this.acts);
		const out = { logProbs: new Float64Array(scored.count), entropy: new Float64Array(scored.count) };
		tokenLogProbs(out.logProbs, out.entropy, this.acts.logits, this.plan.model.vocabSize, scored);
		if (!this.plan.model.valueHead) return out;
		return { ...out, values: Float64Array.from(scored.rows, (row) => this.acts.values[row]!) };
	}

	attention({ batch }: SequenceBlock): SequenceAttention[] {
		const { heads } = this.plan.model;
		forward(this.plan.model, this.parameters, batch, this.acts);
		const map = (l: number, h: number, b: number, n: number) =>
			Float64Array.from({ length: n * n }, (_, i) => {
				const row = ((b * heads + h) * batch.N + Math.floor(i / n)) * batch.N;
				return this.acts.blocks[l]!.attention[row + (i % n)]!;
			});
		return Array.from({ length: batch.B }, (_, b) => {
			const N = batch.lengths[b]!;
			const layers = this.acts.blocks.map((_, l) => Array.from({ length: heads }, (_, h) => map(l, h, b, N)));
			return { N, layers };
		});
	}

	learn(block: SequenceBlock, gradients: ScoreGradients, learningRate: number): Learned {
		this.gradient(block, gradients);
		const norm = adamwStep(this.layout, this.parameters, this.gradients, this.adam, this.plan.optimizer, learningRate);
		for (const buffer of [this.parameters, this.adam.firstMoment, this.adam.secondMoment]) roundToFloat32(buffer);
		return { gradientNorm: norm, finite: Number.isFinite(norm) };
	}

	/** Gradient in the parameters of the block last scored; the buffer is used again by the next call. */
	gradient(
		{ batch, scored }: Pick<SequenceBlock, "batch" | "scored">,
		{ dlogProbs, dentropy, dvalues }: ScoreGradients,
	): Float64Array {
		const { model } = this.plan;
		const rows = dvalues && new Float64Array(batch.B * batch.N);
		for (let i = 0; rows && i < scored.count; i++) rows[scored.rows[i]!]! += dvalues![i]!;
		this.dlogits.fill(0, 0, batch.B * batch.N * model.vocabSize);
		tokenLogProbsBackward(this.dlogits, this.acts.logits, model.vocabSize, scored, dlogProbs, dentropy);
		this.gradients.fill(0);
		backward(model, this.parameters, batch, this.acts, this.dlogits, rows, this.gradients, this.scratch);
		return this.gradients;
	}
}

function roundToFloat32(buffer: Float64Array): void {
	for (let i = 0; i < buffer.length; i++) buffer[i] = Math.fround(buffer[i]!);
}
