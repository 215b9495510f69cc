import { STEPS, ZERO_STEP } from "./creditColours";

/** A symmetric scale from signed credit to one of 33 colour steps. */
export interface CreditScale {
	/** Values of this size fall on asinh(1) of the scale: the median absolute value that is not zero. */
	readonly unit: number;
	/** Size at which the scale saturates: the 0.99 quantile of absolute values. */
	readonly limit: number;
	/** Position in [−1, 1]; NaN stays NaN. */
	position(x: number): number;
	/** Colour step 0..32, or −1 for a token that was not scored. */
	step(x: number): number;
	/** Inverse of `position`, for ticks. */
	value(position: number): number;
}

/**
 * Scale over all values that are shown together: asinh(x / unit) / asinh(limit / unit), clipped at ±1.
 *
 * asinh keeps small credit visible beside large credit and zero at zero; sharing one scale keeps rows comparable.
 * NaN (not scored) and zero do not count. Without any value that counts, the scale is ±1.
 */
export function creditScale(values: Iterable<number>): CreditScale {
	const sizes: number[] = [];
	for (const v of values) if (Math.abs(v) > 0 && Number.isFinite(v)) sizes.push(Math.abs(v));
	sizes.sort((a, b) => a - b);
	const unit = quantileOf(sizes, 0.5) ?? 1;
	const limit = quantileOf(sizes, 0.99) ?? 1;
	const full = Math.asinh(limit / unit);
	const position = (x: number) => Math.max(-1, Math.min(1, Math.asinh(x / unit) / full));
	const step = (x: number) => (Number.isNaN(x) ? -1 : Math.round((position(x) * (STEPS - 1)) / 2) + ZERO_STEP);
	return { unit, limit, position, step, value: (p) => unit * Math.sinh(p * full) };
}

/** Nearest-rank quantile of sorted numbers; undefined for none. */
function quantileOf(sorted: readonly number[], q: number): number | undefined {
	return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}
