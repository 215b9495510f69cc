import { InvalidInput } from "../../engine/core/errors";
import type { TrainingPlan } from "../../engine/training/executor";
import { USAGE } from "../device/usage";
import type { Packing } from "./packing";

/** Token sections of the record, in order; each holds `[B·T]` words. */
export const RECORD = {
	tokens: 0,
	states: 1,
	mask: 2,
	logProbs: 3,
	entropy: 4,
	rewards: 5,
	values: 6,
	/** Written by training where there is a reference policy, else zero. */
	refLogProbs: 7,
	/** Written by training where a value head learns, else zero. */
	valueTargets: 8,
} as const;
/** Row sections, in order; each holds `[B]` words. */
export const ROWS = { state: 0, length: 1, success: 2, truncated: 3, returns: 4, bootstrap: 5 } as const;
export const REQUEST_HEADER = 4;

/** Sizes of a rollout plan. */
export interface RolloutShape {
	readonly B: number;
	/** B padded to whole row tiles. */
	readonly paddedB: number;
	/** Longest response, and longest sequence. */
	readonly T: number;
	readonly N: number;
	/** Words of one section of the record and of the rows; multiples of 64, so that each can be bound alone. */
	readonly tokenSection: number;
	readonly rowSection: number;
	/** Positions computed: all but the last, and that too where its value is wanted. */
	readonly positions: number;
}

/**
 * @param continues whether prompts are prefixes of rollouts, which are never longer with what follows than the model's context.
 * @throws InvalidInput when the plan does not fit the model or the kernels.
 */
export function rolloutShape(plan: TrainingPlan, continues = false): RolloutShape {
	const B = plan.prompts * plan.groupSize;
	const T = plan.maxResponseLength;
	const N = continues ? plan.model.contextLength : plan.maxPromptLength + T;
	if (N > plan.model.contextLength)
		throw new InvalidInput(
			`Prompt and response take ${N} positions and the model has ${plan.model.contextLength}; raise contextLength.`,
		);
	if (plan.model.vocabSize > 256)
		throw new InvalidInput(`The GPU samples from at most 256 tokens; the vocabulary has ${plan.model.vocabSize}.`);
	if (plan.model.width / plan.model.heads > 128)
		throw new InvalidInput(
			`The GPU takes heads of at most 128 channels; width ${plan.model.width} over ${plan.model.heads} heads has more.`,
		);
	return {
		B,
		paddedB: Math.ceil(B / 8) * 8,
		T,
		N,
		tokenSection: Math.ceil((B * T) / 64) * 64,
		rowSection: Math.ceil(B / 64) * 64,
		positions: plan.model.valueHead && !continues ? N : N - 1,
	};
}

/** Every buffer of a rollout plan, made once. */
export interface RolloutBuffers {
	/** step, stream, seed, greedy; prompt lengths; start states; prompt tokens. The one thing that is written per batch. */
	readonly request: GPUBuffer;
	readonly machine: GPUBuffer;
	readonly columns: GPUBuffer;
	readonly packed: GPUBuffer;
	/** Residual stream, attention output, feed-forward hidden, logits. */
	readonly x: GPUBuffer;
	readonly attended: GPUBuffer;
	readonly hidden: GPUBuffer;
	readonly logits: GPUBuffer;
	/** Per layer: q, k and v of every position. */
	readonly caches: readonly GPUBuffer[];
	readonly rows: GPUBuffer;
	/** Sections of `RECORD`, then the whole sequences `[B·N]`. */
	readonly record: GPUBuffer;
	/** One uniform slot per position, at multiples of `positionStride` bytes. */
	readonly positions: GPUBuffer;
	readonly positionStride: number;
}

/** @throws InvalidInput when a buffer is larger than the adapter binds. */
export function createRolloutBuffers(
	device: GPUDevice,
	plan: TrainingPlan,
	shape: RolloutShape,
	packing: Packing,
): RolloutBuffers {
	const { paddedB, B, N } = shape;
	const storage = (label: string, words: number): GPUBuffer => {
		const size = Math.max(words * 4, 256);
		if (size > device.limits.maxStorageBufferBindingSize)
			throw new InvalidInput(
				`Rollouts need ${size} bytes for ${label} and the adapter binds ${device.limits.maxStorageBufferBindingSize}; use fewer rollouts or a smaller model.`,
			);
		return device.createBuffer({ label, size, usage: USAGE.storage | USAGE.copySource | USAGE.copyTarget });
	};
	const filled = (label: string, words: Uint32Array<ArrayBuffer>) => {
		const buffer = storage(label, words.length);
		device.queue.writeBuffer(buffer, 0, words);
		return buffer;
	};
	const [layer] = packing.layers;
	return {
		request: storage("request", requestWords(plan) + plan.prompts + 8 * B),
		machine: filled("machine", machineWords(plan)),
		columns: filled("columns", packing.columns),
		packed: storage("packed weights", packing.size),
		x: storage("residual stream", paddedB * packing.width),
		attended: storage("attention output", paddedB * layer!.projection.inputs),
		hidden: storage("feed-forward hidden", paddedB * layer!.contract.inputs),
		logits: storage("logits", paddedB * packing.head.outputs),
		caches: packing.layers.map((l, i) => storage(`cache of layer ${i}`, paddedB * N * l.attention.outputs)),
		rows: storage("rows", Object.keys(ROWS).length * shape.rowSection),
		record: storage("record", Object.keys(RECORD).length * shape.tokenSection + B * (plan.maxPromptLength + shape.T)),
		...positionSlots(device, N),
	};
}

/** Words of a request: header, prompt lengths, start states, prompt tokens. What a continuation says beyond it comes after. */
export function requestWords({ prompts, maxPromptLength }: TrainingPlan): number {
	return REQUEST_HEADER + prompts * (2 + maxPromptLength);
}

/** Successors, rewards and weights `[S·V]` each, then actor | success << 8 `[S]`. */
function machineWords({ machine }: TrainingPlan): Uint32Array<ArrayBuffer> {
	const { states: S, vocabSize: V } = machine;
	const words = new Uint32Array(3 * S * V + S);
	words.set(machine.next);
	words.set(bits(machine.reward), S * V);
	words.set(bits(machine.weight), 2 * S * V);
	for (let s = 0; s < S; s++) words[3 * S * V + s] = machine.actor[s]! | (machine.success[s]! << 8);
	return words;
}

const bits = (floats: Float32Array) => new Uint32Array(floats.buffer, floats.byteOffset, floats.length);

function positionSlots(device: GPUDevice, count: number) {
	const positionStride = device.limits.minUniformBufferOffsetAlignment;
	const words = new Uint32Array((positionStride / 4) * count);
	for (let p = 0; p < count; p++) words[(p * positionStride) / 4] = p;
	const positions = device.createBuffer({
		label: "positions",
		size: words.byteLength,
		usage: USAGE.uniform | USAGE.copyTarget,
	});
	device.queue.writeBuffer(positions, 0, words);
	return { positions, positionStride };
}

/** Frees every buffer. */
export function destroyRolloutBuffers(buffers: RolloutBuffers): void {
	for (const value of Object.values(buffers).flat()) if (typeof value === "object") value.destroy();
}
