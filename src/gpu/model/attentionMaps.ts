import { DispatchCompiler, encodeDispatch } from "../device/dispatch";
import type { Kernel } from "../device/kernel";
import { USAGE } from "../device/usage";
import source from "../shaders/attentionWeights.wgsl?raw";
import type { GpuTransformer } from "./transformer";

const KERNEL: Kernel = { name: "attentionWeights", source, bindings: ["read", "read", "write"] };

/** Attention weights of the first sequence of a batch, one dispatch a block, computed only where somebody looks. */
export interface AttentionMaps {
	/** Of each block: float32 `[H, N, N]`, row = query; rows of positions after the end of the sequence mean nothing. */
	readonly weights: readonly GPUBuffer[];
	/** Encodes after a forward pass. */
	encode(pass: GPUComputePassEncoder): void;
	dispose(): void;
}

/** @throws WorkFailed when the kernel does not compile. */
export async function createAttentionMaps(device: GPUDevice, model: GpuTransformer): Promise<AttentionMaps> {
	const { heads: HEADS, width } = model.config;
	const words = HEADS * model.N * model.N;
	const constants = { HEADS, POSITIONS: model.N, CHANNELS: width / HEADS };
	const usage = USAGE.storage | USAGE.copySource;
	const weights = model.attention.map(() =>
		device.createBuffer({ label: "attention weights", size: Math.max(4 * words, 16), usage }),
	);
	const compiler = new DispatchCompiler(device);
	const groups = Math.ceil(words / 64);
	const dispatches = await Promise.all(
		model.attention.map(({ qkv, logSums }, l) =>
			compiler.dispatch(
				KERNEL,
				constants,
				[qkv, logSums, weights[l]!],
				Math.min(groups, 32768),
				Math.ceil(groups / 32768),
			),
		),
	);
	return {
		weights,
		encode(pass) {
			for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
		},
		dispose() {
			for (const buffer of weights) buffer.destroy();
		},
	};
}
