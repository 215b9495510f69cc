import { USAGE } from "./usage";

/** A new storage buffer that holds these words, and that may be written again. */
export function uploaded(device: GPUDevice, label: string, words: Uint32Array<ArrayBuffer>): GPUBuffer {
	const buffer = device.createBuffer({ label, size: words.byteLength, usage: USAGE.storage | USAGE.copyTarget });
	device.queue.writeBuffer(buffer, 0, words);
	return buffer;
}
