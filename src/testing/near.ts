import { expect } from "vitest";
import { distance } from "../engine/credit/testing";

/** A number, a list, or ragged rows. */
type Numbers = number | ArrayLike<number> | readonly (readonly number[])[];

/**
 * Holds numbers against those worked by hand; shapes must be alike, and NaN stands only against NaN.
 * @param by what a number printed to six digits may be off, and a little.
 */
export function near(got: Numbers, want: Numbers, by = 6e-7): void {
	expect(distance(rowsOf(got), rowsOf(want))).toBeLessThanOrEqual(by);
}

/** Holds numbers that only rounding may tell apart. */
export function same(got: Numbers, want: Numbers): void {
	near(got, want, 1e-12);
}

function rowsOf(x: Numbers): readonly (readonly number[])[] {
	if (typeof x === "number") return [[x]];
	const items = Array.from<number | readonly number[]>(x);
	return items.every((item) => typeof item === "number") ? [items] : items.map((item) => [item].flat() as number[]);
}
