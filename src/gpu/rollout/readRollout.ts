import type { RolloutRecord } from "../../engine/training/cpuRollout";
import { RECORD, ROWS, type RolloutBuffers, type RolloutShape } from "./rolloutBuffers";

/**
 * What the sampler recorded, from copies of `rows` and `record`.
 * @param hasValues whether the model has a value head; without one, values are NaN, and 0 in padding.
 */
export function decodeRecord(
	shape: RolloutShape,
	rows: Uint32Array<ArrayBuffer>,
	record: Uint32Array<ArrayBuffer>,
	hasValues: boolean,
): RolloutRecord {
	const { B, T, tokenSection, rowSection } = shape;
	const floats = new Float32Array(record.buffer, record.byteOffset, record.length);
	const token = (section: number) => record.subarray(section * tokenSection, section * tokenSection + B * T);
	const real = (section: number) =>
		Float64Array.from(floats.subarray(section * tokenSection, section * tokenSection + B * T));
	const row = (section: number) => rows.subarray(section * rowSection, section * rowSection + B);
	const truncated = Uint8Array.from(row(ROWS.truncated));
	const lengths = Int32Array.from(row(ROWS.length));
	const unknown = () =>
		Float64Array.from({ length: B * T }, (_, i) => (i % T < lengths[Math.floor(i / T)]! ? Number.NaN : 0));
	const bootstrap = new Float32Array(row(ROWS.bootstrap).slice().buffer);
	return {
		tokens: Int32Array.from(token(RECORD.tokens)),
		lengths,
		states: Uint32Array.from(token(RECORD.states)),
		mask: Uint8Array.from(token(RECORD.mask)),
		logProbs: real(RECORD.logProbs),
		entropy: real(RECORD.entropy),
		rewards: real(RECORD.rewards),
		values: hasValues ? real(RECORD.values) : unknown(),
		success: Uint8Array.from(row(ROWS.success)),
		truncated,
		bootstrap: Float64Array.from(bootstrap, (v, b) => (hasValues && truncated[b] ? v : Number.NaN)),
	};
}

/** Copies rows and record to the processor, as they were when this was called. */
export async function readRecord(
	device: GPUDevice,
	shape: RolloutShape,
	buffers: Pick<RolloutBuffers, "rows" | "record">,
	hasValues: boolean,
): Promise<RolloutRecord> {
	const [rows, record] = await Promise.all([readWords(device, buffers.rows), readWords(device, buffers.record)]);
	return decodeRecord(shape, rows, record, hasValues);
}

// GPUBufferUsage and GPUMapMode; the globals are missing outside browsers.
const MAP_READ = 1;
const COPY_TARGET = 8;

/** Copies a whole buffer to the processor, as it was when this was called. */
export async function readWords(device: GPUDevice, source: GPUBuffer): Promise<Uint32Array<ArrayBuffer>> {
	const staging = device.createBuffer({ label: "staging", size: source.size, usage: MAP_READ | COPY_TARGET });
	const encoder = device.createCommandEncoder();
	encoder.copyBufferToBuffer(source, 0, staging, 0, source.size);
	device.queue.submit([encoder.finish()]);
	try {
		await staging.mapAsync(MAP_READ);
		return new Uint32Array(staging.getMappedRange().slice(0));
	} finally {
		staging.destroy();
	}
}
