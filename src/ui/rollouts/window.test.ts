import { describe, expect, it } from "vitest";
import { windowOf, windowStart } from "./window";

describe("windowOf", () => {
	const [ROW, VIEWPORT, COUNT] = [26, 400, 1000];

	it("holds every row that the viewport shows, at each place of the scroll bar", () => {
		for (let top = 0; top <= COUNT * ROW - VIEWPORT; top += 7) {
			const { first, last } = windowOf(windowStart(top, ROW), VIEWPORT, ROW, COUNT);
			expect(first).toBeLessThanOrEqual(Math.floor(top / ROW));
			expect(last).toBeGreaterThanOrEqual(Math.ceil((top + VIEWPORT) / ROW));
		}
	});

	it("stays inside short lists and stays put for small moves", () => {
		expect(windowOf(windowStart(9999, ROW), VIEWPORT, ROW, 3)).toEqual({ first: 3, last: 3 });
		expect(windowOf(0, VIEWPORT, ROW, 3)).toEqual({ first: 0, last: 3 });
		expect(windowStart(100, ROW)).toBe(windowStart(200, ROW));
	});
});
