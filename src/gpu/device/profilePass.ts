import type { Passes } from "./dispatch";
import type { Readback } from "./readback";
import { USAGE } from "./usage";

/** Time of one kernel, all its dispatches of a step together. */
export interface KernelTime {
	readonly kernel: string;
	readonly dispatches: number;
	readonly ms: number;
}

/**
 * Takes dispatches like a pass and times each in a pass of its own: timestamps exist only at the bounds of passes. What runs
 * side by side or back to back elsewhere is slower here; the shares are what counts. For one step, then dispose of it.
 */
export class ProfilePass implements Passes {
	private readonly queries: GPUQuerySet;
	private readonly times: GPUBuffer;
	private readonly names: string[] = [];
	private readonly encoder: GPUCommandEncoder;
	private pass: GPUComputePassEncoder | null = null;

	/** @param device with the feature "timestamp-query"; @param most dispatches that may come, at most 2048. */
	constructor(
		private readonly device: GPUDevice,
		most: number,
	) {
		this.queries = device.createQuerySet({ type: "timestamp", count: 2 * most });
		this.times = device.createBuffer({ size: 16 * most, usage: USAGE.queryResolve | USAGE.copySource });
		this.encoder = device.createCommandEncoder();
	}

	next(kernel: string): GPUComputePassEncoder {
		this.pass?.end();
		const at = 2 * this.names.length;
		const timestampWrites = {
			querySet: this.queries,
			beginningOfPassWriteIndex: at,
			endOfPassWriteIndex: at + 1,
		};
		this.names.push(kernel);
		this.pass = this.encoder.beginComputePass({ timestampWrites });
		return this.pass;
	}

	finish(after: (encoder: GPUCommandEncoder) => void = () => {}): void {
		this.pass?.end();
		this.encoder.resolveQuerySet(this.queries, 0, 2 * this.names.length, this.times, 0);
		after(this.encoder);
		this.device.queue.submit([this.encoder.finish()]);
	}

	/** Kernels, the longest first, after `finish`. */
	async read(readback: Readback): Promise<KernelTime[]> {
		const [words] = await readback.read([this.times]);
		const stamps = new BigUint64Array(words!.buffer);
		const sums = new Map<string, { dispatches: number; ms: number }>();
		for (const [i, name] of this.names.entries()) {
			const sum = sums.get(name) ?? { dispatches: 0, ms: 0 };
			sum.dispatches++;
			sum.ms += Number(stamps[2 * i + 1]! - stamps[2 * i]!) / 1e6;
			sums.set(name, sum);
		}
		return [...sums].map(([kernel, sum]) => ({ kernel, ...sum })).sort((a, b) => b.ms - a.ms);
	}

	dispose(): void {
		this.queries.destroy();
		this.times.destroy();
	}
}
