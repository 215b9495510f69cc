import type { DispatchPass } from "./dispatch";

/**
 * Takes dispatches and submits them, every so many: one long submit would make pause slow and might cost the device. Each
 * dispatch sets its own pipeline and bind group, so a split may fall between any two.
 */
export class SubmitPass implements DispatchPass {
	private encoder: GPUCommandEncoder | null = null;
	private pass: GPUComputePassEncoder | null = null;
	private count = 0;

	/** @param most dispatches in one submit. */
	constructor(
		private readonly device: GPUDevice,
		private readonly most: number,
	) {}

	setPipeline(pipeline: GPUComputePipeline): void {
		if (this.count === this.most) this.submit();
		if (!this.pass) {
			this.encoder = this.device.createCommandEncoder();
			this.pass = this.encoder.beginComputePass();
		}
		this.pass.setPipeline(pipeline);
	}

	setBindGroup(index: number, group: GPUBindGroup, offsets?: Uint32Array, start = 0, length = 0): void {
		if (offsets) this.pass!.setBindGroup(index, group, offsets as Uint32Array<ArrayBuffer>, start, length);
		else this.pass!.setBindGroup(index, group);
	}

	dispatchWorkgroups(x: number, y = 1): void {
		this.pass!.dispatchWorkgroups(x, y);
		this.count++;
	}

	/** Submits what is left, copies after it included; the next dispatch begins anew. */
	finish(after: (encoder: GPUCommandEncoder) => void = () => {}): void {
		this.encoder ??= this.device.createCommandEncoder();
		this.submit(after);
	}

	private submit(after: (encoder: GPUCommandEncoder) => void = () => {}): void {
		this.pass?.end();
		after(this.encoder!);
		this.device.queue.submit([this.encoder!.finish()]);
		this.encoder = null;
		this.pass = null;
		this.count = 0;
	}
}

/** Dispatches of a submit, when `total` are spread evenly over `submits`. */
export function dispatchesPerSubmit(total: number, submits: number): number {
	return Math.ceil(total / Math.max(1, Math.min(submits, total)));
}
