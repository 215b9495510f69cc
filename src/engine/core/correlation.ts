/**
 * Pearson correlation over the entries where both are numbers, with how many there were.
 * **Edges** NaN where either does not vary, or with fewer than two entries.
 */
export function correlation(x: ArrayLike<number>, y: ArrayLike<number>): { readonly r: number; readonly n: number } {
	const known: number[] = [];
	for (let i = 0; i < x.length; i++) if (!Number.isNaN(x[i]! + y[i]!)) known.push(i);
	const n = known.length;
	const mean = (v: ArrayLike<number>) => known.reduce((sum, i) => sum + v[i]!, 0) / n;
	const [mx, my] = [mean(x), mean(y)];
	let [xx, yy, xy] = [0, 0, 0];
	for (const i of known) {
		xx += (x[i]! - mx) ** 2;
		yy += (y[i]! - my) ** 2;
		xy += (x[i]! - mx) * (y[i]! - my);
	}
	return { r: xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : Number.NaN, n };
}
