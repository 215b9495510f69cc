import type { ModelConfig, ParameterLayout } from "../../engine/model/config";
import type { OptimizerPlan } from "../../engine/training/executor";
import type { DispatchCompiler, DispatchPass } from "../device/dispatch";

/**
 * "registers": tiles in registers, one invocation a row, no barriers and no workgroup memory, for software adapters.
 * "tiles": tiles in workgroup memory and tree reductions, for GPUs.
 */
export type ModelVariant = "registers" | "tiles";

export interface TransformerOptions {
	/** Sequences of one pass, and positions of each. */
	readonly B: number;
	readonly N: number;
	readonly variant: ModelVariant;
	/** Constants of the optimiser; its learning rate comes from the control slot. Absent: forward and backward only. */
	readonly optimizer?: OptimizerPlan;
	/** Optimiser steps whose control words fit side by side, so that several go into one submit. Default 1. */
	readonly controlSlots?: number;
	/** Hold a second set of parameters, for the forward pass of a frozen policy. Default false. */
	readonly reference?: boolean;
	/** Parameters and optimiser state of another instance of the same configuration, to share instead of making them. */
	readonly share?: ModelState;
	/** Lanes of a subgroup of four hand each other what they load ("registers" only). Default: where the device can. */
	readonly subgroups?: boolean;
	/** Kernels know the sizes of the plan: faster, and slower to compile. Default: from a certain size on. */
	readonly baked?: boolean;
	/** Compiler to share with other plans on the device, so that equal kernels are compiled once. */
	readonly compiler?: DispatchCompiler;
}

/** What outlives a batch: flat float32 buffers in `parameterLayout(config)`. */
export interface ModelState {
	readonly parameters: GPUBuffer;
	readonly gradients: GPUBuffer;
	readonly firstMoment: GPUBuffer;
	readonly secondMoment: GPUBuffer;
	/** Parameters of the frozen policy, or null. */
	readonly reference: GPUBuffer | null;
	/** Words of `STATUS`. */
	readonly status: GPUBuffer;
	/** Uniform; one slot every `controlStride` bytes, each with the float32 learning rate first. */
	readonly control: GPUBuffer;
}

/** Words of the status buffer. Uploading a state writes `step`, `correction1`, `correction2`; every update writes all. */
export const STATUS = {
	/** float32: ‖g‖₂ before clipping; not finite when the step was skipped. */
	gradientNorm: 0,
	/** uint32: 1 when the gradient was finite and the step was taken. */
	finite: 1,
	/** float32: factor of the clipped gradient; 0 in a skipped step. */
	scale: 2,
	/** uint32: optimiser steps taken. */
	step: 3,
	/** float32: 1 − β₁ᵗ and 1 − β₂ᵗ after `step` steps. */
	correction1: 4,
	correction2: 5,
	/** Words of the buffer. */
	length: 8,
} as const;

/** Where logits and their gradients lie: row b·N + t, token v is float `row · rowStride + v · columnStride`. */
export interface LogitsLayout {
	readonly rowStride: number;
	readonly columnStride: number;
	/** Column of the value head, or null without one: V of the prefix that ends with token t. */
	readonly valueColumn: number | null;
	/** Rows and columns, padding included. */
	readonly rows: number;
	readonly columns: number;
}

export interface TransformerBuffers extends ModelState {
	/** uint32 `[B·N]`, row by row; entries at t ≥ `lengths[b]` are not read. */
	readonly tokens: GPUBuffer;
	/** uint32 `[B]`; 0 for rows that do not take part. */
	readonly lengths: GPUBuffer;
	/** float32, see `LogitsLayout`; rows t ≥ `lengths[b]` hold finite numbers without meaning. */
	readonly logits: GPUBuffer;
	/**
	 * float32, as `logits`. Whoever fills it writes every row b·N + t of the B sequences and every real column (V tokens, and the
	 * value column): zeros where t ≥ `lengths[b]`. Padding rows and columns stay zero as they were made.
	 */
	readonly dlogits: GPUBuffer;
}

/**
 * A transformer compiled for one batch shape on one device: plan once, replay often. Encoding creates nothing and reads
 * nothing back. Several instances live side by side, also on shared parameters.
 */
export interface GpuTransformer {
	readonly config: ModelConfig;
	readonly layout: ParameterLayout;
	readonly B: number;
	readonly N: number;
	readonly buffers: TransformerBuffers;
	readonly logits: LogitsLayout;
	/**
	 * Of each block: queries, keys and values `[B·N, 3·width]` (rows padded) and the log of each softmax's sum `[B, H, N]`, as the last
	 * forward pass left them. `attentionMaps` reads them.
	 */
	readonly attention: readonly { readonly qkv: GPUBuffer; readonly logSums: GPUBuffer }[];
	/** Activations and their gradients: the first `words` of each are written by every step before they are read. */
	readonly scratch: readonly { readonly buffer: GPUBuffer; readonly words: number }[];
	/** Bytes from one control slot to the next. */
	readonly controlStride: number;
	/** Kernels, constants and sources: equal texts compute the same bits on the same adapter. */
	readonly signature: string;
	readonly dispatches: { readonly forward: number; readonly backward: number; readonly update: number };
	/** Tokens to logits, with the policy's parameters or those of the frozen reference; the activations are shared. */
	encodeForward(pass: DispatchPass, by?: "policy" | "reference"): void;
	/**
	 * `dlogits` to gradients, overwritten or added to those there are; reads the activations of the last forward pass, which was the
	 * policy's.
	 */
	encodeBackward(pass: DispatchPass, add?: boolean): void;
	/** Gradient norm, clipping, AdamW with the learning rate in a control slot; skips when the norm is not finite. */
	encodeUpdate(pass: DispatchPass, slot?: number): void;
	/** Frees what this instance made; shared state stays. */
	dispose(): void;
}
