import { parameterLayout } from "../../engine/model/config";
import type { Continuation } from "../../engine/training/cpuRollout";
import type { RolloutRequest, TrainingPlan } from "../../engine/training/executor";
import { type Binding, type Dispatch, type DispatchCompiler, encodeDispatch } from "../device/dispatch";
import type { Constants, Kernel } from "../device/kernel";
import { KERNELS } from "./kernels";
import { type PackedMatrix, type Packing, packModel } from "./packing";
import {
	createRolloutBuffers,
	destroyRolloutBuffers,
	REQUEST_HEADER,
	type RolloutBuffers,
	type RolloutShape,
	requestWords,
	rolloutShape,
} from "./rolloutBuffers";

/** "registers": one invocation per tile or row, for software adapters. "lanes": workgroups share a row, for GPUs. */
export type DecodeVariant = "registers" | "lanes";

/** A rollout batch, compiled once: nothing is created when it runs. */
export interface RolloutPlan {
	readonly shape: RolloutShape;
	readonly buffers: RolloutBuffers;
	readonly dispatches: number;
	readonly submits: number;
	/** Enqueues one batch: one small write and `submits` submits. @param continuation where the plan `continues`. */
	run(request: RolloutRequest, continuation?: Continuation): void;
	/** Writes a request without sampling, for kernels that go on with rollouts from elsewhere and read the request. */
	describe(request: RolloutRequest): void;
	dispose(): void;
}

export interface RolloutOptions {
	readonly variant: DecodeVariant;
	/** Submits that a batch is split into. */
	readonly submits: number;
	/** Goes on from prefixes, with keys, limits and greediness that each batch says. Default false. */
	readonly continues?: boolean;
}

/**
 * Compiles the rollouts of a training plan. Every position is one replay of the same 5·layers + 2 dispatches; prompts are forced
 * token by token with the rest.
 * @param parameters flat buffer in the parameter layout; read by every run.
 * @throws InvalidInput when the plan does not fit the kernels or the adapter.
 */
export async function createRolloutPlan(
	shared: DispatchCompiler,
	plan: TrainingPlan,
	parameters: GPUBuffer,
	options: RolloutOptions,
): Promise<RolloutPlan> {
	const { device } = shared;
	const shape = rolloutShape(plan, options.continues ?? false);
	const packing = packModel(plan.model);
	const buffers = createRolloutBuffers(device, plan, shape, packing);
	const parts = { compiler: new Compiler(shared, buffers), plan, parameters, shape, packing, buffers, options };
	try {
		const [setup, step] = await Promise.all([
			Promise.all(startDispatches(parts)),
			Promise.all([...layerDispatches(parts), ...drawDispatches(parts)]),
		]);
		return new Replay(device, plan, shape, buffers, setup, step, options.submits);
	} catch (error) {
		destroyRolloutBuffers(buffers);
		throw error;
	}
}

interface Parts {
	readonly compiler: Compiler;
	readonly plan: TrainingPlan;
	readonly parameters: GPUBuffer;
	readonly shape: RolloutShape;
	readonly packing: Packing;
	readonly buffers: RolloutBuffers;
	readonly options: RolloutOptions;
}

/** Once a batch: the weights packed for decoding, every row at its start. */
function startDispatches({ compiler, plan, parameters, shape, packing, buffers }: Parts): Promise<Dispatch>[] {
	return [
		compiler.dispatch(
			KERNELS.decodePack,
			{ COLUMNS: packing.columnCount },
			[buffers.columns, parameters, buffers.packed],
			Math.ceil(packing.columnCount / 64),
		),
		compiler.dispatch(
			KERNELS.decodeStart,
			sizeConstants(plan, shape, packing.width),
			[buffers.machine, buffers.request, parameters, buffers.rows, buffers.record, buffers.x],
			shape.paddedB / 8,
		),
	];
}

/** Once a position: the blocks of the transformer, five dispatches each. */
function layerDispatches({ compiler, plan, shape, packing, buffers, options }: Parts): Promise<Dispatch>[] {
	const linears = new Linears(compiler, buffers, shape, options.variant);
	const { heads, width } = plan.model;
	const BLOCKS = Math.ceil(packing.headWidth / 32);
	const norm = { NORM: true, WIDTH: width };
	return packing.layers.flatMap((layer, l) => {
		const cache = buffers.caches[l]!;
		const cached = { OUT_ROW4: (shape.N * layer.attention.outputs) / 4, OUT_POSITION4: layer.attention.outputs / 4 };
		const attention = {
			HEADS: heads,
			CHANNELS4: packing.headWidth / 4,
			CONTEXT: shape.N,
			CACHE_ROW4: layer.attention.outputs / 4,
			OUT_ROW4: layer.projection.inputs / 4,
		};
		return [
			linears.dispatch(buffers.x, layer.attention, cache, { ...norm, ...cached }),
			options.variant === "lanes"
				? compiler.dispatch(KERNELS.decodeAttentionLanes, attention, [cache, buffers.attended], shape.B * heads)
				: compiler.dispatch(
						KERNELS.decodeAttention,
						{ ...attention, ROWS: shape.B, BLOCKS },
						[cache, buffers.attended],
						Math.ceil((shape.B * heads * BLOCKS) / 8),
					),
			linears.dispatch(buffers.attended, layer.projection, buffers.x, { RESIDUAL: true }),
			linears.dispatch(buffers.x, layer.expand, buffers.hidden, { ...norm, GELU: true }),
			linears.dispatch(buffers.hidden, layer.contract, buffers.x, { RESIDUAL: true }),
		];
	});
}

/** Once a position, after the blocks: logits, and the token that is drawn from them. */
function drawDispatches({ compiler, plan, parameters, shape, packing, buffers, options }: Parts): Promise<Dispatch>[] {
	const linears = new Linears(compiler, buffers, shape, options.variant);
	const lanes = options.variant === "lanes";
	const sizes = sizeConstants(plan, shape, packing.width);
	const drawing = { CONTINUES: options.continues ?? false, LOGIT_STRIDE: packing.head.outputs };
	return [
		linears.dispatch(buffers.x, packing.head, buffers.logits, { NORM: true, WIDTH: plan.model.width }),
		compiler.dispatch(
			lanes ? KERNELS.sampleTokenLanes : KERNELS.sampleToken,
			{ ...sizes, ...samplingConstants(plan), ...drawing },
			[buffers.logits, buffers.machine, buffers.request, parameters, buffers.rows, buffers.record, buffers.x],
			lanes ? shape.B : shape.paddedB / 8,
		),
	];
}

class Replay implements RolloutPlan {
	readonly dispatches: number;
	readonly submits: number;
	private readonly words: Uint32Array<ArrayBuffer>;

	constructor(
		private readonly device: GPUDevice,
		private readonly plan: TrainingPlan,
		readonly shape: RolloutShape,
		readonly buffers: RolloutBuffers,
		private readonly setup: readonly Dispatch[],
		private readonly step: readonly Dispatch[],
		submits: number,
	) {
		this.dispatches = setup.length + shape.positions * step.length;
		this.submits = Math.max(1, Math.min(submits, shape.positions));
		this.words = new Uint32Array(requestWords(plan));
	}

	run(request: RolloutRequest, continuation?: Continuation): void {
		this.write(request, continuation?.greedy ? 1 : 0);
		if (continuation) this.writeContinuation(continuation);
		const chunk = Math.ceil(this.shape.positions / this.submits);
		for (let first = 0; first < this.shape.positions; first += chunk)
			this.submit(first, Math.min(first + chunk, this.shape.positions));
	}

	describe(request: RolloutRequest): void {
		this.write(request, 0);
	}

	dispose(): void {
		destroyRolloutBuffers(this.buffers);
	}

	private writeContinuation({ limits, keys }: Continuation): void {
		const words = [...limits, ...keys.flatMap(({ policy, environment }) => [...policy, ...environment])];
		this.device.queue.writeBuffer(this.buffers.request, 4 * this.words.length, Uint32Array.from(words));
	}

	private write({ step, stream, promptLengths, startStates, promptTokens }: RolloutRequest, greedy: 0 | 1): void {
		const { words } = this;
		const { prompts, seed } = this.plan;
		words[0] = step;
		words[1] = stream;
		words[2] = seed;
		words[3] = greedy;
		words.set(promptLengths, REQUEST_HEADER);
		words.set(startStates, REQUEST_HEADER + prompts);
		words.set(promptTokens, REQUEST_HEADER + 2 * prompts);
		this.device.queue.writeBuffer(this.buffers.request, 0, words);
	}

	private submit(first: number, end: number): void {
		const encoder = this.device.createCommandEncoder();
		const pass = encoder.beginComputePass();
		if (first === 0) for (const dispatch of this.setup) encodeDispatch(pass, dispatch);
		for (let p = first; p < end; p++) {
			const offset = p * this.buffers.positionStride;
			for (const dispatch of this.step) encodeDispatch(pass, dispatch, offset);
		}
		pass.end();
		this.device.queue.submit([encoder.finish()]);
	}
}

type Bound = GPUBuffer | { readonly buffer: GPUBuffer; readonly matrix: PackedMatrix };

/** Binds packed matrices by name, and the position to the kernels that take it. */
class Compiler {
	constructor(
		private readonly shared: DispatchCompiler,
		private readonly buffers: RolloutBuffers,
	) {}

	dispatch(kernel: Kernel, constants: Constants, bound: readonly Bound[], x: number, y = 1): Promise<Dispatch> {
		const bindings: Binding[] = bound.map(resource);
		if (kernel.bindings.at(-1) === "position") bindings.push({ buffer: this.buffers.positions, offset: 0, size: 16 });
		return this.shared.dispatch(kernel, constants, bindings, x, y);
	}
}

function resource(bound: Bound): Binding {
	if (!("matrix" in bound)) return bound;
	return { buffer: bound.buffer, offset: bound.matrix.base * 4, size: bound.matrix.length * 4 };
}

/** Linear layers in the variant of the plan. */
class Linears {
	constructor(
		private readonly compiler: Compiler,
		private readonly buffers: RolloutBuffers,
		private readonly shape: RolloutShape,
		private readonly variant: DecodeVariant,
	) {}

	dispatch(input: GPUBuffer, matrix: PackedMatrix, output: GPUBuffer, change: Constants): Promise<Dispatch> {
		const { paddedB, B } = this.shape;
		const outputs4 = matrix.outputs / 4;
		const constants = { INPUTS4: matrix.inputs / 4, OUTPUTS4: outputs4, OUT_ROW4: outputs4, ...change };
		const bound = [input, { buffer: this.buffers.packed, matrix }, output];
		if (this.variant === "lanes")
			return this.compiler.dispatch(KERNELS.decodeLinearLanes, constants, bound, Math.ceil(outputs4 / 16), B);
		const ROW_TILES = paddedB / 8;
		const groups = Math.ceil((ROW_TILES * outputs4) / 2 / 8);
		return this.compiler.dispatch(KERNELS.decodeLinear, { ...constants, ROW_TILES }, bound, groups);
	}
}

function sizeConstants(plan: TrainingPlan, shape: RolloutShape, STRIDE: number): Constants {
	const { model, machine } = plan;
	const offset = (name: string) => parameterLayout(model).tensors.find((t) => t.name === name)!.offset;
	return {
		ROWS: shape.B,
		GROUP: plan.groupSize,
		PROMPTS: plan.prompts,
		PROMPT_LENGTH: plan.maxPromptLength,
		RESPONSE_LENGTH: shape.T,
		WIDTH: model.width,
		STRIDE,
		VOCAB: model.vocabSize,
		STATES: machine.states,
		TOKEN_EMBEDDING: offset("transformer.wte.weight"),
		POSITION_EMBEDDING: offset("transformer.wpe.weight"),
		ROW_SECTION: shape.rowSection,
		TOKEN_SECTION: shape.tokenSection,
		PADDED_ROWS: shape.paddedB,
	};
}

function samplingConstants({ model, sampling }: TrainingPlan): Constants {
	return {
		CONTEXT: model.contextLength,
		VALUE_HEAD: model.valueHead,
		TEMPERATURE: sampling.temperature,
		TOP_K: sampling.topK,
		TOP_P: sampling.topP,
		BRANCHING: sampling.branching ?? 1,
		SEGMENT: sampling.segment ?? 1,
	};
}
