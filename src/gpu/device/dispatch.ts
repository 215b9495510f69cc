import { InvalidInput } from "../../engine/core/errors";
import { type CompiledKernel, compileKernel } from "./compileKernel";
import type { Constants, Kernel } from "./kernel";

/** One entry of a plan: everything that a pass needs to run a kernel. */
export interface Dispatch {
	/** Of the kernel. */
	readonly name: string;
	readonly pipeline: GPUComputePipeline;
	readonly bindGroup: GPUBindGroup;
	readonly x: number;
	readonly y: number;
	/** Takes a dynamic uniform offset. */
	readonly positioned: boolean;
}

/** A whole buffer, or bytes [offset, offset + size) of one; offsets are multiples of 256. */
export type Binding = GPUBuffer | { readonly buffer: GPUBuffer; readonly offset: number; readonly size: number };

/** Compiles kernels, each set of constants once, and binds them. Everything that is asked for compiles in parallel. */
export class DispatchCompiler {
	private readonly compiled = new Map<string, Promise<CompiledKernel>>();

	constructor(readonly device: GPUDevice) {}

	/** Kernels, constants and sources compiled so far, in an order that does not depend on time: equal texts compute the same. */
	get signature(): string {
		return [...this.compiled.keys()].sort().join("\n");
	}

	/**
	 * @param bound one for each of the kernel's bindings; one that it takes as "position" is bound at its offset plus a dynamic one.
	 * @throws InvalidInput when the adapter does not run so many workgroups; WorkFailed when the kernel does not compile.
	 */
	async dispatch(kernel: Kernel, constants: Constants, bound: readonly Binding[], x: number, y = 1): Promise<Dispatch> {
		const most = this.device.limits.maxComputeWorkgroupsPerDimension;
		if (Math.max(x, y) > most)
			throw new InvalidInput(
				`Kernel ${kernel.name} needs ${Math.max(x, y)} workgroups and the adapter runs ${most}; use fewer rollouts.`,
			);
		const { pipeline, layout } = await this.compile(kernel, constants);
		const entries = bound.map((b, binding): GPUBindGroupEntry => ({ binding, resource: resource(b) }));
		const bindGroup = this.device.createBindGroup({ label: kernel.name, layout, entries });
		return { name: kernel.name, pipeline, bindGroup, x, y, positioned: kernel.bindings.at(-1) === "position" };
	}

	private compile(kernel: Kernel, constants: Constants): Promise<CompiledKernel> {
		const key = `${kernel.name} ${JSON.stringify(constants)} ${JSON.stringify(kernel.source)}`;
		const known = this.compiled.get(key) ?? compileKernel(this.device, kernel, constants);
		this.compiled.set(key, known);
		return known;
	}
}

function resource(bound: Binding): GPUBindingResource {
	return "offset" in bound ? bound : { buffer: bound };
}

/** Splits or times the dispatches that it is given. */
export interface Passes {
	/** The pass that the next dispatch goes into. */
	next(kernel: string): GPUComputePassEncoder;
}

/** What dispatches go into. */
export type DispatchPass = GPUComputePassEncoder | Passes;

/**
 * How offsets are handed over, which every dispatch of a rollout does: Chromium takes a typed array in half the time of a list; the
 * `webgpu` package, where this global is missing, takes a list in two thirds of the time of a typed array.
 */
const typed = "GPUComputePassEncoder" in globalThis ? new Uint32Array(1) : null;
const listed = [0];

/** Puts a dispatch into a pass. */
export function encodeDispatch(to: DispatchPass, dispatch: Dispatch, offset = 0): void {
	const { name, pipeline, bindGroup, x, y, positioned } = dispatch;
	const pass = "next" in to ? to.next(name) : to;
	pass.setPipeline(pipeline);
	if (!positioned) pass.setBindGroup(0, bindGroup);
	else if (typed) {
		typed[0] = offset;
		pass.setBindGroup(0, bindGroup, typed, 0, 1);
	} else {
		listed[0] = offset;
		pass.setBindGroup(0, bindGroup, listed);
	}
	if (y === 1) pass.dispatchWorkgroups(x);
	else pass.dispatchWorkgroups(x, y);
}
