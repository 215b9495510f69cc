/**
 * What is left of the exact advantage when credit has explained what it can: min over k ≥ 0 of ‖A − k·e‖ / ‖A‖. Methods pay in
 * different units, so one factor for the whole batch is free; a constant never makes a method look wrong.
 * **Shapes** `estimate`, `truth` `[N]`. **Units** none: 0 is exact up to scale, 1 explains nothing.
 * **Edges** 1 for credit that is zero everywhere or points the wrong way; NaN where the truth is zero everywhere. NaN in
 * `estimate`, a token that was not scored, counts as zero.
 */
export function residualAfterScaling(estimate: ArrayLike<number>, truth: ArrayLike<number>): number {
	let product = 0;
	let e2 = 0;
	let a2 = 0;
	for (let i = 0; i < truth.length; i++) {
		const e = Number.isNaN(estimate[i]) ? 0 : estimate[i]!;
		product += e * truth[i]!;
		e2 += e * e;
		a2 += truth[i]! ** 2;
	}
	if (a2 === 0) return Number.NaN;
	if (e2 === 0 || product <= 0) return 1;
	return Math.sqrt(Math.max(0, 1 - product ** 2 / (e2 * a2)));
}
