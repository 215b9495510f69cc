import { Sha256 } from "../core/sha256";
import type { ParameterLayout } from "./config";

/**
 * Names the bits of a policy: SHA-256 of its parameters as float32 little-endian, tensors in the order of their sorted
 * names (by code unit), without padding or moments.
 * @param parameters flat, in the layout; float64 numbers are rounded to float32 first.
 * @returns the first 16 hexadecimal digits.
 */
export function fingerprint(parameters: Float32Array | Float64Array, layout: ParameterLayout): string {
	const hash = new Sha256();
	const sorted = layout.tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
	for (const { offset, length } of sorted) hash.update(floatBytes(parameters.subarray(offset, offset + length)));
	return hash.hex().slice(0, 16);
}

/** Float32 little-endian on every machine. */
export function floatBytes(values: ArrayLike<number>): Uint8Array {
	const view = new DataView(new ArrayBuffer(4 * values.length));
	for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
	return new Uint8Array(view.buffer);
}
