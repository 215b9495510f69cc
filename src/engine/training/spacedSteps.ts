/**
 * At most `limit` training steps of 1 … `last`, spaced exponentially and each a different one: many where a run changes
 * fast, few where it is slow, and first and last always among them.
 */
export function spacedSteps(last: number, limit = 64): number[] {
	const wanted = Math.min(limit, last);
	const spread = (i: number) => (wanted === 1 ? last : Math.round(last ** (i / (wanted - 1))));
	return [...new Set(Array.from({ length: wanted }, (_, i) => spread(i)))];
}
