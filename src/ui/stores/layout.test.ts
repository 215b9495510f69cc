import { describe, expect, it } from "vitest";
import { clampSize, SIZE_LIMITS, soundLayout } from "./layout";

describe("layout", () => {
	it("keeps sizes inside their limits", () => {
		expect([clampSize("left", 5), clampSize("left", 300.4), clampSize("left", 9000)]).toEqual([
			SIZE_LIMITS.left.min,
			300,
			SIZE_LIMITS.left.max,
		]);
	});

	it("takes from storage only what is sound", () => {
		const kept = { layout: "<b>", theme: "dark", marks: 3, sizes: { left: "wide", right: 300, bottom: Number.NaN } };
		expect(soundLayout(kept)).toEqual({
			theme: "dark",
			sizes: {
				left: SIZE_LIMITS.left.usual,
				right: 300,
				bottom: SIZE_LIMITS.bottom.usual,
				lower: SIZE_LIMITS.lower.usual,
			},
		});
	});
});
