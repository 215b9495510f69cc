import { describe, expect, it } from "vitest";
import { helpOf, rangeOf, shortest, stepped } from "./fieldHelp";

const rate = {
	type: "number",
	default: 1e-3,
	min: 1e-6,
	max: 1,
	log: true,
	unit: "",
	label: "Rate",
	help: "Step.",
} as const;
const layers = {
	type: "integer",
	default: 2,
	min: 1,
	max: 12,
	unit: "blocks",
	label: "Layers",
	help: "Depth.",
} as const;

describe("field help", () => {
	it("spells numbers short, and so that they read back", () => {
		const numbers = [0, 1, 0.3, 1e-6, 3e-4, 4_294_967_295, 100_000, 1e-12, 0.1 + 0.2];
		expect(numbers.map(shortest)).toEqual([
			"0",
			"1",
			"0.3",
			"1e-6",
			"3e-4",
			"4294967295",
			"100000",
			"1e-12",
			"0.30000000000000004",
		]);
		for (const n of numbers) expect(Number(shortest(n))).toBe(n);
	});

	it("says range, unit and default", () => {
		expect(rangeOf(layers)).toBe("whole number, 1 to 12 blocks");
		expect(helpOf(rate)).toBe("Step. Range: 1e-6 to 1. Default: 0.001.");
		expect(rangeOf({ type: "flag", default: true, label: "x", help: "y" })).toBeNull();
	});

	it("steps by one, by a factor on a logarithmic scale, and never out of range", () => {
		expect([stepped(layers, 2, 1), stepped(layers, 12, 1), stepped(layers, 1, -1)]).toEqual([3, 12, 1]);
		expect([stepped(rate, 1e-3, 1), stepped(rate, 1e-3, -1), stepped(rate, 0.8, 1)]).toEqual([0.002, 0.0005, 1]);
	});
});
