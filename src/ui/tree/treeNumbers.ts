import type { Display } from "../credit/display";

/**
 * Paid so far plus V, before each token and after the last `[B·(T+1)]`, for the rollouts of the group; null where exact values are
 * not known. **Units** of return.
 */
export function exactTotals({
	batch,
	members,
	truth,
}: Pick<Display, "batch" | "members" | "truth">): Float64Array | null {
	if (!truth?.ok) return null;
	const { B, T, rewards } = batch;
	const out = new Float64Array(B * (T + 1)).fill(Number.NaN);
	truth.truths.forEach(({ V }, k) => {
		const b = members[k] as number;
		let paid = 0;
		V.forEach((value, t) => {
			out[b * (T + 1) + t] = paid + value;
			paid += rewards[b * T + t] ?? 0;
		});
	});
	return out;
}
