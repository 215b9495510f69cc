import type { Passes } from "./dispatch";

/**
 * Takes dispatches and submits them, every so many: one long submit would make pause slow and might cost the device. Each
 * dispatch sets its own pipeline and bind group, so a split may fall between any two.
 */
export class SubmitPass implements Passes {
	private encoder: GPUCommandEncoder | null = null;
	private pass: GPUComputePassEncoder | null = null;
	private count = 0;

	/** @param most dispatches in one submit. */
	constructor(
		private readonly device: GPUDevice,
		private readonly most: number,
	) {}

	next(): GPUComputePassEncoder {
		if (this.count === this.most) this.submit();
		this.count++;
		if (this.pass) return this.pass;
		this.encoder = this.device.createCommandEncoder();
		this.pass = this.encoder.beginComputePass();
		return this.pass;
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
