// @vitest-environment jsdom
import { beforeEach, describe, expect, it } from "vitest";
import { decimate } from "./decimate";
import { drawLineChart, type LineOptions, nearestIndex, stepAt } from "./lineChart";

const column = (...values: number[]) => Float64Array.from(values);
const options: LineOptions = {
	width: 152,
	height: 126,
	label: "Success",
	lastStep: 100,
	floor: 0,
	ceiling: 1,
	cursor: null,
};

let element: HTMLElement;
beforeEach(() => {
	document.body.innerHTML = "<div></div>";
	element = document.body.firstElementChild as HTMLElement;
});
const path = () => element.querySelector(".curve path")?.getAttribute("d");

describe("drawLineChart", () => {
	it("puts steps and values where the margins say", () => {
		// Plot: x from 40 to 140 for steps 0 to 100, y from 108 (0) to 8 (1).
		drawLineChart(element, { x: column(0, 50, 100), y: column(0, 0.5, 1), length: 3 }, options);
		expect(path()).toBe("M40,108L90,58L140,8");
	});

	it("leaves a gap where the value is not a number, and ignores entries beyond its length", () => {
		const y = column(0, Number.NaN, 1, 1, 7);
		drawLineChart(element, { x: column(0, 25, 50, 100, 101), y, length: 4 }, options);
		expect(path()).toBe("M40,108ZM90,8L140,8");
	});

	it("changes nothing when drawn again", () => {
		const data = { x: column(0, 50), y: column(0.2, 0.4), length: 2 };
		const levels = [{ name: "best", value: 1 }];
		drawLineChart(element, data, { ...options, levels, cursor: 40 });
		const once = element.innerHTML;
		drawLineChart(element, data, { ...options, levels, cursor: 40 });
		expect(element.innerHTML).toBe(once);
	});

	it("says its last value to people who do not see it", () => {
		drawLineChart(element, { x: column(1, 2), y: column(0.2, 0.4), length: 2 }, options);
		expect(element.querySelector("svg")?.getAttribute("aria-label")).toBe("Success: 0.4 at step 2");
		drawLineChart(element, { x: column(), y: column(), length: 0 }, options);
		expect(element.querySelector("svg")?.getAttribute("aria-label")).toBe("Success: no steps yet");
	});
});

describe("reading a chart", () => {
	it("finds the step under a pixel, and the nearest entry", () => {
		expect([stepAt(40, 152, 100), stepAt(90, 152, 100), stepAt(999, 152, 100)]).toEqual([0, 50, 100]);
		const data = { x: column(1, 3, 10), y: column(0, 0, 0), length: 3 };
		expect([-5, 1.9, 2.1, 6, 7, 99].map((s) => nearestIndex(data, s))).toEqual([0, 0, 1, 1, 2, 2]);
		expect(nearestIndex({ ...data, length: 0 }, 3)).toBe(-1);
	});

	it("thins long series without losing a spike", () => {
		const n = 5000;
		const y = new Float64Array(n);
		y[1234] = 9;
		y[4321] = -9;
		const thin = decimate({ x: Float64Array.from(y.keys()), y, length: n }, 100);
		expect(thin.length).toBeLessThanOrEqual(200);
		expect(thin).toContainEqual([1234, 9]);
		expect(thin).toContainEqual([4321, -9]);
		expect(thin.every(([x], i) => i === 0 || x > (thin[i - 1] as readonly [number, number])[0])).toBe(true);
	});
});
