import { WorkFailed } from "../../engine/core/errors";
import { USAGE } from "./usage";

/** GPUMapMode.READ; the global is missing outside browsers. */
const MAP_READ = 1;

/** A whole buffer, or a part of one; offset and size in bytes, multiples of 4. */
export type ReadSource = GPUBuffer | { readonly buffer: GPUBuffer; readonly offset: number; readonly size: number };

interface Staging {
	readonly buffer: GPUBuffer;
	/** Buffers of this size that nobody reads from now. */
	readonly free: Staging[];
}

/**
 * Reads buffers back without holding up what is enqueued next. Staging buffers are kept and used again; more than before are made
 * only when more reads are under way than ever.
 */
export class Readback {
	private readonly free = new Map<number, Staging[]>();
	private readonly all: GPUBuffer[] = [];
	private lost: string | null = null;

	constructor(private readonly device: GPUDevice) {
		device.lost.then(({ message }) => {
			this.lost = message || "no reason given";
		});
	}

	/** Staging buffers made so far. */
	get made(): number {
		return this.all.length;
	}

	/**
	 * Buffers as they are when this is called, whatever is enqueued before it resolves.
	 * @throws WorkFailed with code "device-lost".
	 */
	read(sources: readonly ReadSource[]): Promise<Uint32Array<ArrayBuffer>[]> {
		const encoder = this.device.createCommandEncoder();
		const arrive = this.copy(encoder, sources);
		this.device.queue.submit([encoder.finish()]);
		return arrive();
	}

	/** Puts the copies into somebody's encoder; what it returns is called once after the submit. */
	copy(encoder: GPUCommandEncoder, sources: readonly ReadSource[]): () => Promise<Uint32Array<ArrayBuffer>[]> {
		const staged = sources.map((source) => {
			const { buffer, offset, size } = "buffer" in source ? source : { buffer: source, offset: 0, size: source.size };
			const staging = this.take(size);
			encoder.copyBufferToBuffer(buffer, offset, staging.buffer, 0, size);
			return staging;
		});
		return () => Promise.all(staged.map((staging) => this.map(staging)));
	}

	dispose(): void {
		for (const buffer of this.all) buffer.destroy();
	}

	private take(size: number): Staging {
		const free = this.free.get(size) ?? [];
		const known = free.pop();
		if (known) return known;
		this.free.set(size, free);
		const buffer = this.device.createBuffer({ label: "staging", size, usage: USAGE.mapRead | USAGE.copyTarget });
		this.all.push(buffer);
		return { buffer, free };
	}

	private async map(staging: Staging): Promise<Uint32Array<ArrayBuffer>> {
		const { buffer, free } = staging;
		try {
			await buffer.mapAsync(MAP_READ);
		} catch (cause) {
			// Both promises settle for the same loss, in no order that is promised.
			await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, 100))]);
			const code = this.lost === null ? "readback-failed" : "device-lost";
			const what =
				this.lost === null ? `Reading from the device failed: ${cause}` : `The device was lost (${this.lost}).`;
			throw new WorkFailed(code, what, { cause });
		}
		const words = new Uint32Array(buffer.getMappedRange().slice(0));
		buffer.unmap();
		free.push(staging);
		return words;
	}
}

/** Copies a whole buffer to the processor once, as it was when this was called. Those who read often keep a `Readback`. */
export async function readWords(device: GPUDevice, source: GPUBuffer): Promise<Uint32Array<ArrayBuffer>> {
	const readback = new Readback(device);
	try {
		const [words] = await readback.read([source]);
		return words!;
	} finally {
		readback.dispose();
	}
}
