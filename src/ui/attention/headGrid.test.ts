import { expect, it } from "vitest";
import { gridLevels, headAt } from "./headGrid";

const data = { N: 2, layers: 1, heads: 2, maps: Float32Array.from([1, 0, 0.5, 0.5, 0.2, 0, 0.1, 0.05]) };

it("gives each head its own scale, and leaves the future and the gaps empty", () => {
	const { width, height, levels } = gridLevels(data);
	expect([width, height]).toEqual([5, 2]);
	expect([...levels]).toEqual([255, -1, -1, 255, -1, 128, 128, -1, 128, 64]);
});

it("finds the head under a place", () => {
	expect(headAt(data, 0.1, 0.5)).toBe(0);
	expect(headAt(data, 0.5, 0.5)).toBe(-1);
	expect(headAt(data, 0.9, 0.1)).toBe(1);
	expect(headAt(data, 1, 0.5)).toBe(-1);
});
