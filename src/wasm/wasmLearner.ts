import { clipScale } from "../engine/model/adamw";
import type { Learned, Learner, ScoreGradients, Scores, SequenceAttention } from "../engine/training/cpuLearner";
import type { TrainState } from "../engine/training/executor";
import type { SequenceBlock } from "../engine/training/sequences";
import type { WasmCore } from "./core";
import { WORK } from "./crew";

/**
 * Policy, reference and optimiser in the module's memory. Chunks of sequences are computed one after the other or on several
 * threads; gradients meet in lanes that are added in order, so the bits are the same either way.
 */
export class WasmLearner implements Learner {
	step = 0;
	/** Row of each scored token of the block last scored. */
	private rows = new Int32Array(0);
	private sequences = 0;

	constructor(private readonly core: WasmCore) {}

	upload({ parameters, firstMoment, secondMoment, step }: TrainState): void {
		const { core } = this;
		const { size } = core.arena.layout;
		core.floats(core.arena.policy.flat, size).set(parameters);
		core.numbersOf("firstMoment", size).set(firstMoment);
		core.numbersOf("secondMoment", size).set(secondMoment);
		this.step = step;
		this.pack(core.arena.policy);
	}

	download(): TrainState {
		const { core } = this;
		const { size } = core.arena.layout;
		return {
			parameters: core.floats(core.arena.policy.flat, size).slice(),
			firstMoment: core.numbersOf("firstMoment", size).slice(),
			secondMoment: core.numbersOf("secondMoment", size).slice(),
			step: this.step,
		};
	}

	freezeReference(): void {
		const { core } = this;
		if (!core.plan.reference) return;
		const { policy, reference, layout } = core.arena;
		core.floats(reference.flat, layout.size).set(core.floats(policy.flat, layout.size));
		this.pack(reference);
	}

	score(block: SequenceBlock, by: "policy" | "reference" = "policy"): Scores {
		const { core } = this;
		core.followMachine();
		this.load(block);
		const policy = by === "policy" ? core.arena.policy : core.arena.reference;
		core.crew.run({ kind: WORK.forward, count: this.chunks(), policy, items: this.sequences });
		const total = block.batch.B * block.batch.N;
		return {
			logProbs: this.gather(core.numbersOf("logProbs", total)),
			entropy: this.gather(core.numbersOf("entropies", total)),
			...(core.plan.model.valueHead ? { values: this.gather(core.numbersOf("values", total)) } : {}),
		};
	}

	attention(block: SequenceBlock): SequenceAttention[] {
		const { core } = this;
		const { heads, layers } = core.plan.model;
		this.load(block, 0);
		core.crew.run({ kind: WORK.forward, count: this.chunks(), policy: core.arena.policy, items: this.sequences });
		const context = core.plan.maxPromptLength + core.plan.maxResponseLength;
		const stride = Math.ceil(context / 8) * 8;
		const layerFloats = core.addressOf("attentionLayerBytes") / 4;
		const weights = core.numbersOf("attention", layers * layerFloats);
		const map = (l: number, b: number, h: number, n: number) => {
			const at = l * layerFloats + (b * heads + h) * context * stride;
			return Float64Array.from({ length: n * n }, (_, i) => {
				const [t, s] = [Math.floor(i / n), i % n];
				return s <= t ? weights[at + t * stride + s]! : 0;
			});
		};
		return Array.from({ length: block.batch.B }, (_, b) => {
			const N = block.batch.lengths[b]!;
			const ofLayer = (l: number) => Array.from({ length: heads }, (_, h) => map(l, b, h, N));
			return { N, layers: Array.from({ length: layers }, (_, l) => ofLayer(l)) };
		});
	}

	learn(_block: SequenceBlock, gradients: ScoreGradients, learningRate: number): Learned {
		const norm = this.gradient(gradients);
		if (!Number.isFinite(norm)) return { gradientNorm: norm, finite: false };
		this.advance(norm, learningRate);
		return { gradientNorm: norm, finite: true };
	}

	/** Gradient of the block last scored, in lane 0; returns its norm. */
	gradient({ dlogProbs, dentropy, dvalues }: ScoreGradients): number {
		const { core } = this;
		const { lanes, policy } = core.arena;
		const total = this.sequences * (core.plan.maxPromptLength + core.plan.maxResponseLength);
		this.scatter(core.numbersOf("dlogProbs", total), dlogProbs);
		this.scatter(core.numbersOf("dentropies", total), dentropy);
		core.numbersOf("dvalues", total).fill(0);
		if (dvalues) this.scatter(core.numbersOf("dvalues", total), dvalues);
		const used = Math.min(lanes, this.chunks());
		core.use(policy);
		core.wasm.packBackward!();
		core.crew.run({ kind: WORK.backward, count: used, policy, items: this.sequences });
		return Math.sqrt(core.wasm.reduceGradients!(used));
	}

	/** AdamW from the gradient in lane 0. */
	private advance(norm: number, learningRate: number): void {
		const { core } = this;
		const { clipNorm, beta1, beta2, eps, weightDecay } = core.plan.optimizer;
		this.step++;
		const scale = clipScale(norm, clipNorm);
		const correction1 = 1 - power(beta1, this.step);
		const correction2 = 1 - power(beta2, this.step);
		const { flat } = core.arena.policy;
		for (const { offset, length, decay } of core.arena.layout.tensors) {
			const keep = decay ? 1 - learningRate * weightDecay : 1;
			const at = [flat, 4 * offset, 4 * length] as const;
			const moments = [beta1, 1 - beta1, beta2, 1 - beta2, correction1, correction2] as const;
			core.wasm.adamw!(...at, scale, ...moments, eps, keep, learningRate);
		}
		this.pack(core.arena.policy);
	}

	private pack(which: { readonly flat: number; readonly packed: number }): void {
		this.core.use(which);
		this.core.wasm.packForward!();
	}

	/**
	 * Writes a block's tokens, rows without gaps, and what is scored where.
	 * @param unread tokens at the end of each sequence that are left out: the last one predicts nothing.
	 */
	private load({ batch, scored }: SequenceBlock, unread = 1): void {
		const { core } = this;
		const { B, N } = batch;
		core.integersOf("tokens", B * N).set(batch.tokens.subarray(0, B * N));
		const lengths = core.integersOf("lengths", B);
		const starts = core.integersOf("rowStarts", B + 1);
		starts[0] = 0;
		for (let b = 0; b < B; b++) {
			lengths[b] = Math.max(0, batch.lengths[b]! - unread);
			starts[b + 1] = starts[b]! + lengths[b]!;
		}
		const targets = core.integersOf("targets", B * N).fill(-1);
		const states = core.wordsOf("states", B * N);
		this.rows = new Int32Array(scored.count);
		for (let i = 0; i < scored.count; i++) {
			const row = scored.rows[i]!;
			const at = starts[Math.floor(row / N)]! + (row % N);
			this.rows[i] = at;
			targets[at] = scored.targets[i]!;
			states[at] = scored.legal!.states[i]!;
		}
		this.sequences = B;
	}

	private chunks(): number {
		return Math.ceil(this.sequences / this.core.arena.chunkSequences);
	}

	private gather(from: Float32Array): Float64Array {
		return Float64Array.from(this.rows, (row) => from[row]!);
	}
	private scatter(to: Float32Array, from: Float64Array | null): void {
		this.rows.forEach((row, i) => {
			to[row] = from ? from[i]! : 0;
		});
	}
}

/** xⁿ by repeated squaring: engines differ in the last bit of their own power function. */
function power(x: number, n: number): number {
	let result = 1;
	for (let base = x, left = n; left > 0; left = Math.floor(left / 2), base *= base) if (left % 2 === 1) result *= base;
	return result;
}
