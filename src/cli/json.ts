/**
 * One line of JSON. Typed arrays become arrays; numbers are printed with the shortest digits that read back to the same
 * double; NaN and infinities become null.
 * @returns the text and how many numbers became null.
 */
export function jsonLine(value: unknown): { text: string; lost: number } {
	let lost = 0;
	const text = JSON.stringify(value, (_, item: unknown) => {
		if (typeof item === "number" && !Number.isFinite(item)) lost++;
		return ArrayBuffer.isView(item) ? Array.from(item as Float64Array) : item;
	});
	return { text, lost };
}
