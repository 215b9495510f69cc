import type { RolloutRecord } from "../../engine/training/cpuRollout";
import type { Outcomes } from "../../engine/training/executor";
import { RECORD, ROWS, type RolloutShape } from "./rolloutBuffers";

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
	const token = (section: number) => record.subarray(section * tokenSection, section * tokenSection + B * T);
	const real = (section: number) => decodeNumbers(shape, record, section);
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

/** One token section of floats `[B·T]`, from a copy of `record`. */
export function decodeNumbers(shape: RolloutShape, record: Uint32Array<ArrayBuffer>, section: number): Float64Array {
	const first = record.byteOffset + 4 * section * shape.tokenSection;
	return Float64Array.from(new Float32Array(record.buffer, first, shape.B * shape.T));
}

/** Returns and successes, from a copy of `rows`. */
export function decodeOutcomes({ B, rowSection }: RolloutShape, rows: Uint32Array<ArrayBuffer>): Outcomes {
	const returns = new Float32Array(rows.buffer, rows.byteOffset + ROWS.returns * rowSection * 4, B);
	const success = rows.subarray(ROWS.success * rowSection, ROWS.success * rowSection + B);
	return { returns: Float64Array.from(returns), success: Uint8Array.from(success) };
}
