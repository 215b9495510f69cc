/**
 * Cosine of credit and exact advantage, uncentred: Σ eA / √(Σe² ΣA²). Zero credit means zero, so a wrong zero counts.
 * **Edges** 0 if either is zero everywhere. @throws Error for unequal lengths.
 */
export function creditCosine(estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
	if (estimate.length !== truth.length) throw new Error(`${estimate.length} credits for ${truth.length} advantages`);
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
