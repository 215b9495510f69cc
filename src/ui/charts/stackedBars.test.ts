// @vitest-environment jsdom
import { expect, it } from "vitest";
import { drawStackedBars, stackedBars } from "./stackedBars";

const terms = [
	{ name: "outcome", values: Float64Array.from([1, -1, 0]) },
	{ name: "step", values: Float64Array.from([0.5, 2, Number.NaN]) },
];
const sums = Float64Array.from([1.5, 1, Number.NaN]);

it("stacks what is positive upwards and what is negative downwards", () => {
	expect(stackedBars(terms, sums).parts).toEqual([
		{ column: 0, term: 0, low: 0, high: 1 },
		{ column: 0, term: 1, low: 1, high: 1.5 },
		{ column: 1, term: 0, low: -1, high: 0 },
		{ column: 1, term: 1, low: 0, high: 2 },
	]);
});

it("draws again for other data what it would have drawn at once", () => {
	const options = { width: 300, height: 120, names: ["a", "b", "c"], label: "Terms" };
	const once = document.createElement("div");
	drawStackedBars(once, stackedBars(terms, sums), options);
	const twice = document.createElement("div");
	drawStackedBars(twice, stackedBars(terms.slice(0, 1), terms[0]!.values), { ...options, width: 200 });
	drawStackedBars(twice, stackedBars(terms, sums), options);
	expect(twice.innerHTML).toBe(once.innerHTML);
	expect(once.querySelectorAll(".sums line")).toHaveLength(2);
});
