import type { SurrogateConfig } from "./surrogate";

/** Exponents are cut to ± this, so that one absurd token cannot overflow. */
export const MAX_EXPONENT = 20;

/**
 * An estimate of KL(policy ‖ reference) from one sampled token, and its derivative, with d = log p − log p_ref:
 * k1 = d; k2 = d²/2; k3 = exp(−d) + d − 1.
 *
 * The gradient of k1 as a loss is zero on average on-policy; that of k2 is the gradient of the divergence.
 * **Source** Schulman 2020, http://joschu.net/blog/kl-approx.html; the clamp, of k3 alone, as in verl (10 there).
 */
export function klTerm(
	{ klEstimator, klClamp }: Pick<SurrogateConfig, "klEstimator" | "klClamp">,
	d: number,
): { value: number; slope: number } {
	const term = ESTIMATORS[klEstimator](d);
	return klEstimator === "k3" && klClamp > 0 && term.value > klClamp ? { value: klClamp, slope: 0 } : term;
}

const ESTIMATORS: Readonly<Record<SurrogateConfig["klEstimator"], (d: number) => { value: number; slope: number }>> = {
	k1: (d) => ({ value: d, slope: 1 }),
	k2: (d) => ({ value: (d * d) / 2, slope: d }),
	k3: (d) => {
		const bound = Math.max(-MAX_EXPONENT, Math.min(MAX_EXPONENT, d));
		return { value: Math.expm1(-bound) + bound, slope: bound === d ? -Math.expm1(-d) : 0 };
	},
};
