import type { Binding, Dispatch } from "../device/dispatch";
import type { Constants, Kernel } from "../device/kernel";
import { USAGE } from "../device/usage";
import { bakeJob } from "./bake";
import { backwardJob, forwardJob, type LinearJob, type LinearLayer } from "./linearJob";
import type { ModelBuffers } from "./modelBuffers";
import type { ModelShape } from "./modelShape";

/** What a linear dispatch writes, and what its epilogue reads. */
export interface LinearTargets {
	/** Residual to add, or what GELU was taken of. */
	readonly extra?: Binding;
	readonly out: Binding;
	/** What GELU is taken of, kept for the backward pass. */
	readonly side?: Binding;
}

type Compile = (kernel: Kernel, constants: Constants, bound: readonly Binding[], groups: number) => Promise<Dispatch>;

/** Dispatches of Linear layers. */
export class Linears {
	private readonly jobs: GPUBuffer[] = [];

	/** @param baked every role gets a pipeline that knows its sizes; otherwise all share one that reads them. */
	constructor(
		private readonly device: GPUDevice,
		private readonly shape: ModelShape,
		private readonly buffers: ModelBuffers,
		private readonly kernel: Kernel,
		private readonly baked: boolean,
		private readonly compile: Compile,
	) {}

	forward(
		parameters: GPUBuffer,
		layer: LinearLayer,
		mode: number,
		a: Binding,
		{ extra, out, side }: LinearTargets,
	): Promise<Dispatch> {
		const { idle } = this.buffers;
		const weights = this.slice(parameters, layer, 1);
		const bound = [a, weights, idle.read, extra ?? idle.extra, out, side ?? idle.side];
		return this.dispatch(forwardJob(this.shape, layer, mode), bound);
	}

	/** Gradients of the layer's input and tensors. */
	backward(
		layer: LinearLayer,
		mode: number,
		a: Binding,
		inputs: Binding,
		{ extra, out }: LinearTargets,
	): Promise<Dispatch> {
		const { idle, slices, shared } = this.buffers;
		const gradients = this.slice(slices, layer, this.shape.slices);
		const bound = [a, this.slice(shared.parameters, layer, 1), inputs, extra ?? idle.extra, out, gradients];
		return this.dispatch(backwardJob(this.shape, layer, mode), bound);
	}

	dispose(): void {
		for (const buffer of this.jobs) buffer.destroy();
	}

	/** A layer's tensors in a flat buffer, or in several that follow each other. */
	private slice(buffer: GPUBuffer, { weight, span }: LinearLayer, count: number): Binding {
		return { buffer, offset: 4 * weight, size: 4 * ((count - 1) * this.shape.layout.size + span) };
	}

	private dispatch({ words, workgroups }: LinearJob, bound: readonly Binding[]): Promise<Dispatch> {
		if (this.baked) return this.compile(bakeJob(this.kernel, words), {}, bound, workgroups);
		const job = this.device.createBuffer({
			label: "linear job",
			size: words.byteLength,
			usage: USAGE.uniform | USAGE.copyTarget,
		});
		this.jobs.push(job);
		this.device.queue.writeBuffer(job, 0, words);
		return this.compile(this.kernel, {}, [...bound, job], workgroups);
	}
}
