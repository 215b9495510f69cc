/** Sums of the first one, two, … digits, modulo M. */
export function prefixSums(digits: readonly number[], M: number): number[] {
	let total = 0;
	return digits.map((digit) => {
		total = (total + digit) % M;
		return total;
	});
}
