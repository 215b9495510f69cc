import { expect, it } from "vitest";
import { correlation } from "./correlation";

it("gives the worked number over what is known, and none without variation", () => {
	// x − 2 = −1, 0, 1; y − 3 = −2, 1, 1: 3 / √(2 · 6).
	const { r, n } = correlation([1, 2, 3, Number.NaN], [1, 4, 4, 9]);
	expect(Math.abs(r - 3 / Math.sqrt(12))).toBeLessThanOrEqual(1e-12);
	expect(n).toBe(3);
	expect(correlation([1, 1], [1, 2]).r).toBeNaN();
	expect(correlation([], [])).toEqual({ r: Number.NaN, n: 0 });
});
