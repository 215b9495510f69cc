// @vitest-environment jsdom
import { expect, it } from "vitest";
import { drawRunning } from "./runningChart";

const size = { width: 200, height: 100 };
const values = [
	{ n: 1, mean: 1, lo: 0.2, hi: 1 },
	{ n: 2, mean: 0.5, lo: 0.1, hi: 0.9 },
];

it("draws again, as continuations come in, what it would have drawn at once", () => {
	const once = document.createElement("div");
	drawRunning(once, { values, exact: 0.6, of: 16 }, size);
	const twice = document.createElement("div");
	drawRunning(twice, { values: values.slice(0, 1), exact: Number.NaN, of: 64 }, size);
	drawRunning(twice, { values, exact: 0.6, of: 16 }, size);
	expect(twice.innerHTML).toBe(once.innerHTML);
	expect(once.querySelector("svg")?.getAttribute("aria-label")).toBe("Mean return 0.5 after 2 continuations");
	expect(once.innerHTML).not.toContain("NaN");
});
