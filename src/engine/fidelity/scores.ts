import { InvalidInput } from "../core/errors";

/** Estimated credit beside the truth, over all tokens that the policy wrote. */
export interface ScoredCredit {
	/** e: the method's credit `[N]`. */
	readonly estimate: ArrayLike<number>;
	/** A: the exact advantage `[N]`. */
	readonly truth: ArrayLike<number>;
	/** Group of each token `[N]`: pairs are compared within it only. */
	readonly group: ArrayLike<number>;
	/** |A| from which a token is pivotal: τ times the range of returns. */
	readonly threshold: number;
}

/**
 * Cosine of credit and exact advantage, uncentred: Σ eA / √(Σe² ΣA²). Zero credit means zero, so a wrong zero counts.
 * **Edges** 0 if either is zero everywhere. **Throws** InvalidInput for unequal lengths.
 */
export function creditCosine(estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
	if (estimate.length !== truth.length)
		throw new InvalidInput(
			`Credit has ${estimate.length} tokens and the truth ${truth.length}; they must be the same.`,
		);
	let product = 0;
	let e2 = 0;
	let a2 = 0;
	for (let i = 0; i < truth.length; i++) {
		product += estimate[i]! * truth[i]!;
		e2 += estimate[i]! ** 2;
		a2 += truth[i]! ** 2;
	}
	return e2 === 0 || a2 === 0 ? 0 : product / Math.sqrt(e2 * a2);
}

/**
 * Margin ranking accuracy: over pairs of a group with |A_i − A_j| ≥ threshold, the share in the right order, ties one half;
 * times 2 minus 1. NaN without such a pair.
 */
export function marginRanking({ estimate, truth, group, threshold }: ScoredCredit): number {
	let right = 0;
	let pairs = 0;
	for (let i = 0; i < truth.length; i++)
		for (let j = 0; j < i; j++) {
			const dA = truth[i]! - truth[j]!;
			if (group[i] !== group[j] || !reaches(dA, threshold)) continue;
			const de = estimate[i]! - estimate[j]!;
			pairs += 1;
			right += de === 0 ? 0.5 : de * dA > 0 ? 1 : 0;
		}
	return (2 * right) / pairs - 1;
}

/** Sign accuracy at pivotal tokens, |A| ≥ threshold; zero credit counts one half; times 2 minus 1. NaN without one. */
export function signAccuracy({ estimate, truth, threshold }: ScoredCredit): number {
	let right = 0;
	let pivotal = 0;
	for (let i = 0; i < truth.length; i++) {
		if (!reaches(truth[i]!, threshold)) continue;
		pivotal += 1;
		right += estimate[i] === 0 ? 0.5 : estimate[i]! * truth[i]! > 0 ? 1 : 0;
	}
	return (2 * right) / pivotal - 1;
}

/** |x| ≥ threshold, where rounding of a difference that is exactly the threshold does not decide. */
function reaches(x: number, threshold: number): boolean {
	return Math.abs(x) >= threshold - 1e-12;
}

/**
 * Gradient fidelity: mean over blocks of cos(g of the method, exact g), divided by the same for exact credit on the same blocks.
 * Not clipped. **Shapes** one flat gradient a block.
 */
export function gradientFidelity(
	method: readonly ArrayLike<number>[],
	exactCredit: readonly ArrayLike<number>[],
	exact: ArrayLike<number>,
): number {
	const mean = (blocks: readonly ArrayLike<number>[]) =>
		blocks.reduce((sum, g) => sum + creditCosine(g, exact), 0) / blocks.length;
	return mean(method) / mean(exactCredit);
}

/** Credit fidelity: the mean of cosine, margin ranking, sign accuracy and gradient fidelity, the last clipped at 1. */
export function creditFidelity(credit: ScoredCredit, gradient: number): number {
	const { estimate, truth } = credit;
	const parts = creditCosine(estimate, truth) + marginRanking(credit) + signAccuracy(credit);
	return (parts + Math.min(gradient, 1)) / 4;
}
