import { expect, it } from "vitest";
import { agreement } from "./agreement";

const of = (curve: number[], size: number[]) => agreement(Float64Array.from(curve), Float64Array.from(size));

it("correlates curve and size over the tokens that have both", () => {
	// Means 2 and 2; products of deviations add up to 1, squares to 2 and 2.
	expect(of([1, Number.NaN, 2, 3], [1, 9, 3, 2])).toEqual({ text: "r = 0.50", n: 3 });
});

it("tells nothing of two tokens, which always lie on a line, nor of a size that never changes", () => {
	expect(of([1, 2], [5, 0])).toEqual({ text: "too few tokens", n: 2 });
	expect(of([1, 2, 4], [0, 0, 0])).toEqual({ text: "not defined", n: 3 });
});
