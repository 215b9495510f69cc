/** The largest of any number of numbers, and of `least`; NaN if one is. `Math.max` takes as many as the call stack has room for. */
export function largest(xs: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
	let most = least;
	for (const x of xs) most = Math.max(most, x);
	return most;
}

/** The smallest, likewise. */
export function smallest(xs: Iterable<number>, most = Number.POSITIVE_INFINITY): number {
	let least = most;
	for (const x of xs) least = Math.min(least, x);
	return least;
}
