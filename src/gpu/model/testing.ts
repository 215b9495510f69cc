import { Rng } from "../../engine/core/rng";
import { createActivations } from "../../engine/model/activations";
import { backward } from "../../engine/model/backward";
import { type ModelConfig, parameterLayout } from "../../engine/model/config";
import { forward } from "../../engine/model/forward";
import { initParameters } from "../../engine/model/parameters";
import { readWords } from "../device/readback";
import type { GpuTransformer } from "./transformer";

/** A batch whose sequences have different lengths, one of them the longest, one of a single token. */
export interface TestBatch {
	readonly B: number;
	readonly N: number;
	readonly tokens: Int32Array<ArrayBuffer>;
	readonly lengths: Int32Array<ArrayBuffer>;
	/** `[B·N·V]` and `[B·N]`; zero after the end of a sequence. */
	readonly dlogits: Float64Array;
	readonly dvalues: Float64Array;
}

export function testBatch({ vocabSize: V }: ModelConfig, B: number, N: number, seed = 1): TestBatch {
	const rng = Rng.of(seed).fork("batch");
	const lengths = Int32Array.from({ length: B }, (_, b) => (b === 0 ? N : b === 1 ? 1 : 1 + ((b * 7) % N)));
	// Ids after the end are out of the vocabulary: nobody may look at them.
	const tokens = Int32Array.from({ length: B * N }, (_, i) =>
		i % N < lengths[Math.floor(i / N)]! ? Math.floor(rng.uniform() * V) : 2_000_000_000,
	);
	const inside = (row: number) => row % N < lengths[Math.floor(row / N)]!;
	return {
		B,
		N,
		tokens,
		lengths,
		dlogits: Float64Array.from({ length: B * N * V }, (_, i) =>
			inside(Math.floor(i / V)) ? Math.fround(rng.normal()) : 0,
		),
		dvalues: Float64Array.from({ length: B * N }, (_, i) => (inside(i) ? Math.fround(rng.normal()) : 0)),
	};
}

/** Parameters whose every tensor matters: larger weights, biases and LayerNorms that are neither 0 nor 1. */
export function testParameters(config: ModelConfig, seed = 5): Float32Array<ArrayBuffer> {
	const flat = new Float32Array(parameterLayout(config).size);
	const init = initParameters(config, seed);
	for (const { offset, length } of parameterLayout(config).tensors)
		for (let i = offset; i < offset + length; i++) {
			const v = init[i]!;
			flat[i] = v === 1 ? 1 + 0.1 * Math.sin(i) : v === 0 ? 0.05 * Math.cos(i) : 8 * v;
		}
	return flat;
}

/** Logits `[B·N·V]`, values `[B·N]` and flat gradients in float64. */
export function referencePass(config: ModelConfig, parameters: ArrayLike<number>, batch: TestBatch) {
	const acts = createActivations(config, batch.B, batch.N);
	const flat = Float64Array.from(parameters);
	const gradients = new Float64Array(flat.length);
	forward(config, flat, batch, acts);
	backward(config, flat, batch, acts, batch.dlogits, config.valueHead ? batch.dvalues : null, gradients);
	return { logits: acts.logits, values: acts.values, gradients, blocks: acts.blocks };
}

/** Writes a batch and its gradients into a transformer's buffers. */
export function loadBatch(device: GPUDevice, model: GpuTransformer, batch: TestBatch): void {
	const { rowStride, columnStride, valueColumn, rows } = model.logits;
	const V = model.config.vocabSize;
	const dlogits = new Float32Array(rows * rowStride);
	for (let row = 0; row < batch.B * batch.N; row++) {
		for (let v = 0; v < V; v++) dlogits[row * rowStride + v * columnStride] = batch.dlogits[row * V + v]!;
		if (valueColumn !== null) dlogits[row * rowStride + valueColumn * columnStride] = batch.dvalues[row]!;
	}
	device.queue.writeBuffer(model.buffers.tokens, 0, batch.tokens);
	device.queue.writeBuffer(model.buffers.lengths, 0, batch.lengths);
	device.queue.writeBuffer(model.buffers.dlogits, 0, dlogits);
}

/** Encodes into one pass of one submit. */
export function submit(device: GPUDevice, encode: (pass: GPUComputePassEncoder) => void): void {
	const encoder = device.createCommandEncoder();
	const pass = encoder.beginComputePass();
	encode(pass);
	pass.end();
	device.queue.submit([encoder.finish()]);
}

export async function readFloats(device: GPUDevice, buffer: GPUBuffer): Promise<Float32Array> {
	return new Float32Array((await readWords(device, buffer)).buffer);
}

/** Largest |a − b| over what a batch computes, of logits and of values; NaN is infinite. */
export function logitsDistance(
	model: GpuTransformer,
	batch: TestBatch,
	gpu: Float32Array,
	reference: { readonly logits: Float64Array; readonly values: Float64Array },
): number {
	const { rowStride, columnStride, valueColumn } = model.logits;
	const V = model.config.vocabSize;
	let worst = 0;
	const compare = (a: number, b: number) => {
		const difference = Math.abs(a - b);
		worst = difference <= worst ? worst : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
	};
	for (let row = 0; row < batch.B * batch.N; row++) {
		if (row % batch.N >= batch.lengths[Math.floor(row / batch.N)]!) continue;
		for (let v = 0; v < V; v++) compare(gpu[row * rowStride + v * columnStride]!, reference.logits[row * V + v]!);
		if (valueColumn !== null) compare(gpu[row * rowStride + valueColumn * columnStride]!, reference.values[row]!);
	}
	return worst;
}

/** Largest |a − b| of each tensor, relative to the tensor's largest entry; the key third of attention biases is compared as it is. */
export function gradientDistances(config: ModelConfig, gpu: Float32Array, reference: Float64Array) {
	return parameterLayout(config).tensors.map(({ name, offset, length }) => {
		let largest = 0;
		let worst = 0;
		for (let i = offset; i < offset + length; i++) {
			largest = Math.max(largest, Math.abs(reference[i]!));
			const difference = Math.abs(gpu[i]! - reference[i]!);
			worst = difference <= worst ? worst : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
		}
		return { name, distance: worst / largest };
	});
}
