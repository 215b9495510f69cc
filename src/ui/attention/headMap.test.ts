// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { drawHeadMap, strongest } from "./headMap";

// This document has no canvas to draw on.
HTMLCanvasElement.prototype.getContext = vi.fn(() => null);

const N = 12;
const names = Array.from({ length: N }, (_, t) => `t${t}`);
const map = Float32Array.from({ length: N * N }, (_, i) =>
	i % N <= Math.floor(i / N) ? 1 / (Math.floor(i / N) + 1) : 0,
);

function drawn(width: number, height: number, row = -1) {
	const element = document.createElement("div");
	drawHeadMap(element, { names, map }, { width, height, row, theme: "light", label: "head" });
	const texts = [...element.querySelectorAll("span")].map((span) => span.textContent);
	const cells = element.querySelector<HTMLElement>(".head-cells")!;
	return {
		texts,
		size: Number.parseFloat(cells.style.width),
		left: Number.parseFloat(cells.style.marginLeft),
		element,
	};
}

it("is as large as the room beside the names, with a name at every row where they have room", () => {
	expect(drawn(302, 500)).toMatchObject({ texts: names, size: 240, left: 62 });
	expect(drawn(900, 120)).toMatchObject({ texts: names, size: 120 });
});

it("leaves out names that would touch, but for that of the row under study, and all where none has room", () => {
	expect(drawn(900, 72).texts).toEqual(["t0", "t2", "t4", "t6", "t8", "t10"]);
	expect(drawn(900, 72, 5).texts).toEqual(["t0", "t2", "t5", "t8", "t10"]);
	expect(drawn(82, 82)).toMatchObject({ texts: [], size: 82, left: 0 });
});

it("keeps names whole and inside the map beside rows lower than a line", () => {
	const spans = [...drawn(900, 72).element.querySelectorAll<HTMLElement>("span")];
	const tops = spans.map(({ style }) => Number.parseFloat(style.top));
	// Rows of 6 pixels, lines of 12: centred on the row, but for the first.
	expect(tops).toEqual([0, 9, 21, 33, 45, 57]);
	expect(spans.map(({ style }) => style.height)).toEqual(spans.map(() => ""));
});

it("draws again for another row what it would have drawn at once", () => {
	const { element } = drawn(900, 72, 5);
	drawHeadMap(element, { names, map }, { width: 302, height: 500, row: -1, theme: "light", label: "head" });
	expect(element.innerHTML).toBe(drawn(302, 500).element.innerHTML);
});

it("says what a token looks at most", () => {
	expect(strongest(["a", "b", "c"], Float32Array.of(1, 0, 0, 0.25, 0.75, 0, 0.5, 0.125, 0.375), 2)).toBe(
		"c looks at a 0.50, c 0.38, b 0.13",
	);
});
