import { expect, it } from "vitest";
import { pageOf, pagesOf, tokensOf } from "./pages";

const lengths = Int32Array.from([4, 5, 3, 25, 0, 2]);

it("packs whole rollouts into pages, and cuts only what is longer than a page", () => {
	const pages = pagesOf(lengths, [0, 1, 2, 3, 4, 5], 10);
	expect(pages.map((page) => page.map((s) => [s.rollout, s.from, s.to]))).toEqual([
		[
			[0, 0, 4],
			[1, 0, 5],
		],
		[[2, 0, 3]],
		[[3, 0, 10]],
		[[3, 10, 20]],
		[
			[3, 20, 25],
			[4, 0, 0],
			[5, 0, 2],
		],
	]);
	expect(pages.map(tokensOf)).toEqual([9, 3, 10, 10, 7]);
});

it("finds the page of a token", () => {
	const pages = pagesOf(lengths, [0, 1, 2, 3], 10);
	expect(pageOf(pages, 3, 12)).toBe(3);
	expect(pageOf(pages, 1, 0)).toBe(0);
	expect(pageOf(pages, 9, 0)).toBe(0);
});
