import { InvalidInput } from "../core/errors";

/** How an estimate is brought to the unit of the exact advantage before the two are subtracted. */
export type Alignment = "raw" | "factor" | "rank";

export interface AlignedError {
	/** What the estimate was multiplied by; 1 for `raw`, NaN for `rank`. */
	readonly factor: number;
	/** Aligned estimate minus aligned truth `[N]`; NaN where either is not known. */
	readonly error: Float64Array;
	/** Entries in which both are known. */
	readonly count: number;
}

/**
 * Signed error of credit against the exact advantage, after one of three alignments over all entries together:
 * `raw` e − A; `factor` c·e − A with c = max(0, Σ eA / Σ e²), the best single factor (least squares; a method that is wrong in
 * sign is not turned round); `rank` both replaced by their ranks, from −1 (lowest) to 1 (highest), ties sharing their mean.
 *
 * **Shapes** `[N]`; NaN in either marks an entry that does not count. **Units** those of the truth; ranks have none.
 * **Edges** credit that is zero everywhere has factor 0; a single entry has rank 0.
 * **Throws** InvalidInput for unequal lengths.
 */
export function alignedError(
	estimate: ArrayLike<number>,
	truth: ArrayLike<number>,
	alignment: Alignment,
): AlignedError {
	if (estimate.length !== truth.length)
		throw new InvalidInput(
			`Credit has ${estimate.length} tokens and the truth ${truth.length}; they must be the same.`,
		);
	const known: number[] = [];
	for (let i = 0; i < truth.length; i++) if (!Number.isNaN(estimate[i]! + truth[i]!)) known.push(i);
	const error = new Float64Array(truth.length).fill(Number.NaN);
	if (alignment === "rank") {
		const [e, a] = [ranksOf(estimate, known), ranksOf(truth, known)];
		known.forEach((i, k) => {
			error[i] = e[k]! - a[k]!;
		});
		return { factor: Number.NaN, error, count: known.length };
	}
	const factor = alignment === "raw" ? 1 : bestFactor(estimate, truth, known);
	for (const i of known) error[i] = factor * estimate[i]! - truth[i]!;
	return { factor, error, count: known.length };
}

function bestFactor(estimate: ArrayLike<number>, truth: ArrayLike<number>, known: readonly number[]): number {
	let product = 0;
	let square = 0;
	for (const i of known) {
		product += estimate[i]! * truth[i]!;
		square += estimate[i]! ** 2;
	}
	return square > 0 ? Math.max(0, product / square) : 0;
}

/** Rank of each known entry among them, from −1 to 1; equal entries share the mean of their places. */
function ranksOf(values: ArrayLike<number>, known: readonly number[]): Float64Array {
	const order = [...known.keys()].sort((a, b) => values[known[a]!]! - values[known[b]!]!);
	const out = new Float64Array(known.length);
	const half = (known.length - 1) / 2;
	for (let from = 0; from < order.length; ) {
		const value = values[known[order[from]!]!]!;
		let end = from + 1;
		while (end < order.length && values[known[order[end]!]!] === value) end++;
		const place = (from + end - 1) / 2;
		for (let k = from; k < end; k++) out[order[k]!] = half > 0 ? place / half - 1 : 0;
		from = end;
	}
	return out;
}
