import type { BinaryFn } from "../../engine/credit/ops";

const floats = new Float32Array(1);
const words = new Int32Array(floats.buffer);

/** The float32 next to x, upwards or downwards. */
function neighbour(x: number, up: boolean): number {
	floats[0] = x;
	if (x === 0) words[0] = up ? 1 : 0x80000001 | 0;
	else words[0]! += x > 0 === up ? 1 : -1;
	return floats[0];
}

/**
 * A float32 that compares with all float32 as the constant does: x < c holds exactly when x < c rounded up, x ≤ c when x ≤ c rounded
 * down, and nothing equals a constant that is no float32. Arithmetic gets the nearest.
 * @param place of the constant among the two operands.
 */
export function roundedConstant(fn: BinaryFn, place: number, value: number): number {
	const near = Math.fround(value);
	if (near === value || Number.isNaN(value)) return value;
	if (fn === "equal") return Number.NaN;
	if (fn !== "less" && fn !== "atMost") return near;
	const up = (fn === "less") === (place === 1);
	if (near > value === up) return near;
	return neighbour(near, up);
}
