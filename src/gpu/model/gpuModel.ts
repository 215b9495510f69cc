import { largest } from "../../engine/core/extremes";
import type { WeightedSequence } from "../../engine/formats/weightedSequences";
import type { ModelConfig } from "../../engine/model/config";
import type { OptimizerPlan } from "../../engine/training/executor";
import { DispatchCompiler } from "../device/dispatch";
import { Readback } from "../device/readback";
import { createAttentionMaps } from "./attentionMaps";
import { createGpuTransformer } from "./createTransformer";
import type { GpuTransformer, ModelState, ModelVariant } from "./transformer";
import { createWeightedLoss, type WeightedLoss } from "./weightedLoss";

/** Rows of one pass: long enough to fill a device, short enough that activations of small models stay small. */
const CHUNK_ROWS = 2048;

/**
 * One model on a device for sequences of any length and number: forward passes, and AdamW on −Σ mask·A·log p / Σ mask over all
 * sequences together, in chunks whose gradients are added.
 */
export class GpuModel {
	private readonly compiler: DispatchCompiler;
	private readonly readback: Readback;
	private readonly passes = new Map<number, Promise<GpuTransformer>>();
	private fitting: Promise<Fitting> | null = null;

	private constructor(
		private readonly device: GPUDevice,
		private readonly config: ModelConfig,
		private readonly variant: ModelVariant,
		private readonly home: GpuTransformer,
	) {
		this.compiler = new DispatchCompiler(device);
		this.readback = new Readback(device);
	}

	/** @throws InvalidInput when the model does not fit the adapter. */
	static async open(
		device: GPUDevice,
		config: ModelConfig,
		parameters: Float64Array | Float32Array,
		variant: ModelVariant,
	): Promise<GpuModel> {
		const home = await createGpuTransformer(device, config, { B: 1, N: 1, variant });
		device.queue.writeBuffer(home.buffers.parameters, 0, Float32Array.from(parameters));
		return new GpuModel(device, config, variant, home);
	}

	/** Logits `[T·V]` of one sequence, and attention weights `[L][H·T·T]` where asked for. */
	async run(tokens: Int32Array, attention: boolean): Promise<{ logits: Float32Array; attention: Float32Array[] }> {
		const model = await this.passFor(tokens.length);
		const maps = attention ? await createAttentionMaps(this.device, model) : null;
		this.load(model, [tokens]);
		this.submit((pass) => {
			model.encodeForward(pass);
			maps?.encode(pass);
		});
		const [logits, ...weights] = await this.read([model.buffers.logits, ...(maps?.weights ?? [])]);
		maps?.dispose();
		const { heads } = this.config;
		return {
			logits: plainLogits(model, logits!, tokens.length),
			attention: weights.map((w) => squares(w, heads, model.N, tokens.length)),
		};
	}

	/** The loss over all sequences, and its gradient, flat in the parameter layout. */
	async gradient(data: readonly WeightedSequence[]): Promise<{ loss: number; gradients: Float32Array }> {
		const fitting = await this.fittingFor(data);
		const loss = await this.accumulate(fitting, data);
		const [gradients] = await this.read([this.home.buffers.gradients]);
		return { loss, gradients: gradients! };
	}

	/** One AdamW step; returns the loss before it. The optimiser of the first step holds for all. */
	async step(data: readonly WeightedSequence[], optimizer: OptimizerPlan): Promise<number> {
		const fitting = await this.fittingFor(data, optimizer);
		const loss = await this.accumulate(fitting, data);
		this.device.queue.writeBuffer(this.home.buffers.control, 0, Float32Array.of(optimizer.learningRate, 0, 0, 0));
		this.submit((pass) => fitting.model.encodeUpdate(pass));
		return loss;
	}

	async parameters(): Promise<Float32Array> {
		return (await this.read([this.home.buffers.parameters]))[0]!;
	}

	/** Frees every buffer; the device stays. */
	async dispose(): Promise<void> {
		const made = await Promise.allSettled(this.passes.values());
		for (const result of made) if (result.status === "fulfilled") result.value.dispose();
		const fitting = await this.fitting;
		fitting?.model.dispose();
		fitting?.loss.dispose();
		this.readback.dispose();
		this.home.dispose();
	}

	/** A plan for one sequence of up to a multiple of 32 positions. */
	private passFor(length: number): Promise<GpuTransformer> {
		const N = Math.min(this.config.contextLength, Math.ceil(length / 32) * 32);
		const { compiler, variant } = this;
		const share: ModelState = this.home.buffers;
		const known =
			this.passes.get(N) ?? createGpuTransformer(this.device, this.config, { B: 1, N, variant, share, compiler });
		this.passes.set(N, known);
		return known;
	}

	private fittingFor(data: readonly WeightedSequence[], optimizer?: OptimizerPlan): Promise<Fitting> {
		this.fitting ??= this.openFitting(data, optimizer);
		return this.fitting;
	}

	private async openFitting(data: readonly WeightedSequence[], optimizer?: OptimizerPlan): Promise<Fitting> {
		const N = largest(data.map((s) => s.tokens.length));
		const B = Math.min(data.length, Math.max(1, Math.floor(CHUNK_ROWS / N)));
		const { compiler, variant, device } = this;
		const share: ModelState = this.home.buffers;
		const options = { B, N, variant, share, compiler };
		const model = await createGpuTransformer(device, this.config, optimizer ? { ...options, optimizer } : options);
		return { model, loss: await createWeightedLoss(compiler, model) };
	}

	/** Gradient of the whole data, chunk by chunk; returns the loss. */
	private async accumulate({ model, loss }: Fitting, data: readonly WeightedSequence[]) {
		const counted = data.reduce((sum, s) => sum + s.mask.reduce((a, m) => a + m, 0), 0);
		let total = 0;
		for (let first = 0; first < data.length; first += model.B) {
			const chunk = data.slice(first, first + model.B);
			this.load(
				model,
				chunk.map((s) => s.tokens),
			);
			loss.write(...rowWeights(chunk, counted, model));
			this.submit((pass) => {
				model.encodeForward(pass);
				loss.encode(pass);
				model.encodeBackward(pass, first > 0);
			});
			const [rows] = await this.read([loss.losses]);
			for (const row of rows!) total += row;
		}
		return total;
	}

	private load({ B, N, buffers }: GpuTransformer, sequences: readonly Int32Array[]): void {
		const tokens = new Uint32Array(B * N);
		const lengths = new Uint32Array(B);
		sequences.forEach((sequence, b) => {
			tokens.set(sequence, b * N);
			lengths[b] = sequence.length;
		});
		this.device.queue.writeBuffer(buffers.tokens, 0, tokens);
		this.device.queue.writeBuffer(buffers.lengths, 0, lengths);
	}

	private submit(encode: (pass: GPUComputePassEncoder) => void): void {
		const encoder = this.device.createCommandEncoder();
		const pass = encoder.beginComputePass();
		encode(pass);
		pass.end();
		this.device.queue.submit([encoder.finish()]);
	}

	private async read(buffers: readonly GPUBuffer[]): Promise<Float32Array[]> {
		return (await this.readback.read(buffers)).map((words) => new Float32Array(words.buffer));
	}
}

/** What steps over a data file need besides the model's state. */
interface Fitting {
	readonly model: GpuTransformer;
	readonly loss: WeightedLoss;
}

/** The token after each row, and its mask·A / Σ mask. */
function rowWeights(chunk: readonly WeightedSequence[], counted: number, { B, N }: GpuTransformer) {
	const targets = new Uint32Array(B * N);
	const weights = new Float32Array(B * N);
	chunk.forEach(({ tokens, mask, advantages }, b) => {
		targets.set(tokens.subarray(1), b * N);
		for (let t = 1; t < mask.length; t++) weights[b * N + t - 1] = (mask[t]! * advantages[t]!) / counted;
	});
	return [targets, weights] as const;
}

function plainLogits({ logits: { rowStride, columnStride }, config }: GpuTransformer, from: Float32Array, T: number) {
	const V = config.vocabSize;
	return Float32Array.from({ length: T * V }, (_, i) => from[Math.floor(i / V) * rowStride + (i % V) * columnStride]!);
}

/** The first T queries and keys of maps `[H, N, N]`. */
function squares(from: Float32Array, H: number, N: number, T: number): Float32Array {
	const out = new Float32Array(H * T * T);
	for (let h = 0; h < H; h++)
		for (let t = 0; t < T; t++) out.set(from.subarray((h * N + t) * N, (h * N + t) * N + T), (h * T + t) * T);
	return out;
}
