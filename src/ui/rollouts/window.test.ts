import { describe, expect, it } from "vitest";
import { placeAt, TOP, windowOf } from "./window";

describe("windowOf", () => {
	const [ROW, VIEWPORT, COUNT] = [26, 400, 1000];
	const at = (top: number, before = TOP) => placeAt(before, top, VIEWPORT, ROW);

	it("holds every row that the viewport shows, at each place of the scroll bar, scrolled to or jumped to", () => {
		let scrolled = TOP;
		for (let top = 0; top <= COUNT * ROW - VIEWPORT; top += 7) {
			scrolled = at(top, scrolled);
			for (const place of [scrolled, at(top)]) {
				const { first, last } = windowOf(place, VIEWPORT, ROW, COUNT);
				expect(first).toBeLessThanOrEqual(Math.floor(top / ROW));
				expect(last).toBeGreaterThanOrEqual(Math.ceil((top + VIEWPORT) / ROW));
			}
		}
	});

	it("stays inside short lists and stays put for small moves", () => {
		expect(windowOf(at(9999), VIEWPORT, ROW, 3)).toEqual({ first: 3, last: 3 });
		expect(windowOf(TOP, VIEWPORT, ROW, 3)).toEqual({ first: 0, last: 3 });
		expect(at(200, at(100))).toBe(at(100, TOP));
	});

	it("has rows before and after where a hand scrolls, and fewer after a jump", () => {
		const held = (place: ReturnType<typeof at>) => {
			const { first, last } = windowOf(place, VIEWPORT, ROW, COUNT);
			return last - first;
		};
		const scrolled = at(10_400, at(10_192));
		const jumped = at(10_400);
		expect(windowOf(scrolled, VIEWPORT, ROW, COUNT).first).toBe(400 - 8);
		expect(windowOf(jumped, VIEWPORT, ROW, COUNT).first).toBe(400);
		expect(held(jumped)).toBe(held(scrolled) - 16);
	});
});
