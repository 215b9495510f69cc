import { describe, expect, it, vi } from "vitest";
import { clampSize, layoutStore, moveRow, moveRowTo, SIZE_LIMITS, sizeOf, soundLayout } from "./layout";

describe("layout", () => {
	it("keeps sizes inside their limits", () => {
		expect([clampSize("left", 5), clampSize("left", 300.4), clampSize("left", 9000)]).toEqual([
			SIZE_LIMITS.left.min,
			300,
			SIZE_LIMITS.left.max,
		]);
	});

	it("takes from storage only what is sound", () => {
		const sizes = { inspect: { left: "wide", right: 300, bottom: Number.NaN }, learn: 7, other: { left: 300 } };
		const kept = { layout: "<b>", theme: "dark", marks: 3, sizes };
		expect(soundLayout(kept)).toEqual({ theme: "dark", sizes: { inspect: { right: 300 } } });
	});

	it("has sizes of its own for each layout", () => {
		const sizes = { inspect: { left: 400 } };
		expect(sizeOf({ layout: "inspect", sizes }, "left")).toBe(400);
		expect(sizeOf({ layout: "compare", sizes }, "left")).toBe(320);
		expect(sizeOf({ layout: "compare", sizes }, "right")).toBe(SIZE_LIMITS.right.usual);
	});

	it("starts as it was left", async () => {
		const kept = { layout: "debug", theme: "dark", rows: ["rloo"], sizes: { debug: { left: 400 } } };
		vi.stubGlobal("localStorage", { getItem: () => JSON.stringify(kept), setItem: () => {} });
		vi.resetModules();
		const { layoutStore } = await import("./layout");
		vi.unstubAllGlobals();
		expect(layoutStore.getState()).toMatchObject(kept);
	});

	it("moves a row onto the place of another, and by one place, never out of the list", () => {
		const rowsAfter = (move: () => void) => {
			layoutStore.setState({ rows: ["a", "b", "c"] });
			move();
			return layoutStore.getState().rows.join("");
		};
		expect(rowsAfter(() => moveRowTo("a", "c"))).toBe("bca");
		expect(rowsAfter(() => moveRowTo("c", "a"))).toBe("cab");
		expect(rowsAfter(() => moveRowTo("x", "a"))).toBe("abc");
		expect(rowsAfter(() => moveRow("b", -1))).toBe("bac");
		expect(rowsAfter(() => moveRow("c", 1))).toBe("abc");
	});
});
