import { correlation } from "../core/correlation";
import type { RolloutBatch } from "../rollouts/batch";

/** How far the credit of two methods is apart, where nobody knows the exact one. */
export interface CreditDifference {
	/** Mean size of the difference over a group's tokens that both scored, by group id; groups without such a token are left out. */
	readonly groups: ReadonlyMap<number, number>;
	/** Mean over groups, and its standard error; NaN without a group, NaN error for one. */
	readonly mean: number;
	readonly error: number;
	/** Pearson correlation over all tokens that both scored; NaN where either does not vary. */
	readonly correlation: number;
}

/**
 * Mean absolute difference of two credits, group by group: (1/n_g) Σ |a − b| over the n_g tokens of the policy in group g that both
 * scored. Groups count alike, whatever their length.
 *
 * **Shapes** a, b `[B·T]`, NaN where not scored. **Units** those of the credit: methods that pay in other units are apart by that alone,
 * which is why the correlation stands beside it.
 */
export function creditDifference(
	{ B, T, lengths, actionMask, groupIds }: Pick<RolloutBatch, "B" | "T" | "lengths" | "actionMask" | "groupIds">,
	a: ArrayLike<number>,
	b: ArrayLike<number>,
): CreditDifference {
	const sums = new Map<number, { total: number; n: number }>();
	const both: number[] = [];
	for (let row = 0; row < B; row++) {
		const own = sums.get(groupIds[row]!) ?? { total: 0, n: 0 };
		sums.set(groupIds[row]!, own);
		for (let i = row * T; i < row * T + lengths[row]!; i++) {
			if (actionMask[i] !== 1 || Number.isNaN(a[i]! - b[i]!)) continue;
			own.total += Math.abs(a[i]! - b[i]!);
			own.n += 1;
			both.push(i);
		}
	}
	const groups = new Map([...sums].filter(([, { n }]) => n > 0).map(([id, { total, n }]) => [id, total / n]));
	const means = [...groups.values()];
	const G = means.length;
	const mean = means.reduce((sum, x) => sum + x, 0) / G;
	const variance = means.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (G - 1);
	const pick = (of: ArrayLike<number>) => both.map((i) => of[i]!);
	return { groups, mean, error: Math.sqrt(variance / G), correlation: correlation(pick(a), pick(b)).r };
}
