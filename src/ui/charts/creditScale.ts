import { STEPS, ZERO_STEP } from "./creditColours";

/** How sizes become colours: small ones spread apart, or in proportion. */
export type ScaleKind = "asinh" | "linear";

/** A symmetric scale from signed credit to one of 33 colour steps. */
export interface CreditScale {
	readonly kind: ScaleKind;
	/** Values of this size fall on asinh(1) of the scale: the median absolute value that is not zero. */
	readonly unit: number;
	/** Size at which the scale saturates: the 0.99 quantile of absolute values, or the ends that a person locked. */
	readonly limit: number;
	/** Position in [−1, 1]; NaN stays NaN. */
	position(x: number): number;
	/** Colour step 0..32, or −1 for a token that was not scored. */
	step(x: number): number;
	/** Inverse of `position`, for ticks. */
	value(position: number): number;
}

/** What of a view decides about colours. */
export interface Colouring {
	readonly scale: ScaleKind;
	/** Ends of the one scale that all rows, rollouts and steps share; null: each row has its own. */
	readonly lock: number | null;
}

/** Of a locked scale: values of a quarter of its ends fall on asinh(1). */
const LOCKED_UNIT = 1 / 4;

/**
 * Scale over all values that are shown together: asinh(x / unit) / asinh(limit / unit), or x / limit, clipped at ±1.
 *
 * asinh keeps small credit visible beside large credit and zero at zero. NaN (not scored) and zero do not count. Without any value that counts,
 * the scale is ±1.
 */
export function creditScale(values: Iterable<number>, kind: ScaleKind = "asinh"): CreditScale {
	const sizes: number[] = [];
	for (const v of values) if (Math.abs(v) > 0 && Number.isFinite(v)) sizes.push(Math.abs(v));
	sizes.sort((a, b) => a - b);
	return scaleOf(quantileOf(sizes, 0.5) ?? 1, quantileOf(sizes, 0.99) ?? 1, kind);
}

function scaleOf(unit: number, limit: number, kind: ScaleKind): CreditScale {
	const full = Math.asinh(limit / unit);
	const share = kind === "linear" ? (x: number) => x / limit : (x: number) => Math.asinh(x / unit) / full;
	const position = (x: number) => Math.max(-1, Math.min(1, share(x)));
	const step = (x: number) => (Number.isNaN(x) ? -1 : Math.round((position(x) * (STEPS - 1)) / 2) + ZERO_STEP);
	const value = kind === "linear" ? (p: number) => limit * p : (p: number) => unit * Math.sinh(p * full);
	return { kind, unit, limit, position, step, value };
}

/** The scale that a row is coloured by: the locked one, or the row's own. The same object where nothing changes. */
export function colouredBy(own: CreditScale, { scale: kind, lock }: Colouring): CreditScale {
	if (lock !== null) return lockedScale(lock, kind);
	return own.kind === kind ? own : scaleOf(own.unit, own.limit, kind);
}

/** The scale with ends at ±`limit` that everything shares. */
export const lockedScale = (limit: number, kind: ScaleKind): CreditScale => scaleOf(limit * LOCKED_UNIT, limit, kind);

/** Ends of a scale that holds all of these without clipping more than each would by itself, as a number of two digits. */
export function commonLimit(scales: readonly CreditScale[]): number {
	const largest = Math.max(...scales.map(({ limit }) => limit));
	if (!Number.isFinite(largest)) return 1;
	const digit = 10 ** (Math.floor(Math.log10(largest)) - 1);
	return Number((Math.ceil(largest / digit - 1e-9) * digit).toPrecision(2));
}

/** Nearest-rank quantile of sorted numbers; undefined for none. */
function quantileOf(sorted: readonly number[], q: number): number | undefined {
	return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)];
}
