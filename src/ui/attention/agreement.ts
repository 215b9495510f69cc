import { correlation } from "../../engine/core/correlation";
import { fixed } from "../format";

/** Two points always lie on a line. */
const FEWEST = 3;

/**
 * How a curve over the tokens goes with a size of each token, in words: `r = 0.24`, or why there is no such number. Tokens where either
 * is NaN are left out; `n` is how many remain.
 */
export function agreement(curve: Float64Array, size: Float64Array): { readonly text: string; readonly n: number } {
	const { r, n } = correlation(curve, size);
	if (n < FEWEST) return { text: "too few tokens", n };
	return { text: Number.isNaN(r) ? "not defined" : `r = ${fixed(r, 2)}`, n };
}
