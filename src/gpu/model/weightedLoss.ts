import { type DispatchCompiler, type DispatchPass, encodeDispatch } from "../device/dispatch";
import type { Kernel } from "../device/kernel";
import { USAGE } from "../device/usage";
import source from "../shaders/weightedLogits.wgsl?raw";
import type { GpuTransformer } from "./transformer";

const KERNEL: Kernel = {
	name: "weightedLogits",
	source,
	bindings: ["read", "read", "read", "write", "write"],
};

/** Loss −Σ w·log p over a transformer's rows, one dispatch between its forward and its backward pass. */
export interface WeightedLoss {
	/** Share of each row in the loss, float32 `[B·N]`. */
	readonly losses: GPUBuffer;
	/** Target and weight of each row `[B·N]`; a weight of 0 where there is nothing to predict. */
	write(targets: Uint32Array<ArrayBuffer>, weights: Float32Array<ArrayBuffer>): void;
	/** Encodes logits to their gradient. */
	encode(pass: DispatchPass): void;
	dispose(): void;
}

/** @throws WorkFailed when the kernel does not compile. */
export async function createWeightedLoss(compiler: DispatchCompiler, model: GpuTransformer): Promise<WeightedLoss> {
	const { device } = compiler;
	const rows = model.B * model.N;
	const usage = USAGE.storage | USAGE.copySource | USAGE.copyTarget;
	const make = (label: string) => device.createBuffer({ label, size: Math.max(4 * rows, 16), usage });
	const [targets, weights, losses] = [make("targets"), make("token weights"), make("losses")];
	const { logits, dlogits } = model.buffers;
	const { rowStride, columnStride, columns } = model.logits;
	const constants = {
		ROWS: rows,
		VOCAB: model.config.vocabSize,
		ROW_STRIDE: rowStride,
		COLUMN_STRIDE: columnStride,
		COLUMNS: columns,
	};
	const bound = [logits, targets, weights, dlogits, losses];
	const dispatch = await compiler.dispatch(KERNEL, constants, bound, Math.ceil(rows / 8));
	return {
		losses,
		write(tokens, shares) {
			device.queue.writeBuffer(targets, 0, tokens);
			device.queue.writeBuffer(weights, 0, shares);
		},
		encode: (pass) => encodeDispatch(pass, dispatch),
		dispose() {
			for (const buffer of [targets, weights, losses]) buffer.destroy();
		},
	};
}
