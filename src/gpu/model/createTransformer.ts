import type { ModelConfig } from "../../engine/model/config";
import { type Dispatch, DispatchCompiler, type DispatchPass, encodeDispatch } from "../device/dispatch";
import { modelKernels } from "./kernels";
import { createModelBuffers, type ModelBuffers } from "./modelBuffers";
import { logitsLayout, type ModelShape, modelShape } from "./modelShape";
import { Planner } from "./planner";
import type { GpuTransformer, TransformerOptions } from "./transformer";

/**
 * Compiles a transformer for batches of a fixed shape: 7·layers + 2 dispatches forward, 7·layers + 4 backward, 2 for an update.
 * @throws InvalidInput when the batch does not fit the model or the adapter; WorkFailed when a kernel does not compile.
 */
export async function createGpuTransformer(
	device: GPUDevice,
	config: ModelConfig,
	options: TransformerOptions,
): Promise<GpuTransformer> {
	const shape = modelShape(config, options);
	const buffers = createModelBuffers(device, shape, options);
	const shares = options.variant === "registers" && (options.subgroups ?? sharesLoads(device));
	const kernels = modelKernels(options.variant, config.width / config.heads, shares);
	const planner = new Planner(options.compiler ?? new DispatchCompiler(device), shape, options, buffers, kernels);
	try {
		const { parameters, reference } = buffers.shared;
		const [policy, frozen, backward, squares, added, update] = await Promise.all([
			Promise.all(planner.forward(parameters)),
			Promise.all(reference ? planner.forward(reference) : []),
			Promise.all(planner.backward()),
			planner.squares(false),
			planner.squares(true),
			Promise.all(planner.update()),
		]);
		return new Replay(device, shape, buffers, planner, { policy, frozen, backward, squares, added, update });
	} catch (error) {
		planner.dispose();
		throw error;
	}
}

/** Whether lanes of four can hand each other numbers. */
function sharesLoads(device: GPUDevice): boolean {
	const { subgroupMinSize, subgroupMaxSize } = device.adapterInfo;
	return device.features.has("subgroups") && subgroupMinSize === 4 && subgroupMaxSize === 4;
}

interface Program {
	readonly policy: readonly Dispatch[];
	readonly frozen: readonly Dispatch[];
	readonly backward: readonly Dispatch[];
	readonly squares: Dispatch;
	readonly added: Dispatch;
	readonly update: readonly Dispatch[];
}

class Replay implements GpuTransformer {
	readonly config: ModelConfig;
	readonly layout: GpuTransformer["layout"];
	readonly B: number;
	readonly N: number;
	readonly buffers: GpuTransformer["buffers"];
	readonly logits: GpuTransformer["logits"];
	readonly controlStride: number;
	readonly dispatches: GpuTransformer["dispatches"];
	readonly signature: string;
	readonly attention: GpuTransformer["attention"];
	readonly scratch: GpuTransformer["scratch"];

	constructor(
		device: GPUDevice,
		shape: ModelShape,
		buffers: ModelBuffers,
		private readonly planner: Planner,
		private readonly program: Program,
	) {
		this.config = shape.config;
		this.layout = shape.layout;
		this.B = shape.B;
		this.N = shape.N;
		this.buffers = buffers.shared;
		this.logits = logitsLayout(shape);
		this.controlStride = device.limits.minUniformBufferOffsetAlignment;
		const { policy, backward, update } = program;
		this.dispatches = { forward: policy.length, backward: backward.length + 1, update: update.length };
		this.signature = planner.signature;
		this.attention = buffers.qkv.map((qkv, l) => ({ qkv, logSums: buffers.logSums[l]! }));
		this.scratch = buffers.scratch;
	}

	encodeForward(pass: DispatchPass, by: "policy" | "reference" = "policy"): void {
		for (const dispatch of by === "policy" ? this.program.policy : this.program.frozen) encodeDispatch(pass, dispatch);
	}

	encodeBackward(pass: DispatchPass, add = false): void {
		for (const dispatch of this.program.backward) encodeDispatch(pass, dispatch);
		encodeDispatch(pass, add ? this.program.added : this.program.squares);
	}

	encodeUpdate(pass: DispatchPass, slot = 0): void {
		for (const dispatch of this.program.update) encodeDispatch(pass, dispatch, slot * this.controlStride);
	}

	dispose(): void {
		this.planner.dispose();
	}
}
